"""The search for the best route: the solver's answer in whole units, priced by the pools' own integer quotes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pools.basis_points import BPS
from pools.errors import PoolError
from pools.integers import U64_MAX
from router_service.domain.curves import Curve
from router_service.domain.paths import Choice, Network, Solution, WayMask, solve, worthwhile
from router_service.domain.pruning import prune
from router_service.domain.routes import Leg, Route, route_of
from router_service.domain.splitting import PairPools, Part, whole_shares
from router_service.domain.trading_pool import PoolQuote, PoolSide


class LegCost(NamedTuple):
    """The cost of a leg in base units of the output, and how many legs a route may have."""

    per_leg: float
    legs_max: int


def split_route(network: Network, allowed: Choice, amount_in: int, cost: LegCost, *, floor: int = 0) -> Route | None:
    """Return the best route the search finds over the allowed pools; None when they cannot fill the amount.

    `floor` is what the best single pool pays: None as well when no split can bring more than that and a leg's cost.
    """
    while True:
        solution = _solution(network, allowed, amount_in, cost, floor)
        if solution is None:
            return None
        try:
            return _exact_route(network, solution)
        except _PoolRefuses as refusal:
            # Rounding can leave a pool an input that buys nothing: solve again without that pool.
            allowed = _without(network, allowed, refusal.side)


def _solution(network: Network, allowed: Choice, amount_in: int, cost: LegCost, floor: int) -> Solution | None:
    """Return the optimum of the worthwhile ways; else of all ways; else of the direct pools alone; else None."""
    for choice in (worthwhile(network, allowed, amount_in), allowed, Choice(allowed.direct)):
        solution = solve(network, choice, amount_in)
        if solution is None:
            continue
        # The optimum without any cost: no route of the same pools brings more.
        if solution.output - cost.per_leg <= floor:
            return None
        leg_cost = cost.per_leg + _rounding_loss(solution)
        pruned = prune(network, solution, leg_cost=leg_cost, legs_max=cost.legs_max)
        if pruned is not None:
            return pruned
    return None


def _rounding_loss(solution: Solution) -> float:
    """Return the output that rounding may cost a leg: one unit of input, as the fee rounds up, and one of output."""
    return 1.0 + 1.0 / (solution.u * solution.u)


def best_route(routes: Iterable[Route | None], cost: LegCost) -> Route | None:
    """Return the route that leaves most after the cost of its legs; of equals the one with fewer legs, then the first.

    The comparison is exact: integers, with the cost rounded up to a whole unit a leg.
    """
    per_leg = int(-(-cost.per_leg // 1))
    # An amount beyond 64 bits cannot be paid out, and no wallet can hold it.
    found = [route for route in routes if route is not None and route.amount_out <= U64_MAX]
    if not found:
        return None
    return max(found, key=lambda route: (route.amount_out - per_leg * len(route.legs), -len(route.legs)))


class _PoolRefuses(Exception):
    def __init__(self, side: PoolSide) -> None:
        super().__init__()
        self.side = side


def _exact_route(network: Network, solution: Solution) -> Route | None:
    """Return the route with the pools' own quotes; None when whole units do not fit."""
    total = solution.amount
    sides = [network.direct.sides[bit] for bit in solution.direct]
    curves: list[Curve] = [side.curve for side in sides]
    shares = [*solution.direct.values(), *(way.taken for way in solution.ways)]
    whole = whole_shares(shares, [*curves, *(way.curve for way in solution.ways)], total)
    if whole is None:
        return None
    direct = [Leg(_quote(side, part), _bps(part, total)) for side, part in zip(sides, whole, strict=False) if part]
    firsts: list[Leg] = []
    seconds: list[Leg] = []
    for share, part in zip(solution.ways, whole[len(sides) :], strict=True):
        way = network.ways[share.mask.way]
        first = _quotes(way.first.split(share.mask.first, part))
        between = sum(quote.amount_out for quote in first or ())
        second = _quotes(way.second.split(share.mask.second, between))
        if first is None or second is None:
            return None
        firsts += [Leg(quote, _bps(quote.amount_in, total)) for quote in first]
        seconds += [Leg(quote, _bps(quote.amount_in * part, between * total)) for quote in second]
    return route_of(direct + firsts + seconds, total)


def _quote(side: PoolSide, amount_in: int) -> PoolQuote:
    try:
        return side.quote(amount_in)
    except PoolError as error:
        raise _PoolRefuses(side) from error


def _quotes(parts: Sequence[Part] | None) -> list[PoolQuote] | None:
    return None if parts is None else [_quote(part.side, part.amount_in) for part in parts]


def _bps(part: int, whole: int) -> int:
    """Return a share in 1/10,000, rounded to nearest."""
    return (part * BPS + whole // 2) // whole


def _without(network: Network, choice: Choice, side: PoolSide) -> Choice:
    """Return the choice without one pool; a way that loses its only pool of a hop goes with it."""
    direct = choice.direct & ~_bit(network.direct, side)
    ways = []
    for mask in choice.ways:
        way = network.ways[mask.way]
        smaller = WayMask(mask.way, mask.first & ~_bit(way.first, side), mask.second & ~_bit(way.second, side))
        if smaller.first and smaller.second:
            ways.append(smaller)
    return Choice(direct, tuple(ways))


def _bit(pair_pools: PairPools, side: PoolSide) -> int:
    return 1 << pair_pools.sides.index(side) if side in pair_pools.sides else 0
