"""Scenarios that do not exist are refused by name, as long as the market's list can be had."""

from typing import Any

import pytest
import pytest_asyncio

from servicekit.errors import Rejected, Unavailable
from tests.contract.gateway.conftest import OpenWorld, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXECUTE = "/api/orders/execute"
GOOD: dict[str, Any] = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}


@pytest_asyncio.fixture(loop_scope="module")
async def scripted(open_world: OpenWorld) -> World:
    """A gateway with SCENARIOS=on; its market knows fail_once and venue_down:raydium."""
    return await open_world(scenarios="on")


async def post(world: World, path: str, scenario: str, **more: Any) -> Any:
    answer = await world.http.post(path, json={**GOOD, "scenario": scenario, **more})
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("scenario", "hint"),
    [
        ("fail_onse", "Did you mean fail_once?"),
        ("venue_down:raydum", "Did you mean venue_down:raydium?"),
        ("venue_down:orca", "Did you mean venue_down:raydium?"),
        ("zzz", "Known: fail_once, venue_down:raydium."),
    ],
)
@pytest.mark.parametrize("path", [EXECUTE, "/api/orders/preview", "/api/quotes"])
async def test_an_unknown_scenario_is_told_the_nearest(scripted: World, path: str, scenario: str, hint: str) -> None:
    status, problem = await post(scripted, path, scenario)
    assert status == 422
    [violation] = problem["errors"]
    assert (violation["pointer"], violation["code"]) == ("/scenario", "unknown_scenario")
    assert violation["detail"].endswith(hint)
    assert not scripted.orders.requests


async def test_it_is_told_with_everything_else_that_is_wrong(scripted: World) -> None:
    _, problem = await post(scripted, EXECUTE, "zzz", amountIn=-1)
    assert {error["pointer"] for error in problem["errors"]} == {"/amountIn", "/scenario"}


async def test_in_a_batch_it_sinks_its_own_order_alone(scripted: World) -> None:
    orders = [GOOD | {"scenario": "zzz"}, GOOD | {"scenario": "fail_once"}, GOOD]
    results = (await scripted.http.post("/api/orders/batch", json=orders)).json()["results"]
    assert [result["status"] for result in results] == [422, 202, 202]


async def test_without_the_list_the_market_decides(scripted: World) -> None:
    scripted.market.refuse = Unavailable("UNAVAILABLE")
    status, receipt = await post(scripted, EXECUTE, "zzz")
    assert status == 202
    assert scripted.orders.requests[receipt["orderId"]].scenario == "zzz"


async def test_a_market_that_cannot_tell_is_asked_once_by_a_whole_batch(scripted: World) -> None:
    scripted.market.refuse = Rejected("NOT_IMPLEMENTED")
    await scripted.http.post("/api/orders/batch", json=[GOOD | {"scenario": "zzz"}] * 100)
    assert scripted.market.asked_for_scenarios == 1


async def test_a_list_that_was_had_once_is_kept(scripted: World) -> None:
    assert (await post(scripted, EXECUTE, "fail_once"))[0] == 202
    scripted.market.refuse = Unavailable("UNAVAILABLE")
    assert (await post(scripted, EXECUTE, "zzz"))[0] == 422


async def test_orders_without_a_scenario_ask_nobody(scripted: World) -> None:
    before = scripted.market.asked_for_scenarios
    answer = await scripted.http.post(EXECUTE, json=GOOD)
    assert answer.status_code == 202
    assert scripted.market.asked_for_scenarios == before


async def test_switched_off_nobody_is_asked(world: World) -> None:
    before = world.market.asked_for_scenarios
    status, problem = await post(world, EXECUTE, "zzz")
    assert (status, problem["errors"][0]["code"]) == (422, "scenarios_off")
    assert world.market.asked_for_scenarios == before
