"""Operations on curves: the sum of curves (pools side by side) and their composition (one pair after another)."""

from collections.abc import Iterator, Sequence
from math import inf

from router_service.domain.curves import Curve, Stretch


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
            # Without a rising part the slope is zero, so drop the rounding error of the sum.
            slope = slope + change if rising else 0.0
    total.complete = all(curve.complete for curve in curves)
    return total


def _changes(curves: Sequence[Curve]) -> Iterator[tuple[float, float, float]]:
    """Yield (u, change of slope, input taken exactly at u) for each part of each curve."""
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
