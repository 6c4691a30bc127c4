"""How pools with ranges begin: Raydium CLMM positions on ticks, and Meteora DAMM v2's one range.

For liquidity L between the sqrt prices a and b, at s, a range holds L*(s-a) of token 1 and token 0 worth
L*(b-s)*s/b of it; so a size in token 1 gives L.
"""

from math import isqrt
from typing import Final

from market_service.genesis.definition import ClmmDefinition, DammV2Definition, RangeDefinition
from pools.concentrated.tick_prices import sqrt_price_at_tick, tick_at_sqrt_price

_BPS: Final = 10_000
_SQRT_MIN: Final = 4_295_048_016
_SQRT_MAX: Final = 79_226_673_521_066_979_257_578_248_091
# The program's usual dynamic fee, for a base fee of 25 bps; the control grows with the base fee.
_DYNAMIC_CONTROL_AT_25_BPS: Final = 239


def _liquidity(size_1: int, sqrt_price: int, low: int, high: int) -> int:
    """Return the liquidity of a range that is worth `size_1` base units of token 1, rounded down."""
    worth = (sqrt_price - low) + (high - sqrt_price) * sqrt_price // high
    return (size_1 << 64) // worth


def clmm_fields(pool: ClmmDefinition, size_1: int, target_x64: int) -> dict[str, object]:
    """Return the state of a new CLMM pool that is worth `size_1` base units of token 1."""
    sqrt_price = isqrt(target_x64 << 64)
    net: dict[int, int] = {}
    gross: dict[int, int] = {}
    active = 0
    for position in pool.ranges:
        lower, upper = _ticks(position, target_x64, pool.tick_spacing)
        liquidity = _liquidity(
            size_1 * position.share // 100, sqrt_price, sqrt_price_at_tick(lower), sqrt_price_at_tick(upper)
        )
        active += liquidity
        for tick, change in ((lower, liquidity), (upper, -liquidity)):
            net[tick] = net.get(tick, 0) + change
            gross[tick] = gross.get(tick, 0) + liquidity
    return {
        "sqrt_price_x64": str(sqrt_price),
        "tick_current": tick_at_sqrt_price(sqrt_price),
        "liquidity": str(active),
        "tick_spacing": pool.tick_spacing,
        "trade_fee_rate": pool.trade_fee_ppm,
        "protocol_fee_rate": pool.protocol_fee_ppm,
        "fund_fee_rate": pool.fund_fee_ppm,
        "fee_on": 0,
        "ticks": [
            {"tick": tick, "liquidity_net": str(net[tick]), "liquidity_gross": str(gross[tick])} for tick in sorted(net)
        ],
    }


def _ticks(position: RangeDefinition, target_x64: int, spacing: int) -> tuple[int, int]:
    """Return the usable ticks that enclose `width_bps` to each side of the price."""
    low = tick_at_sqrt_price(isqrt((target_x64 * _BPS // (_BPS + position.width_bps)) << 64)) // spacing * spacing
    high = -(-tick_at_sqrt_price(isqrt((target_x64 * (_BPS + position.width_bps) // _BPS) << 64)) // spacing) * spacing
    return low, max(high, low + spacing)


def damm_v2_fields(pool: DammV2Definition, size_1: int, target_x64: int) -> dict[str, object]:
    """Return the state of a new DAMM v2 pool that is worth `size_1` base units of token 1."""
    sqrt_price = isqrt(target_x64 << 64)
    low, high = _SQRT_MIN, _SQRT_MAX
    if pool.range_bps is not None:
        low = isqrt((target_x64 * _BPS // (_BPS + pool.range_bps)) << 64)
        high = isqrt((target_x64 * (_BPS + pool.range_bps) // _BPS) << 64)
    return {
        "sqrt_price": str(sqrt_price),
        "sqrt_min_price": str(low),
        "sqrt_max_price": str(high),
        # This program's liquidity carries another factor of 2^64.
        "liquidity": str(_liquidity(size_1, sqrt_price, low, high) << 64),
        "collect_fee_mode": 0,
        "fee_version": 1,
        "token_a_amount": "0",
        "token_b_amount": "0",
        "base_fee": {
            "mode": 0,
            "cliff_fee_numerator": pool.fee_bps * 100_000,
            "number_of_period": 0,
            "period_frequency": 0,
            "reduction_factor": 0,
        },
        "activation_point": 0,
        "protocol_fee_percent": 20,
        "referral_fee_percent": 20,
        "compounding_fee_bps": 0,
        "dynamic_fee": _dynamic_fee(pool, sqrt_price) if pool.dynamic_fee else None,
    }


def _dynamic_fee(pool: DammV2Definition, sqrt_price: int) -> dict[str, object]:
    return {
        "bin_step": 1,
        "filter_period": 10,
        "decay_period": 120,
        "reduction_factor": 5_000,
        "max_volatility_accumulator": 14_460_000,
        "variable_fee_control": max(1, _DYNAMIC_CONTROL_AT_25_BPS * pool.fee_bps // 25),
        "volatility_accumulator": "0",
        "volatility_reference": "0",
        "sqrt_price_reference": str(sqrt_price),
        "last_update_timestamp": 0,
    }
