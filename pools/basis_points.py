"""Basis points, and the one rounding of the least output: preview, order, quote check and market agree to the unit."""

from typing import Final

BPS: Final = 10_000
"""One, in basis points."""


def min_amount_out(quoted_amount_out: int, slippage_bps: int) -> int:
    """Return the smallest whole number of base units that is not below quote x (1 - slippage).

    Rounds up, in the trader's favour: an output passes exactly when the real-valued rule would let it pass.
    """
    assert 0 <= slippage_bps <= BPS
    return -(-quoted_amount_out * (BPS - slippage_bps) // BPS)
