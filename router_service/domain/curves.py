"""Output curves in the shape a search can solve at once: how much a source takes before its price is used up.

A curve is a polyline in (u, x). x is the input taken so far; u = 1/sqrt(marginal price), with the marginal price in
output units for one more input unit, all fees included. In these coordinates every pool is made of straight lines:

    constant product stretch    x grows in proportion to u          slope sqrt(go*X*Y/gi)
    constant price stretch      x grows while u stands still        slope infinite
    price gap (fees, empty)     u grows while x stands still        slope zero

Sums of curves (pools side by side) and compositions (one pair after another) are again such polylines, so a whole
network of two hops is solved like one pool: look up u at the amount, then read off what each part takes.

Along a stretch from (u0, x0) to (u, x) the output is exactly (x - x0) / (u0 * u).

Everything here is floating point and serves the search alone: amounts that anybody is promised come from the pools'
own integer quotes. Source: Angeris, Evans, Chitra, Boyd, "Optimal Routing for Constant Function Market Makers".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import inf, sqrt
from typing import NamedTuple

from router_service.domain.pieces import CurvePiece, Piece

# Pieces that should join without a gap differ by rounding; what is further apart is a real step back.
_JOIN_TOLERANCE = 1e-9


class Stretch(NamedTuple):
    """One straight part of a curve."""

    u_from: float
    u_to: float
    taken: float
    """Input, base units."""
    brought: float
    """Output, base units."""


class Curve:
    """A polyline through the points (us[k], xs[k]); ys[k] is the output up to there.

    `slopes[k]` belongs to the part from k to k+1. An empty curve has no points and takes nothing. `complete` is False
    when the source can take more than the last point says.
    """

    __slots__ = ("complete", "slopes", "us", "xs", "ys")

    def __init__(self) -> None:
        self.us: list[float] = []
        self.xs: list[float] = []
        self.ys: list[float] = []
        self.slopes: list[float] = []
        self.complete = True

    @property
    def capacity(self) -> float:
        """Input at the last point."""
        return self.xs[-1] if self.xs else 0.0

    def covers(self, amount: float) -> bool:
        """Tell whether the curve is known up to `amount`, or wholly."""
        return self.complete or self.capacity >= amount

    def u_at(self, taken: float) -> float:
        """Return u after `taken` units; beyond the last point the last u."""
        k = bisect_left(self.xs, taken)
        if k == 0:
            return self.us[0]
        if k == len(self.xs):
            return self.us[-1]
        slope = self.slopes[k - 1]
        if slope == inf:
            return self.us[k]
        return self.us[k - 1] + (taken - self.xs[k - 1]) / slope

    def output_at(self, taken: float) -> float:
        """Return the output for `taken` units; beyond the last point the last output."""
        k = bisect_left(self.xs, taken)
        if k == 0:
            return 0.0
        if k == len(self.xs):
            return self.ys[-1]
        return self.ys[k - 1] + (taken - self.xs[k - 1]) / (self.us[k - 1] * self.u_at(taken))

    def taken_before(self, u: float) -> float:
        """Return what is taken at prices strictly better than u."""
        us = self.us
        k = bisect_left(us, u)
        if k == 0:
            return 0.0
        if k == len(us):
            return self.xs[-1]
        return self.xs[k - 1] + (u - us[k - 1]) * self.slopes[k - 1]

    def taken_up_to(self, u: float) -> float:
        """Return what is taken at u or better: more than `taken_before` where the price is constant."""
        k = bisect_right(self.us, u)
        if k == 0:
            return 0.0
        if k == len(self.us):
            return self.xs[-1]
        return self.xs[k - 1] + (u - self.us[k - 1]) * self.slopes[k - 1]

    def slope_at(self, u: float) -> float:
        """Return how much more is taken for a little more u; infinite where the price is constant."""
        k = bisect_left(self.us, u)
        if k == len(self.us):
            return 0.0
        if self.us[k] == u and k + 1 < len(self.us) and self.us[k + 1] == u:
            return inf
        return self.slopes[k - 1] if k else 0.0

    def append(self, stretch: Stretch) -> None:
        """Add a stretch at the end; where it begins at a worse price than the last point, a gap comes first."""
        if not self.us:
            self._point(stretch.u_from, 0.0, 0.0)
        elif stretch.u_from > self.us[-1]:
            self.slopes.append(0.0)
            self._point(stretch.u_from, self.xs[-1], self.ys[-1])
        rise = stretch.u_to - self.us[-1]
        self.slopes.append(stretch.taken / rise if rise > 0.0 else inf)
        self._point(max(stretch.u_to, self.us[-1]), self.xs[-1] + stretch.taken, self.ys[-1] + stretch.brought)

    def clear(self) -> None:
        """Forget all points."""
        for points in (self.us, self.xs, self.ys, self.slopes):
            points.clear()

    def _point(self, u: float, x: float, y: float) -> None:
        self.us.append(u)
        self.xs.append(x)
        self.ys.append(y)


class PoolCurve(Curve):
    """The curve of one pool, read from its pieces only as far as an amount needs."""

    __slots__ = ("_pieces", "_stretches")

    def __init__(self, pieces: Iterator[Piece]) -> None:
        super().__init__()
        self._pieces = pieces
        self._stretches: list[Stretch] = []
        self.complete = False

    def cover(self, amount: float) -> None:
        """Read pieces until `amount` fits or there are no more."""
        while not self.complete and self.capacity < amount:
            piece = next(self._pieces, None)
            if piece is None:
                self.complete = True
            elif piece.capacity_in > 0:
                self._add(stretch_of(piece))

    def first_u(self) -> float:
        """Return u of the first unit; infinite for a pool that cannot trade."""
        self.cover(1.0)
        return self.us[0] if self.us else inf

    def _add(self, stretch: Stretch) -> None:
        last_u = self.us[-1] if self.us else 0.0
        if stretch.u_from >= last_u * (1 - _JOIN_TOLERANCE):
            self._stretches.append(stretch)
            self.append(stretch)
        else:
            self._flatten(stretch)

    def _flatten(self, stretch: Stretch) -> None:
        """Join a stretch that is better than its predecessors with them, at their average price.

        Fees that fall along the way make a curve that is not concave. Its worse part is never used without the better
        one behind it, so the search sees both as one.
        """
        while self._stretches and self._stretches[-1].u_to > stretch.u_from:
            last = self._stretches.pop()
            taken, brought = last.taken + stretch.taken, last.brought + stretch.brought
            u = sqrt(taken / brought)
            stretch = Stretch(u, u, taken, brought)
        self._stretches.append(stretch)
        self.clear()
        for known in self._stretches:
            self.append(known)


def stretch_of(piece: Piece) -> Stretch:
    """Return the stretch of one piece of a pool."""
    gain = (piece.keep_in * piece.keep_out) / (piece.fee_scale * piece.fee_scale)
    taken = float(piece.capacity_in)
    if isinstance(piece, CurvePiece):
        u_from = sqrt(piece.virtual_in / piece.virtual_out / gain)
        # The marginal price falls with the square of (X + gi*x) / X, so u grows in proportion to it.
        u_to = u_from * (1.0 + taken * piece.keep_in / piece.fee_scale * 2**64 / piece.virtual_in)
    else:
        u_from = u_to = sqrt(piece.price_den / piece.price_num / gain)
    return Stretch(u_from, u_to, taken, taken / (u_from * u_to))


def side_by_side(curves: Sequence[Curve], cover: float) -> Curve:
    """Return the sum of the curves: what they take together when all stand at the same u. Known up to `cover`."""
    total = Curve()
    changes = sorted(_changes(curves))
    u_now, slope, rising = 0.0, 0.0, 0
    for u, change, jump in changes:
        if rising and u > u_now:
            taken = slope * (u - u_now)
            total.append(Stretch(u_now, u, taken, taken / (u_now * u)))
        if jump:
            total.append(Stretch(u, u, jump, jump / (u * u)))
        if total.capacity >= cover:
            total.complete = False
            return total
        u_now = u
        if change:
            rising += 1 if change > 0 else -1
            # Without a rising part the slope is zero, whatever rounding left of the sum.
            slope = slope + change if rising else 0.0
    total.complete = all(curve.complete for curve in curves)
    return total


def _changes(curves: Sequence[Curve]) -> Iterator[tuple[float, float, float]]:
    """Yield (u, change of slope, input taken at that very u) for each part of each curve."""
    for curve in curves:
        us, xs = curve.us, curve.xs
        for k, slope in enumerate(curve.slopes):
            if slope == inf:
                yield us[k], 0.0, xs[k + 1] - xs[k]
            elif slope:
                yield us[k], slope, 0.0
                yield us[k + 1], -slope, 0.0


def one_after_another(first: Curve, second: Curve, cover: float) -> Curve:
    """Return the composition: the output of `first` is the input of `second`. Known up to `cover`.

    Constant product after constant product is constant product again, so the parts stay straight; u is the product of
    the two.
    """
    whole = Curve()
    i = j = 0
    x = y = 0.0
    while i < len(first.slopes) and j < len(second.slopes) and x < cover:
        if not first.slopes[i]:
            i += 1
            continue
        if not second.slopes[j]:
            j += 1
            continue
        u_first, u_second = max(_u_inside(first, i, x), first.us[i]), _u_inside(second, j, y)
        left_first, left_second = first.ys[i + 1] - y, second.xs[j + 1] - y
        if left_first <= left_second:
            taken, u_first_to = first.xs[i + 1] - x, first.us[i + 1]
        else:
            taken, u_first_to = _advance(first.slopes[i], u_first, left_second)
        between = max(min(left_first, left_second), 0.0)
        u_second_to = second.us[j + 1] if left_second <= left_first else _u_inside(second, j, y + between)
        if taken > 0.0 and between > 0.0:
            brought = between / (u_second * u_second_to)
            whole.append(Stretch(u_first * u_second, u_first_to * u_second_to, taken, brought))
        x += taken
        y += between
        i += left_first <= left_second
        j += left_second <= left_first
    whole.complete = first.complete and second.complete and x < cover
    return whole


def _u_inside(curve: Curve, k: int, taken: float) -> float:
    slope = curve.slopes[k]
    return curve.us[k] if slope == inf else curve.us[k] + (taken - curve.xs[k]) / slope


def _advance(slope: float, u: float, output: float) -> tuple[float, float]:
    """Return the input that brings `output` from u on, and the u it leads to."""
    if slope == inf:
        return output * u * u, u
    u_to = 1.0 / (1.0 / u - output / slope)
    return slope * (u_to - u), u_to
