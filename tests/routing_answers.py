"""The product's answer to a routing problem of the vector files: one route, searched and quoted as the router does."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pools.errors import PoolError
from pools.kinds import VENUE_OF, PoolKind
from pools.pool_json import state_from_json
from router_service.domain.paths import Network, Way
from router_service.domain.routes import Route, single_pool_route
from router_service.domain.routing_table import everything
from router_service.domain.search import LegCost, best_route, split_route
from router_service.domain.splitting import PairPools
from router_service.domain.trading_pool import PoolQuote, PoolSide, TradingPool

Problem = Mapping[str, Any]
# The problems know no cost and no limit for legs beyond what a transaction can hold.
FREE: Final = LegCost(0.0, 16)


def answer(problem: Problem) -> dict[str, Any]:
    """Return the output and the input of each pool. The output is counted again from the pools' exact quotes."""
    route = best_route_for(problem)
    split = {pool["id"]: 0 for pool in problem["pools"]}
    split.update({leg.quote.side.pool.pool_id: leg.quote.amount_in for leg in route.legs})
    return {"id": problem["id"], "output": executed(route), "split": split}


def best_route_for(problem: Problem) -> Route:
    """Return the best route; every problem has one."""
    network, amount_in = network_of(problem), int(problem["amount_in"])
    singles = [single_pool_route(quote) for quote in quotes_of(network.direct, amount_in)]
    route = best_route((*singles, split_route(network, everything(network), amount_in, FREE)), FREE)
    assert route is not None
    return route


def quotes_of(pair_pools: PairPools, amount_in: int) -> list[PoolQuote]:
    """Return what the pools that can take it all would pay."""
    quotes = []
    for side in pair_pools.sides:
        try:
            quotes.append(side.quote(amount_in))
        except PoolError:
            continue
    return quotes


def executed(route: Route) -> int:
    """Return what the legs bring when they are executed in order, intermediate tokens handed on as the market does."""
    purse: dict[str, int] = {route.mint_in: route.amount_in}
    for leg in route.legs:
        side = leg.quote.side
        purse[side.mint_in] -= leg.quote.amount_in
        assert purse[side.mint_in] >= 0
        brought = side.pool.state.swap_exact_in(side.zero_for_one, leg.quote.amount_in, side.now).fill.amount_out
        purse[side.mint_out] = purse.get(side.mint_out, 0) + brought
    output = purse.pop(route.mint_out)
    assert not any(purse.values()), "nothing is left over on the way"
    return output


def network_of(problem: Problem) -> Network:
    """Return the network of a problem: sells A for B, or B for A, where one exists through C."""
    pools = [_pool(pool) for pool in problem["pools"]]
    backwards = problem.get("a_to_b") is False
    mint_in, mint_out = ("B", "A") if backwards else ("A", "B")
    direct = PairPools(_sides(pools, problem["pools"], mint_in, mint_out))
    first = PairPools(_sides(pools, problem["pools"], mint_in, "C"))
    second = PairPools(_sides(pools, problem["pools"], "C", mint_out))
    return Network(direct, [Way("C", first, second)] if first.sides and second.sides else [])


def _pool(pool: Mapping[str, Any]) -> TradingPool:
    kind = PoolKind(pool["type"])
    mint_0, mint_1 = pool.get("pair") or "AB"
    state = state_from_json(kind, pool["state"])
    return TradingPool(pool_id=pool["id"], venue=VENUE_OF[kind], mint_0=mint_0, mint_1=mint_1, state=state)


def _sides(
    pools: Sequence[TradingPool], rows: Sequence[Mapping[str, Any]], mint_in: str, mint_out: str
) -> list[PoolSide]:
    return [
        pool.side(mint_in, _now(row["state"]))
        for pool, row in zip(pools, rows, strict=True)
        if {pool.mint_0, pool.mint_1} == {mint_in, mint_out}
    ]


def _now(state: Mapping[str, Any]) -> int:
    names = ("current_timestamp", "current_point", "block_timestamp")
    return next((int(state[name]) for name in names if state.get(name)), 0)
