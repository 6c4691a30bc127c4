"""The rest of the world: each slot it trades every pool toward its target price, with the pool's own math.

It is strong enough to bring a pool back at once, and it pays the pools' fees, so their liquidity grows.
"""

from collections.abc import Mapping
from math import isqrt
from typing import Final

from router_service.domain.errors import PoolError
from router_service.domain.pieces import CurvePiece
from router_service.market.pools import Pool
from router_service.market.reference_prices import ReferencePrices
from router_service.market.swaps import U64_MAX, Fill

# Nearer than this to its target a pool is left alone: 2 in 10,000.
_TOLERANCE_PPM: Final = 200


class OutsideFlow:
    """Trades toward the reference prices."""

    def __init__(self, prices: ReferencePrices) -> None:
        """Take the prices it believes in."""
        self._prices = prices

    def trade(self, pool: Pool, funds: Mapping[str, int], *, slot: int, now_ms: int) -> tuple[Pool, Fill] | None:
        """Return the pool after one trade toward its target; None when it is near enough or cannot be moved."""
        info = pool.info
        target = self._prices.target_x64(info.venue, info.symbols, info.offset_bps, slot)
        numerator, denominator = pool.state.mid_price()
        price = (numerator << 64) // denominator
        if abs(price - target) * 1_000_000 <= target * _TOLERANCE_PPM:
            return None
        zero_for_one = price > target
        mint_in = info.mint_0 if zero_for_one else info.mint_1
        amount_in = min(input_to_reach(pool, zero_for_one, target, now_ms // 1000), funds.get(mint_in, 0))
        if amount_in <= 0:
            return None
        try:
            return pool.trade(mint_in, amount_in, now_ms=now_ms, slot=slot)
        except PoolError:
            # Too small to move anything, or the pool's range ends here: nothing the outside could do.
            return None


def input_to_reach(pool: Pool, zero_for_one: bool, target_x64: int, now: int) -> int:
    """Return the input that brings the pool's price to the target, base units, rounded down; 0 when it is there.

    Walks the pool's output curve, best price first: whole pieces that are better than the target, then the part of
    a curve that ends at it.
    """
    # Output for one unit of input, as a fraction: the target itself, or its inverse for the other direction.
    num, den = (target_x64, 1 << 64) if zero_for_one else (1 << 64, target_x64)
    total = 0
    for piece in pool.state.pieces(zero_for_one, now):
        if isinstance(piece, CurvePiece):
            # The price of the curve is in*out / (in + x)^2, so it meets the target where in + x is this root.
            root = isqrt(piece.virtual_in * piece.virtual_out * den // num)
            net = max(0, root - piece.virtual_in) >> 64
            wanted = net * piece.fee_scale // piece.keep_in
        else:
            better = piece.price_num * den > num * piece.price_den
            wanted = piece.capacity_in if better else 0
        total += min(wanted, piece.capacity_in)
        if wanted < piece.capacity_in or total >= U64_MAX // 2:
            break
    return min(total, U64_MAX // 2)
