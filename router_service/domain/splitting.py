"""The best split of an amount over the pools of one pair.

All used pools end at the same marginal price, unused ones start below it. The sum of the pools' curves gives that
price at once; each pool's part is read off its own curve and rounded to whole units. The parts sum to the amount.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf
from typing import Final, NamedTuple

from router_service.domain.curve_algebra import side_by_side
from router_service.domain.curves import Curve
from router_service.domain.trading_pool import PoolSide

# A table covers more than the amount that needs it, so that a next, larger amount finds it ready.
_COVER_FACTOR: Final = 2.0
# Floating point holds a capacity to some 16 digits: stay below the edge, because the pool refuses to cross it.
_EDGE_SHIFT: Final = 44


class Part(NamedTuple):
    """One pool's part of an amount, base units."""

    side: PoolSide
    amount_in: int


class PairPools:
    """The pools of one pair in one direction, with the tables that all orders of a slot share.

    Pools are chosen by a mask: bit i stands for `sides[i]`. Their order is that of their addresses, so that results do
    not depend on how they were listed.
    """

    __slots__ = ("_first_us", "_tables", "everything", "sides")

    def __init__(self, sides: Iterable[PoolSide]) -> None:
        self.sides = tuple(sorted(sides, key=lambda side: side.pool.pool_id))
        self.everything = (1 << len(self.sides)) - 1
        self._tables: dict[int, Curve] = {}
        self._first_us: dict[int, float] = {}

    def chosen(self, mask: int) -> list[PoolSide]:
        """Return the sides of a mask."""
        return [self.sides[bit] for bit in bits_of(mask)]

    def table(self, mask: int, amount: float) -> Curve:
        """Return the sum of the chosen pools' curves, known up to `amount` at least."""
        table = self._tables.get(mask)
        if table is None or not table.covers(amount):
            table = self._tables[mask] = self._build(mask, amount * _COVER_FACTOR)
        return table

    def first_u(self, mask: int) -> float:
        """Return u of the best price any chosen pool has for a first unit; infinite when none can trade."""
        best = self._first_us.get(mask)
        if best is None:
            best = self._first_us[mask] = min((side.curve.first_u() for side in self.chosen(mask)), default=inf)
        return best

    def shares(self, mask: int, amount: float) -> list[float]:
        """Return each chosen pool's share of `amount`, in the order of the mask's bits; short when they cannot fill."""
        table = self.table(mask, amount)
        curves = [self.sides[bit].curve for bit in bits_of(mask)]
        return divide(curves, table.u_at(amount), amount) if table.us else [0.0] * len(curves)

    def split(self, mask: int, amount: int) -> list[Part] | None:
        """Return whole parts that sum to `amount`, without the empty ones; None when the pools cannot fill it."""
        sides = self.chosen(mask)
        whole = whole_shares(self.shares(mask, amount), [side.curve for side in sides], amount)
        if whole is None:
            return None
        return [Part(side, part) for side, part in zip(sides, whole, strict=True) if part]

    def _build(self, mask: int, cover: float) -> Curve:
        curves = []
        for bit in bits_of(mask):
            curve = self.sides[bit].curve
            curve.cover(cover)
            curves.append(curve)
        return side_by_side(curves, cover)


@lru_cache(maxsize=65_536)
def bits_of(mask: int) -> tuple[int, ...]:
    """Return the positions of the set bits, lowest first."""
    return tuple(bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def divide(curves: Sequence[Curve], u: float, amount: float) -> list[float]:
    """Return what each curve takes when all stand at u; where a price is constant at u, the first ones fill up."""
    shares = [curve.taken_before(u) for curve in curves]
    left = amount - sum(shares)
    for index, curve in enumerate(curves):
        if left <= 0.0:
            break
        step = min(curve.taken_up_to(u) - shares[index], left)
        shares[index] += step
        left -= step
    return shares


def whole_shares(shares: Sequence[float], curves: Sequence[Curve], amount: int) -> list[int] | None:
    """Return the shares in whole units, corrected to sum to `amount`; None when the curves cannot take it all.

    The correction, some units of rounding, goes where there is room, largest share first: at equal marginal prices it
    does not matter where.
    """
    limits = [_limit(curve) for curve in curves]
    whole = [min(int(share), limit) for share, limit in zip(shares, limits, strict=True)]
    left = amount - sum(whole)
    for index in sorted(range(len(whole)), key=whole.__getitem__, reverse=True):
        if not left:
            break
        step = max(min(left, limits[index] - whole[index]), -whole[index])
        whole[index] += step
        left -= step
    return None if left else whole


def _limit(curve: Curve) -> int:
    capacity = int(curve.capacity)
    return capacity - (capacity >> _EDGE_SHIFT)
