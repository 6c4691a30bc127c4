"""/api/stream: one socket for many orders."""

import asyncio
import json
from typing import Any

import pytest
import websockets

from servicekit.errors import Unavailable
from tests.contract.gateway.conftest import OpenWorld, World, eventually
from tests.contract.gateway.fake_orders import LIFE, frame

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGER = "01a1f992-25b7-713e-87c4-000000000000"


async def _say(socket: Any, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def _next(socket: Any) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 30))


async def _ask(socket: Any, **message: Any) -> Any:
    await _say(socket, **message)
    return await _next(socket)


async def _events(socket: Any, count: int) -> list[tuple[str, int]]:
    frames = [await _next(socket) for _ in range(count)]
    return [(event["orderId"], event["sequence"]) for event in frames]


async def _nothing_more(socket: Any) -> None:
    assert await _ask(socket, op="ping") == {"op": "pong"}


async def _close_code(socket: Any) -> int:
    async with asyncio.timeout(30):
        await socket.wait_closed()
    code: int = socket.close_code
    return code


async def test_many_orders_are_told_each_from_where_the_client_stands(world: World) -> None:
    done, running = world.orders.add(*LIFE), world.orders.add(*LIFE[:2])
    async with world.socket("/api/stream") as socket:
        ack = await _ask(socket, op="subscribe", orderIds=[done, running], after={done: 4})
        assert ack == {"op": "subscribed", "orderIds": [done, running]}
        told = [await _next(socket) for _ in range(5)]
        assert [f["sequence"] for f in told if f["orderId"] == done and "op" not in f] == [5, 6]
        assert [f["sequence"] for f in told if f["orderId"] == running] == [1, 2]
        assert {"op": "ended", "orderId": done, "sequence": 6} in told
        world.orders.happen(running, *LIFE[2])
        assert await _events(socket, 1) == [(running, 3)]


async def test_events_are_relayed_byte_for_byte(world: World) -> None:
    order = world.orders.add(*LIFE[:3])
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", orderIds=[order])
        assert [await socket.recv() for _ in range(3)] == [frame(order, n + 1, *LIFE[n]) for n in range(3)]


async def test_unsubscribing_ends_the_watch(world: World) -> None:
    one, two = world.orders.add(*LIFE[:1]), world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", orderIds=[one, two])
        await _events(socket, 2)
        assert await _ask(socket, op="unsubscribe", orderIds=[one]) == {"op": "unsubscribed", "orderIds": [one]}
        await eventually(lambda: world.orders.watches == 1)
        world.orders.happen(one, *LIFE[1])
        world.orders.happen(two, *LIFE[1])
        assert await _events(socket, 1) == [(two, 2)]
        await _nothing_more(socket)


async def test_an_unknown_order_is_an_error_of_its_own(world: World) -> None:
    known = world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as socket:
        assert await _ask(socket, op="subscribe", orderIds=[STRANGER, known]) == {
            "op": "subscribed",
            "orderIds": [known],
        }
        error = await _next(socket)
        assert (error["op"], error["code"], error["orderId"]) == ("error", "order_not_found", STRANGER)
        assert error["retryable"] is False
        assert await _events(socket, 1) == [(known, 1)]


async def test_all_orders_open_ones_from_where_they_stand_and_new_ones_from_the_start(world: World) -> None:
    open_order, ended = world.orders.add(*LIFE[:2]), world.orders.add(*LIFE)
    async with world.socket("/api/stream") as socket:
        ack = await _ask(socket, op="subscribe", all=True)
        assert ack == {"op": "subscribed", "all": True, "positions": {open_order: 2}}
        new = world.orders.add(*LIFE)
        world.orders.happen(open_order, *LIFE[2])
        assert await _events(socket, 7) == [*((new, n) for n in range(1, 7)), (open_order, 3)]
        assert ended not in (new, open_order)
        await _nothing_more(socket)
        assert await _ask(socket, op="unsubscribe", all=True) == {"op": "unsubscribed", "all": True}
        await eventually(lambda: world.orders.watches == 0)


async def test_all_orders_resume_behind_what_the_client_has(world: World) -> None:
    missed, open_order = world.orders.add(*LIFE), world.orders.add(*LIFE[:4])
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", all=True, after={missed: 4, open_order: 1})
        told = sorted(await _events(socket, 5))
        assert told == sorted([(missed, 5), (missed, 6), (open_order, 2), (open_order, 3), (open_order, 4)])
        world.orders.happen(open_order, *LIFE[4])
        assert await _events(socket, 1) == [(open_order, 5)]
        await _nothing_more(socket)


async def test_repeated_events_are_told_once(world: World) -> None:
    world.orders.repeat_events = True
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", all=True)
        order = world.orders.add(*LIFE)
        assert await _events(socket, 6) == [(order, n) for n in range(1, 7)]
        await _nothing_more(socket)


async def test_an_executor_that_restarts_leaves_no_gap_for_named_orders_nor_for_all(open_world: OpenWorld) -> None:
    world = await open_world()
    named, unheard = world.orders.add(*LIFE[:1]), world.orders.add(*LIFE[:3])
    async with world.socket("/api/stream") as one, world.socket("/api/stream") as every:
        await _ask(one, op="subscribe", orderIds=[named])
        assert await _events(one, 1) == [(named, 1)]
        await _ask(every, op="subscribe", all=True)
        seen = world.orders.add(*LIFE[:2])
        assert await _events(every, 2) == [(seen, 1), (seen, 2)]
        await world.orders.stop()
        for order, rest in ((named, LIFE[1:]), (unheard, LIFE[3:]), (seen, LIFE[2:4])):
            for event in rest:
                world.orders.happen(order, *event)
        born = world.orders.add(*LIFE)
        await world.orders.start()
        assert await _events(one, 5) == [(named, n) for n in range(2, 7)]
        expected = [(named, n) for n in range(2, 7)] + [(unheard, n) for n in range(4, 7)]
        expected += [(seen, 3), (seen, 4)] + [(born, n) for n in range(1, 7)]
        told = await _events(every, len(expected))
        assert sorted(told, key=lambda event: event[0]) == sorted(expected, key=lambda event: event[0])
        world.orders.happen(seen, *LIFE[4])
        assert await _events(every, 1) == [(seen, 5)]
        await _nothing_more(every)


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ({}, "/op"),
        ({"op": "dance"}, "/op"),
        ({"op": 1}, "/op"),
        ({"op": "subscribe"}, "/orderIds"),
        ({"op": "subscribe", "orderIds": [STRANGER], "all": True}, "/orderIds"),
        ({"op": "subscribe", "orderIds": "x"}, "/orderIds"),
        ({"op": "subscribe", "orderIds": ["x"]}, "/orderIds"),
        ({"op": "subscribe", "orderIds": [7]}, "/orderIds"),
        ({"op": "subscribe", "all": "yes"}, "/all"),
        ({"op": "subscribe", "all": True, "after": {STRANGER: -1}}, "/after"),
        ({"op": "subscribe", "all": True, "after": {STRANGER: 1.5}}, "/after"),
        ({"op": "subscribe", "all": True, "after": [1]}, "/after"),
        ({"op": "subscribe", "orderIds": [STRANGER], "after": {STRANGER.replace("0", "1"): 1}}, "/after"),
        ({"op": "ping", "all": True}, "/all"),
        ({"op": "unsubscribe", "orderIds": [STRANGER], "after": {}}, "/after"),
    ],
)
async def test_a_command_that_means_nothing_is_answered_and_the_socket_stays(
    world: World, message: dict[str, Any], pointer: str
) -> None:
    async with world.socket("/api/stream") as socket:
        error = await _ask(socket, **message)
        assert (error["op"], error["code"]) == ("error", "invalid_request")
        assert [violation["pointer"] for violation in error["errors"]] == [pointer]
        await _nothing_more(socket)


@pytest.mark.parametrize("message", ["", "x", "[]", "5", '{"op":"ping","op":"ping"}', b"\x00\xff"])
async def test_what_is_no_json_object_closes_with_4400(world: World, message: str | bytes) -> None:
    async with world.socket("/api/stream") as socket:
        await socket.send(message)
        assert await _close_code(socket) == 4400


async def test_a_socket_follows_named_orders_or_all(world: World) -> None:
    order = world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", all=True)
        for message in ({"orderIds": [order]}, {"all": True}):
            assert (await _ask(socket, op="subscribe", **message))["code"] == "invalid_request"
        await _ask(socket, op="unsubscribe", all=True)
        await _ask(socket, op="subscribe", orderIds=[order])
        await _events(socket, 1)
        assert (await _ask(socket, op="subscribe", all=True))["code"] == "invalid_request"


async def test_subscribing_again_changes_nothing(world: World) -> None:
    order = world.orders.add(*LIFE[:2])
    async with world.socket("/api/stream") as socket:
        await _ask(socket, op="subscribe", orderIds=[order])
        await _events(socket, 2)
        assert (await _ask(socket, op="subscribe", orderIds=[order]))["op"] == "subscribed"
        await _nothing_more(socket)
        assert world.orders.watches == 1


async def test_a_socket_that_is_left_leaves_no_watch(world: World) -> None:
    orders = [world.orders.add(*LIFE[:1]) for _ in range(3)]
    async with world.socket("/api/stream") as socket, world.socket("/api/stream") as other:
        await _ask(socket, op="subscribe", orderIds=orders)
        await _ask(other, op="subscribe", all=True)
        assert world.orders.watches == 4
    await eventually(lambda: world.orders.watches == 0)


async def test_more_frames_than_fit_close_with_4409(open_world: OpenWorld) -> None:
    world = await open_world(stream_frames_waiting_max=3)
    order = world.orders.add(*LIFE)
    async with world.socket("/api/stream") as socket:
        await _say(socket, op="subscribe", orderIds=[order])
        assert await _close_code(socket) == 4409
    await eventually(lambda: world.orders.watches == 0)


async def test_more_orders_than_allowed_are_refused_whole(open_world: OpenWorld) -> None:
    world = await open_world(stream_orders_max=1)
    async with world.socket("/api/stream") as socket:
        error = await _ask(socket, op="subscribe", orderIds=[world.orders.add(*LIFE[:1]) for _ in range(2)])
        assert (error["code"], error["retryable"]) == ("overloaded", True)
    assert world.orders.watches == 0


async def test_an_account_that_cannot_be_watched_is_said(open_world: OpenWorld) -> None:
    world = await open_world(watch_deadline_seconds=0.3)
    world.orders.refuse = Unavailable("OVERLOADED")
    async with world.socket("/api/stream") as socket:
        error = await _ask(socket, op="subscribe", all=True)
        assert (error["op"], error["code"], error["retryable"]) == ("error", "unavailable", True)
        world.orders.refuse = None
        assert (await _ask(socket, op="subscribe", all=True))["op"] == "subscribed"


async def test_a_shutdown_asks_to_resume_elsewhere(open_world: OpenWorld) -> None:
    world = await open_world()
    async with world.socket("/api/stream") as socket:
        await _nothing_more(socket)
        world.server.stop()
        assert await _close_code(socket) == 1012


async def test_plain_http_is_told_to_upgrade_and_parameters_are_refused(world: World) -> None:
    assert (await world.http.get("/api/stream")).status_code == 426
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with world.socket("/api/stream?after=1"):
            pass
    assert refused.value.response.status_code == 422


@pytest.mark.parametrize(
    "path", ["/api/stream", "/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}"]
)
async def test_a_page_of_a_foreign_origin_is_refused_the_upgrade(world: World, path: str) -> None:
    order = world.orders.add(*LIFE[:1])
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with world.socket(path.format(id=order), origin="https://evil.example"):
            pass
    response = refused.value.response
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body)["code"] == "origin_refused"
    async with world.socket(path.format(id=order), origin=f"http://127.0.0.1:{world.port}"):
        pass


async def test_a_listed_origin_may_connect(open_world: OpenWorld) -> None:
    world = await open_world(allowed_origins="https://app.example, http://localhost:5173")
    async with world.socket("/api/stream", origin="https://app.example") as socket:
        await _nothing_more(socket)
