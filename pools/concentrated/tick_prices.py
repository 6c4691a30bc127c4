"""Raydium's ticks: square roots of prices in Q64.64, and the token amounts between two of them.

A price is base units of token 1 for one of token 0; tick t stands for 1.0001^t.
Source: raydium-clmm, libraries/tick_math.rs and libraries/sqrt_price_math.rs.
"""

from functools import lru_cache
from typing import Final

from pools.integers import Q64, U128_MAX, ceil_div
from pools.json_fields import invalid_state

TICK_MIN: Final = -443_636
TICK_MAX: Final = 443_636
SQRT_PRICE_MIN: Final = 4_295_048_016
SQRT_PRICE_MAX: Final = 79_226_673_521_066_979_257_578_248_091

# The program's constants: 1.0001^(-2^i / 2) in Q64.64 for i = 0 to 18. Other venues' tables differ in the last digits.
_FACTORS: Final = (
    0xFFFCB933BD6FB800,
    0xFFF97272373D4000,
    0xFFF2E50F5F657000,
    0xFFE5CACA7E10F000,
    0xFFCB9843D60F7000,
    0xFF973B41FA98E800,
    0xFF2EA16466C9B000,
    0xFE5DEE046A9A3800,
    0xFCBE86C7900BB000,
    0xF987A7253AC65800,
    0xF3392B0822BB6000,
    0xE7159475A2CAF000,
    0xD097F3BDFD2F2000,
    0xA9F746462D9F8000,
    0x70D869A156F31C00,
    0x31BE135F97ED3200,
    0x09AA508B5B85A500,
    0x005D6AF8DEDC582C,
    0x00002216E584F5FA,
)
_LOG_BITS: Final = 14
# How many ticks a doubling of the square root of the price is: 2 * log(2) / log(1.0001), in 1/2^32.
_TICKS_PER_DOUBLING_X32: Final = 59_543_866_431_248


@lru_cache(maxsize=65_536)
def sqrt_price_at_tick(tick: int) -> int:
    """Return the square root of a tick's price, Q64.64; every product rounds down, as in the program."""
    if not TICK_MIN <= tick <= TICK_MAX:
        raise invalid_state(f"tick {tick} is out of range")
    sqrt_price = Q64
    for bit, factor in enumerate(_FACTORS):
        if abs(tick) >> bit & 1:
            sqrt_price = sqrt_price * factor >> 64
    return U128_MAX // sqrt_price if tick > 0 else sqrt_price


def tick_at_sqrt_price(sqrt_price: int) -> int:
    """Return the greatest tick whose price is at most the given one."""
    if not SQRT_PRICE_MIN <= sqrt_price <= SQRT_PRICE_MAX:
        raise invalid_state("the price is out of range")
    tick = _estimated_tick(sqrt_price)
    while tick < TICK_MAX and sqrt_price_at_tick(tick + 1) <= sqrt_price:
        tick += 1
    while sqrt_price_at_tick(tick) > sqrt_price:
        tick -= 1
    return tick


def _estimated_tick(sqrt_price: int) -> int:
    # The binary logarithm, a bit at a time by squaring; off by two ticks at most, which the caller corrects.
    exponent = sqrt_price.bit_length() - 1
    mantissa = (sqrt_price << 63) >> exponent
    logarithm = exponent - 64
    for _ in range(_LOG_BITS):
        mantissa = mantissa * mantissa >> 63
        bit = mantissa >> 64
        mantissa >>= bit
        logarithm = (logarithm << 1) | bit
    tick = logarithm * _TICKS_PER_DOUBLING_X32 >> (32 + _LOG_BITS)
    return min(max(tick, TICK_MIN), TICK_MAX)


def amount_0(liquidity: int, low: int, high: int, *, up: bool) -> int:
    """Return the token 0 between two square-root prices, low <= high: up for what a trader pays, down for payouts."""
    numerator = (liquidity << 64) * (high - low)
    return ceil_div(numerator, low * high) if up else numerator // (low * high)


def amount_1(liquidity: int, low: int, high: int, *, up: bool) -> int:
    """Return the token 1 between two square-root prices, low <= high: up for what a trader pays, down for payouts."""
    product = liquidity * (high - low)
    return -(-product >> 64) if up else product >> 64
