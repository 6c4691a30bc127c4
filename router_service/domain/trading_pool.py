"""A pool with its address, venue and tokens, and its two sides: one for each token that can be sold to it."""

from typing import Final, NamedTuple

from pools.basis_points import BPS
from pools.errors import PoolError, PoolErrorReason
from pools.kinds import PoolKind, Venue
from pools.pool import PoolState
from router_service.domain.pool_curve import PoolCurve

_QUOTES_KEPT_MAX: Final = 4_096


class PoolQuote(NamedTuple):
    """The quote of one pool for an exact input, in base units, by its program's own integer math."""

    side: "PoolSide"
    amount_in: int
    amount_out: int
    """Base units of the side's mint_out, after fees."""
    fee: int
    """Trading fee, base units of `fee_mint`."""
    fee_mint: str
    price_impact_bps: int
    """How far this size moves the pool's price, before fees, rounded down."""


class TradingPool:
    """One pool in one state, with the results that were computed from this state."""

    __slots__ = ("_sides", "kind", "mint_0", "mint_1", "pool_id", "reserve_0", "reserve_1", "slot", "state", "venue")

    def __init__(
        self,
        *,
        pool_id: str,
        venue: Venue,
        mint_0: str,
        mint_1: str,
        state: PoolState,
        slot: int = 0,
        reserve_0: int = 0,
        reserve_1: int = 0,
    ) -> None:
        assert mint_0 != mint_1
        self.pool_id = pool_id
        self.venue = venue
        self.kind: PoolKind = state.kind
        self.mint_0 = mint_0
        self.mint_1 = mint_1
        self.state = state
        self.slot = slot
        self.reserve_0 = reserve_0
        self.reserve_1 = reserve_1
        self._sides: dict[bool, PoolSide] = {}

    def side(self, mint_in: str, now: int) -> "PoolSide":
        """Return the side that sells `mint_in`, at market time `now` in unix seconds: fees may depend on it."""
        zero_for_one = mint_in == self.mint_0
        side = self._sides.get(zero_for_one)
        if side is None or side.now != now:
            side = self._sides[zero_for_one] = PoolSide(self, zero_for_one, now)
        return side


class PoolSide:
    """One direction of a pool in one state: its curve for the search, and exact quotes, each worked out once."""

    __slots__ = ("_quotes", "curve", "mint_in", "mint_out", "now", "pool", "zero_for_one")

    def __init__(self, pool: TradingPool, zero_for_one: bool, now: int) -> None:
        self.pool = pool
        self.zero_for_one = zero_for_one
        self.now = now
        self.mint_in, self.mint_out = (pool.mint_0, pool.mint_1) if zero_for_one else (pool.mint_1, pool.mint_0)
        self.curve = PoolCurve(pool.state.pieces(zero_for_one, now))
        self._quotes: dict[int, PoolQuote | PoolError] = {}

    def quote(self, amount_in: int) -> PoolQuote:
        """Return the exact quote. Raises the pool's PoolError, the same one each time."""
        known = self._quotes.get(amount_in)
        if known is None:
            known = self._quote(amount_in)
            if len(self._quotes) >= _QUOTES_KEPT_MAX:
                self._quotes.clear()
            self._quotes[amount_in] = known
        if isinstance(known, PoolError):
            # The same error object is raised many times: without this its traceback would grow each time.
            raise known.with_traceback(None)
        return known

    def _quote(self, amount_in: int) -> PoolQuote | PoolError:
        try:
            swap = self.pool.state.swap_exact_in(self.zero_for_one, amount_in, self.now)
        except PoolError as error:
            return error
        fill = swap.fill
        if not fill.amount_out:
            return PoolError(PoolErrorReason.ZERO_OUTPUT)
        return PoolQuote(
            side=self,
            amount_in=amount_in,
            amount_out=fill.amount_out,
            fee=fill.fee,
            fee_mint=self.mint_in if fill.fee_on_input else self.mint_out,
            price_impact_bps=price_impact_bps(self.pool.state, swap.state_after),
        )


def price_impact_bps(before: PoolState, after: PoolState) -> int:
    """Return how far the price moved between two states of a pool, in 1/10,000 of what it was, rounded down.

    Measured against the trader: 1 - (price received after / before), whichever direction was traded.
    """
    num_before, den_before = before.mid_price()
    num_after, den_after = after.mid_price()
    left, right = num_after * den_before, num_before * den_after
    low, high = (left, right) if left < right else (right, left)
    return (high - low) * BPS // high
