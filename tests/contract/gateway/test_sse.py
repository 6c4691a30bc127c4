"""Server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.contract.gateway.conftest import OpenWorld, World, eventually
from tests.contract.gateway.fake_orders import LIFE, frame

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAM = {"accept": "text/event-stream"}


async def events_of(answer: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Yield id and data of each event."""
    number = ""
    async for line in answer.aiter_lines():
        if line.startswith("id: "):
            number = line[4:]
        if line.startswith("data: "):
            yield number, line[6:]


async def test_replay_then_live_to_the_end(world: World) -> None:
    order_id = world.orders.add(*LIFE[:3])
    async with world.http.stream("GET", f"/api/orders/{order_id}/events", headers=STREAM) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        seen = []
        async for event in events_of(answer):
            seen.append(event)
            if len(seen) == 3:
                for status, details in LIFE[3:]:
                    world.orders.happen(order_id, status, details)

    assert seen == [(str(i + 1), frame(order_id, i + 1, *event)) for i, event in enumerate(LIFE)]


@pytest.mark.parametrize(("headers", "query"), [({"last-event-id": "4"}, ""), ({}, "?after=4")])
async def test_a_client_resumes_after_what_it_has(world: World, headers: dict[str, str], query: str) -> None:
    order_id = world.orders.add(*LIFE)
    answer = await world.http.get(f"/api/orders/{order_id}/events{query}", headers=STREAM | headers)

    assert [line for line in answer.text.splitlines() if line.startswith("id")] == ["id: 5", "id: 6"]


async def test_a_client_that_has_everything_is_told_not_to_come_back(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    answer = await world.http.get(f"/api/orders/{order_id}/events", headers=STREAM | {"last-event-id": "6"})

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_silent_order_keeps_the_connection_alive(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with world.http.stream("GET", f"/api/orders/{order_id}/events?after=2", headers=STREAM) as answer:
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith(":")
        world.orders.happen(order_id, *LIFE[2])
        async for line in lines:
            if line.startswith("data"):
                assert json.loads(line[6:])["sequence"] == 3
                break


async def test_a_stream_of_no_order_is_404(world: World) -> None:
    answer = await world.http.get("/api/orders/01890000-0000-7000-8000-000000000000/events", headers=STREAM)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_bad_resume_point_is_refused(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    answer = await world.http.get(f"/api/orders/{order_id}/events", headers=STREAM | {"last-event-id": "x"})

    assert answer.status_code == 422


async def test_clients_that_leave_leave_nothing_behind(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    for _ in range(3):
        async with world.http.stream("GET", f"/api/orders/{order_id}/events", headers=STREAM) as answer:
            await anext(answer.aiter_lines())

    await eventually(lambda: world.orders.watches == 0)
    assert len(world.server.gateway.turnstile) == 0


async def test_shutdown_ends_the_streams(open_world: OpenWorld) -> None:
    world = await open_world()
    order_id = world.orders.add(*LIFE[:2])
    async with world.http.stream("GET", f"/api/orders/{order_id}/events", headers=STREAM) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        world.server.stop()
        async with asyncio.timeout(30):
            rest = [line async for line in lines]

    assert not any(line.startswith("id: 3") for line in rest)


async def test_no_stream_of_prices_opens_during_shutdown(open_world: OpenWorld) -> None:
    world = await open_world()
    world.server.gateway.drain()
    refused = await world.http.get("/api/prices", headers=STREAM)

    assert (refused.status_code, refused.json()["code"]) == (503, "shutting_down")
    assert (await world.http.get("/api/prices")).status_code == 200


async def test_prices_stream_slot_by_slot(world: World) -> None:
    async with world.http.stream("GET", "/api/prices", headers=STREAM) as answer:
        assert answer.status_code == 200
        told = [json.loads(data) async for _, data in events_of(answer)]

    assert [slot["slot"] for slot in told] == [10, 11]
    assert [slot["prices"][0]["price"] for slot in told] == [150.1, 150.2]
    assert told[0]["slotTime"] == "2026-03-04T05:06:07.089Z"
