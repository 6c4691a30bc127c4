"""One step of a Raydium CLMM swap: constant liquidity, towards the next tick, the end of a fee group or the limit.

Source: raydium-clmm, libraries/swap_math.rs.
"""

from typing import Final, NamedTuple

from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX, ceil_div

FEE_SCALE: Final = 1_000_000


class Course(NamedTuple):
    """What stays the same during a swap."""

    zero_for_one: bool
    """True when token 0 is sold and the price falls."""
    exact_in: bool
    fee_on_input: bool


class Step(NamedTuple):
    """The amounts of one step and the price after it."""

    sqrt_price: int
    """Price after the step."""
    amount_in: int
    """Paid by the trader, without a fee on the input."""
    amount_out: int
    """Received by the trader, after a fee on the output."""
    fee: int
    """In the input or the output token."""


def take_step(sqrt_price: int, target: int, liquidity: int, remaining: int, *, fee_rate: int, course: Course) -> Step:
    """Return the step from the price towards the target, with `remaining` base units left to sell or to buy.

    Inputs and fees round up, outputs and an input after its fee round down: all favour the pool. Raises OVERFLOW_U64
    and INSUFFICIENT_LIQUIDITY.
    """
    zero_for_one, exact_in, fee_on_input = course
    needed_in, paid_out = _amounts_between(sqrt_price, target, liquidity, zero_for_one)
    driving = _driving_amount(remaining, fee_rate, course)
    reachable = needed_in <= U64_MAX and paid_out <= U64_MAX
    if reachable and driving >= (needed_in if exact_in else paid_out):
        reached, amount_in, amount_out = True, needed_in, paid_out
        after = target
    else:
        after = _next_price(sqrt_price, liquidity, driving, zero_for_one, exact_in)
        reached = after == target
        amount_in, amount_out = _amounts_between(sqrt_price, after, liquidity, zero_for_one)
        if amount_in > U64_MAX or amount_out > U64_MAX:
            raise PoolError(PoolErrorReason.OVERFLOW_U64, "a step does not fit 64 bits")
    if fee_on_input:
        if exact_in and not reached:
            return Step(after, amount_in, amount_out, remaining - amount_in)  # the rest is fee, too
        if not exact_in and amount_out > remaining:
            amount_out = remaining
        return Step(after, amount_in, amount_out, ceil_div(amount_in * fee_rate, FEE_SCALE - fee_rate))
    fee = ceil_div(amount_out * fee_rate, FEE_SCALE)
    if exact_in:
        return Step(after, amount_in if reached else remaining, amount_out - fee, fee)
    if amount_out - fee > remaining:
        return Step(after, amount_in, remaining, amount_out - remaining)
    return Step(after, amount_in, amount_out - fee, fee)


def _driving_amount(remaining: int, fee_rate: int, course: Course) -> int:
    if course.exact_in == course.fee_on_input:
        # A fee on the input of an exact input rounds up. For an exact output the fee comes on top, later.
        return (
            remaining * (FEE_SCALE - fee_rate) // FEE_SCALE
            if course.exact_in
            else ceil_div(remaining * FEE_SCALE, FEE_SCALE - fee_rate)
        )
    return remaining


def _amounts_between(sqrt_price: int, other: int, liquidity: int, zero_for_one: bool) -> tuple[int, int]:
    """Return what a trader pays, rounded up, and receives, rounded down."""
    if zero_for_one:
        product = liquidity * (sqrt_price - other)
        return -((-product << 64) // (sqrt_price * other)), product >> 64
    product = liquidity * (other - sqrt_price)
    return -(-product >> 64), (product << 64) // (sqrt_price * other)


def _next_price(sqrt_price: int, liquidity: int, amount: int, zero_for_one: bool, exact_in: bool) -> int:
    """Return the price after an amount, rounded so that the trader gets no more than was paid for."""
    if amount == 0:
        return sqrt_price
    if zero_for_one == exact_in:
        scaled = liquidity << 64
        divisor = scaled + amount * sqrt_price if exact_in else scaled - amount * sqrt_price
        after = ceil_div(scaled * sqrt_price, divisor) if divisor > 0 else 0
    else:
        after = sqrt_price + (amount << 64) // liquidity if exact_in else sqrt_price + (-amount << 64) // liquidity
    if after <= 0:
        raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY, "the output takes the price beyond its range")
    return after
