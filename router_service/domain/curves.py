"""Output curves in a form that a search solves in one step: how much input a source takes down to a price.

A curve is a polyline in (u, x). x is the input taken so far; u = 1/sqrt(marginal price), with the marginal price in
output units for one more input unit, all fees included. In these coordinates every pool is made of straight lines:

    constant product stretch    x grows in proportion to u          slope sqrt(go*X*Y/gi)
    constant price stretch      x grows while u stands still        slope infinite
    price gap (fees, empty)     u grows while x stands still        slope zero

Sums of curves (pools side by side) and compositions (one pair after another) are again such polylines, so a whole
network of two hops is solved like one pool: look up u at the amount, then read off what each part takes.

Along a stretch from (u0, x0) to (u, x) the output is exactly (x - x0) / (u0 * u).

Everything here is floating point and serves the search alone: amounts that a caller is promised come from the pools'
own integer quotes. Source: Angeris, Evans, Chitra, Boyd, "Optimal Routing for Constant Function Market Makers".
"""

from bisect import bisect_left, bisect_right
from math import inf
from typing import NamedTuple


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
        """Return whether the curve is known up to `amount`, or wholly."""
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
