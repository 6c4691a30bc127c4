"""Least output and shortfall, in basis points: one rule and one rounding for every service."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

BPS: Final = 10_000
"""One, in basis points."""
_PLACES: Final = Decimal("0.01")


def min_amount_out(quoted_amount_out: int, slippage_bps: int) -> int:
    """Return the smallest whole number of base units that is not below quote x (1 - slippage).

    Rounds up, in the trader's favour: an output passes exactly when the real-valued rule would let it pass.
    """
    assert 0 <= slippage_bps <= BPS
    return -(-quoted_amount_out * (BPS - slippage_bps) // BPS)


def shortfall_bps(quoted_amount_out: int, executed_amount_out: int) -> Decimal:
    """Return how far a fill paid below its quote, in 1/10,000 of the quote; negative when it paid more.

    Two decimals, rounded half to even.
    """
    assert quoted_amount_out > 0
    short = Decimal((quoted_amount_out - executed_amount_out) * BPS) / quoted_amount_out
    return short.quantize(_PLACES, ROUND_HALF_EVEN)
