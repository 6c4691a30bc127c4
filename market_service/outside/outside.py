"""Outside flow: each slot it trades every pool into its band of prices, with the pool's own math.

One trade brings a pool back, whatever its size. It pays the pool's fees, so the pool's liquidity grows.
"""

from collections.abc import Mapping
from math import isqrt
from typing import Final

from market_service.chain.pools import Pool
from market_service.chain.swaps import U64_MAX, Fill
from market_service.outside.price_bands import PriceBands
from market_service.outside.seeded import PPM
from pools.errors import PoolError
from pools.pieces import CurvePiece, LinePiece

# Outside flow does not trade a pool so near to its band: 2 in 10,000, or a tenth of its fee where that is less.
_TOLERANCE_PPM: Final = 200
_FEE_TO_TOLERANCE: Final = 10


class OutsideFlow:
    """Brings pools back into their bands."""

    def __init__(self, bands: PriceBands) -> None:
        """Take the bands it trades by."""
        self._bands = bands

    def trade(self, pool: Pool, funds: Mapping[str, int], *, slot: int, now_ms: int) -> tuple[Pool, Fill] | None:
        """Return the pool after one trade to the nearer end of its band; None when it is inside or cannot be moved."""
        info = pool.info
        goal = self._goal(pool, slot)
        if goal is None:
            return None
        zero_for_one, target_x64 = goal
        mint_in = info.mint_0 if zero_for_one else info.mint_1
        amount_in = min(input_to_reach(pool, zero_for_one, target_x64, now_ms // 1000), funds.get(mint_in, 0))
        if amount_in <= 0:
            return None
        try:
            return pool.trade(mint_in, amount_in, now_ms=now_ms, slot=slot)
        except PoolError:
            # The trade is too small to move the price, or the pool's range ends here.
            return None

    def _goal(self, pool: Pool, slot: int) -> tuple[bool, int] | None:
        """Return whether to sell token 0, and the price to reach in Q64.64; None for a pool that is near enough."""
        numerator, denominator = pool.state.mid_price()
        price_x64 = (numerator << 64) // denominator
        low_x64, high_x64 = self._bands.band(pool.info, slot)
        info = pool.info
        tolerance = max(min(_TOLERANCE_PPM, info.fee_ppm // _FEE_TO_TOLERANCE), info.price_step_ppm // 2)
        # A pool of bins goes to the bin with the nearest price: it cannot have a price between two bins.
        reach = info.price_step_ppm // 2
        if (price_x64 - high_x64) * PPM > high_x64 * tolerance:
            return True, high_x64 * (PPM + reach) // PPM
        if (low_x64 - price_x64) * PPM > low_x64 * tolerance:
            return False, low_x64 * (PPM - reach) // PPM
        return None


def input_to_reach(pool: Pool, zero_for_one: bool, target_x64: int, now: int) -> int:
    """Return the input that brings the pool's price to the target, base units; 0 when it is there.

    Walks the pool's output curve, best price first: whole pieces that are better than the target, then the part of
    a curve that ends at it, rounded down. A pool of bins takes the price of the next bin only when a swap reaches
    into it, so a walk that ends between two bins also buys a little of the next one.
    """
    # Output for one unit of input, as a fraction: the target itself, or its inverse for the other direction.
    num, den = (target_x64, 1 << 64) if zero_for_one else (1 << 64, target_x64)
    total = 0
    for walked, piece in enumerate(pool.state.pieces(zero_for_one, now)):
        if isinstance(piece, CurvePiece):
            # The price of the curve is in*out / (in + x)^2, so it meets the target where in + x is this root.
            root = isqrt(piece.virtual_in * piece.virtual_out * den // num)
            net = max(0, root - piece.virtual_in) >> 64
            wanted = net * piece.fee_scale // piece.keep_in
        else:
            better = piece.price_num * den > num * piece.price_den
            wanted = piece.capacity_in if better else 0
            if walked and not better:
                # Two units of input for the roundings of each bin behind, and what buys the least of this one.
                total += 2 * walked + _least_input(piece)
        total += min(wanted, piece.capacity_in)
        if wanted < piece.capacity_in or total >= U64_MAX // 2:
            break
    return min(total, U64_MAX // 2)


def _least_input(piece: LinePiece) -> int:
    """Return an input in base units that is enough to buy from a bin: the price of two units of output, and fees."""
    kept = piece.price_num * piece.keep_in * piece.keep_out
    return 2 * (piece.price_den * piece.fee_scale * piece.fee_scale // kept + 1)
