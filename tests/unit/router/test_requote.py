"""What a chosen route would pay on the pools as they are now."""

import json
from typing import Any

import pytest

from router_service.domain.requote import output_now
from router_service.domain.routes import Route, single_pool_route
from router_service.domain.trading_pool import TradingPool
from tests.pools import SOL, a_pool, cpmm
from tests.routing_answers import best_route_for
from tests.vectors import DATA

PROBLEMS = json.loads((DATA / "routing.json").read_text(encoding="utf-8"))["cases"]


def pools_of(route: Route) -> dict[str, TradingPool]:
    return {leg.quote.side.pool.pool_id: leg.quote.side.pool for leg in route.legs}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem["id"])
def test_on_unmoved_pools_a_route_pays_what_was_quoted(problem: dict[str, Any]) -> None:
    route = best_route_for(problem)
    assert output_now(route, pools_of(route), route.legs[0].quote.side.now) == route.amount_out


def test_a_pool_that_moved_pays_what_it_pays_now() -> None:
    pool = a_pool("p", state=cpmm(10**12, 10**12))
    quote = pool.side(SOL, 0).quote(10**9)
    route = single_pool_route(quote)
    moved = a_pool("p", state=cpmm(10**12, 9 * 10**11))
    assert output_now(route, {"p": moved}, 0) == moved.side(SOL, 0).quote(10**9).amount_out < quote.amount_out


def test_a_pool_that_is_gone_or_dry_pays_nothing() -> None:
    pool = a_pool("p", state=cpmm(10**12, 10**12))
    quote = pool.side(SOL, 0).quote(1_000)
    route = single_pool_route(quote)
    assert output_now(route, {}, 0) == 0
    assert output_now(route, {"p": a_pool("p", state=cpmm(10**12, 1))}, 0) == 0
