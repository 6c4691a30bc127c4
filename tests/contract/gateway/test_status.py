"""Ready means that a new order would be executed; the status shows every part."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.gateway.conftest import OpenWorld, World
from tradewind.status.v1 import status_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL_OK = dict.fromkeys(("executor", "workers", "router", "market", "tokens"), "ok")


async def readiness(world: World, status: int, query: str = "") -> httpx.Response:
    """Return the answer of /readyz as soon as it has this status; a channel needs a moment to come back."""
    async with asyncio.timeout(30):
        while (answer := await world.http.get(f"/readyz{query}")).status_code != status:
            await asyncio.sleep(0.02)
    return answer


async def status_where(world: World, holds: Callable[[Any], bool]) -> Any:
    """Return the status as soon as it shows something: every answer may be a moment old."""
    async with asyncio.timeout(30):
        while not holds(document := (await world.http.get("/api/status")).json()):
            await asyncio.sleep(0.02)
    return document


@pytest.mark.parametrize("part", ["executor", "router", "market"])
async def test_ready_names_the_service_that_is_away(world: World, part: str) -> None:
    fake: Any = {"executor": world.orders, "router": world.router, "market": world.market}[part]
    good = await readiness(world, 200)
    await fake.stop()
    bad = await readiness(world, 503)
    without = await readiness(world, 200, f"?exclude={part}")
    shown = await status_where(world, lambda document: document["notReady"] == [part])
    await fake.start()
    await readiness(world, 200)

    assert good.json() == {"status": "ok", "checks": ALL_OK}
    assert (bad.json()["code"], bad.json()["notReady"]) == ("unavailable", [part])
    assert bad.headers["content-type"] == "application/problem+json"
    assert part not in without.json()["checks"]
    assert (shown["ready"], shown["parts"][part]["state"]) == (False, "unavailable")


async def test_without_a_worker_nothing_is_ready(world: World) -> None:
    del world.orders.facts.workers[:]
    bad = await readiness(world, 503)
    shown = await status_where(world, lambda document: document["notReady"] == ["workers"])

    assert bad.json()["checks"] == ALL_OK | {"workers": "none"}
    assert shown["parts"]["workers"] == {"state": "none", "live": []}
    assert (await world.http.get("/readyz?exclude=market,workers")).status_code == 200


async def test_a_market_that_stands_still_and_a_router_that_knows_old_prices_are_named(world: World) -> None:
    world.market.facts.is_stalled = True
    world.router.facts.is_stale = True
    shown = await status_where(world, lambda document: len(document["notReady"]) == 2)

    assert {name: shown["parts"][name]["state"] for name in shown["notReady"]} == {
        "router": "stale_state",
        "market": "stalled",
    }


async def test_what_only_a_store_could_tell_is_unknown_and_not_blamed(world: World) -> None:
    world.orders.facts = status_pb2.ExecutorFacts()
    world.orders.redis = status_pb2.Store(name="redis")
    shown = await status_where(world, lambda document: document["parts"]["redis"]["state"] != "ok")

    assert shown["notReady"] == []
    assert shown["parts"]["workers"] == {"state": "unknown", "live": []}
    assert shown["parts"]["redis"] == {"state": "unavailable"}
    assert "openOrders" not in shown["parts"]["executor"]


async def test_the_status_shows_every_part(world: World) -> None:
    shown = await status_where(world, lambda document: "openOrders" in document["parts"]["executor"])
    parts = shown["parts"]
    for name in ("gateway", "executor", "router", "market"):
        assert parts[name]["release"]
        assert parts[name]["uptimeSeconds"] >= 0
        assert parts[name]["startedAt"].endswith("Z")
    assert parts["gateway"]["keysRequired"] is False
    assert parts["executor"]["openOrders"] == 3
    assert parts["workers"]["live"] == [
        {
            "workerId": "0199f3a0-0000-7000-8000-000000000001",
            "name": "worker-1",
            "startedAt": "2026-03-04T05:06:07.000Z",
            "leaseLeftMs": 2_400,
            "claimedOrders": 2,
        }
    ]
    assert (parts["router"]["slot"], parts["router"]["stateAgeMs"], parts["router"]["tokensKnown"]) == (9, 120, 3)
    assert (parts["market"]["profile"], parts["market"]["seed"], parts["market"]["slot"]) == (
        "instant",
        str(2**63 - 1),
        12,
    )
    assert parts["postgres"] == {"state": "ok", "release": "18.4", "roundTripMicros": 400}
    assert parts["redis"] == {"state": "ok", "release": "9.1.2", "roundTripMicros": 200}


async def test_a_part_that_is_none_cannot_be_excluded(world: World) -> None:
    answer = await world.http.get("/readyz?exclude=workers,postgres")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?exclude")
    assert (await world.http.get("/readyz?without=workers")).json()["errors"][0]["code"] == "unknown_field"


async def test_a_status_is_for_those_who_may_read(keyed: World, open_world: OpenWorld) -> None:
    assert (await keyed.http.get("/api/status")).status_code == 401
    assert (await keyed.http.get("/readyz")).status_code in (200, 503)
