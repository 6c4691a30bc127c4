"""Fewer legs: each leg costs a network fee, and a transaction holds only so many.

With a cost for each used pool the problem is no longer convex. The heuristic: estimate the output that the route loses
without each leg, remove the legs that add less than they cost, solve again, and keep the result only when it is better.
"""

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from router_service.domain.curves import Curve
from router_service.domain.paths import Choice, Network, Solution, WayMask, WayShare, solve
from router_service.domain.splitting import PairPools, bits_of


class Removal(NamedTuple):
    """A direct pool, pools of a way, or a whole way, to be removed. Bits are those of the choice's masks."""

    loss: float
    """Output lost, base units, estimated."""
    legs: int
    """Legs saved."""
    direct: int = 0
    way: WayMask | None = None
    """Pools of a way that stay; with both masks zero the whole way goes."""


def prune(network: Network, solution: Solution, *, leg_cost: float, legs_max: int) -> Solution | None:
    """Return the solution with legs that do not earn their cost removed; None when the limit makes it impossible."""
    while solution.legs > 1:
        forced = solution.legs > legs_max
        removals = sorted(_removals(network, solution), key=lambda removal: removal.loss / removal.legs)
        if forced:
            smaller = _smaller(network, solution, removals, legs_max)
        else:
            cheap = [removal for removal in removals if removal.loss < removal.legs * leg_cost]
            smaller = _better(network, solution, cheap, leg_cost)
        if smaller is None:
            return None if forced else solution
        solution = smaller
    return solution if solution.legs <= legs_max else None


def _smaller(network: Network, solution: Solution, removals: Sequence[Removal], legs_max: int) -> Solution | None:
    """Remove legs until the limit holds: the less useful half at once, or one when the rest cannot fill the amount.

    The estimates hold only near this solution, so it removes many legs in several steps.
    """
    cheap = removals[: (len(removals) + 1) // 2]
    for gone, excess in ((cheap, solution.legs - legs_max), *(((removal,), 1) for removal in removals)):
        smaller = solve(network, _without(solution.choice, gone, legs=excess), solution.amount)
        if smaller is not None and smaller.legs < solution.legs:
            return smaller
    return None


def _better(network: Network, solution: Solution, removals: Sequence[Removal], leg_cost: float) -> Solution | None:
    """Remove the worse half of the legs that cost more than they add; when that gains nothing, only the worst one."""
    half = removals[: (len(removals) + 1) // 2]
    for gone in (half, half[:1]) if len(half) > 1 else (half,):
        if not gone:
            return None
        smaller = solve(network, _without(solution.choice, gone, legs=solution.legs - 1), solution.amount)
        if smaller is not None and _net(smaller, leg_cost) > _net(solution, leg_cost):
            return smaller
    return None


def _net(solution: Solution, leg_cost: float) -> float:
    return solution.output - solution.legs * leg_cost


def _without(choice: Choice, removals: Sequence[Removal], *, legs: int) -> Choice:
    """Return the choice less up to `legs` removals, as many as can be combined."""
    for removal in removals:
        if legs <= 0:
            break
        smaller = _minus(choice, removal)
        if smaller is not None:
            choice = smaller
            legs -= removal.legs
    return choice


def _minus(choice: Choice, removal: Removal) -> Choice | None:
    """Return the choice less one removal; None when an earlier removal took a pool that this one needs."""
    if removal.way is None:
        return choice._replace(direct=choice.direct & ~removal.direct)
    ways = {mask.way: mask for mask in choice.ways}
    mask = ways.pop(removal.way.way, None)
    if mask is None:
        return None
    first, second = mask.first & removal.way.first, mask.second & removal.way.second
    if removal.way.first and not (first and second):
        return None
    if removal.way.first:
        ways[mask.way] = WayMask(mask.way, first, second)
    return Choice(choice.direct, tuple(sorted(ways.values())))


def _removals(network: Network, solution: Solution) -> Iterator[Removal]:
    curves: list[Curve] = [network.direct.sides[bit].curve for bit in solution.direct]
    takes = list(solution.direct.values())
    curves += [way.curve for way in solution.ways]
    takes += [way.taken for way in solution.ways]
    if len(curves) > 1:
        losses = _losses(curves, takes, solution.u)
        for bit, loss in zip(solution.direct, losses, strict=False):
            yield Removal(loss, 1, direct=1 << bit)
        for way, loss in zip(solution.ways, losses[len(solution.direct) :], strict=True):
            legs = way.mask.first.bit_count() + way.mask.second.bit_count()
            yield Removal(loss, legs, way=WayMask(way.mask.way, 0, 0))
    for way in solution.ways:
        yield from _hop_removals(network, way)


def _hop_removals(network: Network, share: WayShare) -> Iterator[Removal]:
    """Yield the pools of a way's hops that another pool of the same hop could replace."""
    mask, way = share.mask, network.ways[share.mask.way]
    first = way.first.table(mask.first, share.taken)
    between = first.output_at(share.taken)
    second = way.second.table(mask.second, between)
    price_between = 1.0 / second.u_at(between) ** 2
    for bit, loss in _pair_losses(way.first, mask.first, share.taken, first.u_at(share.taken)):
        yield Removal(loss * price_between, 1, way=mask._replace(first=mask.first & ~(1 << bit)))
    for bit, loss in _pair_losses(way.second, mask.second, between, second.u_at(between)):
        yield Removal(loss, 1, way=mask._replace(second=mask.second & ~(1 << bit)))


def _pair_losses(pair_pools: PairPools, mask: int, amount: float, u: float) -> Iterator[tuple[int, float]]:
    if mask.bit_count() > 1:
        bits = bits_of(mask)
        curves = [pair_pools.sides[bit].curve for bit in bits]
        yield from zip(bits, _losses(curves, pair_pools.shares(mask, amount), u), strict=True)


def _losses(curves: Sequence[Curve], takes: Sequence[float], u: float) -> list[float]:
    """Return for each curve the output that the whole loses without it: its profit over the common price, and the
    loss of the others, which take its part at worse prices."""
    slopes = [curve.slope_at(u) for curve in curves]
    losses = []
    for index, (curve, taken) in enumerate(zip(curves, takes, strict=True)):
        others = sum(slopes[:index]) + sum(slopes[index + 1 :])
        value = taken / (u * u)
        profit = max(curve.output_at(taken) - value, 0.0)
        rise = taken / others if others > 0.0 else inf
        losses.append(profit + (value * rise / (u + rise) if rise < inf else value))
    return losses
