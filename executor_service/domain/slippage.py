"""The least output an order accepts."""

from typing import Final

BPS_SCALE: Final = 10_000


def min_amount_out(quoted_amount_out: int, slippage_bps: int) -> int:
    """Return the smallest whole number of base units that is not below quote x (1 - slippage).

    Rounds up, in the trader's favour: an output passes exactly when the real-valued rule would let it pass.
    """
    assert quoted_amount_out > 0
    assert 0 <= slippage_bps <= BPS_SCALE
    return -(-quoted_amount_out * (BPS_SCALE - slippage_bps) // BPS_SCALE)
