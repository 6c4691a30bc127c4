"""Sockets that follow all orders of one account share one watch, and each hears as if it were alone."""

import asyncio
import json
from typing import Any

import pytest

from servicekit.errors import Unavailable
from tests.contract.gateway.conftest import OpenWorld, World, eventually
from tests.contract.gateway.fake_orders import LIFE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _next(socket: Any) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 30))


async def _follow(socket: Any, after: dict[str, int] | None = None) -> Any:
    await socket.send(json.dumps({"op": "subscribe", "all": True, "after": after or {}}))
    return await _next(socket)


async def _events(socket: Any, count: int) -> list[tuple[str, int]]:
    frames = [await _next(socket) for _ in range(count)]
    return [(event["orderId"], event["sequence"]) for event in frames]


async def _nothing_more(socket: Any) -> None:
    await socket.send('{"op":"ping"}')
    assert await _next(socket) == {"op": "pong"}


async def test_sockets_of_an_account_share_a_watch_and_hear_the_same(world: World) -> None:
    order = world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as one, world.socket("/api/stream") as two:
        assert [await _follow(socket) for socket in (one, two)] == [
            {"op": "subscribed", "all": True, "positions": {order: 1}}
        ] * 2
        assert world.orders.watches == 1
        world.orders.happen(order, *LIFE[1])
        new = world.orders.add(*LIFE)
        for socket in (one, two):
            assert await _events(socket, 7) == [(order, 2), *((new, n) for n in range(1, 7))]
            await _nothing_more(socket)


async def test_who_joins_late_goes_on_from_where_the_others_are(world: World) -> None:
    order = world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as early:
        await _follow(early)
        world.orders.happen(order, *LIFE[1])
        assert await _events(early, 1) == [(order, 2)]
        async with world.socket("/api/stream") as late:
            assert (await _follow(late))["positions"] == {order: 2}
            world.orders.happen(order, *LIFE[2])
            assert await _events(late, 1) == [(order, 3)]
            assert await _events(early, 1) == [(order, 3)]


async def test_what_one_asks_for_from_further_back_is_told_to_it_alone(world: World) -> None:
    order = world.orders.add(*LIFE[:4])
    async with world.socket("/api/stream") as one, world.socket("/api/stream") as two:
        await _follow(one)
        assert (await _follow(two, {order: 1}))["positions"] == {order: 1}
        assert await _events(two, 3) == [(order, 2), (order, 3), (order, 4)]
        await _nothing_more(one)
        for event in LIFE[4:]:
            world.orders.happen(order, *event)
        assert await _events(one, 2) == [(order, 5), (order, 6)]
        assert await _events(two, 2) == [(order, 5), (order, 6)]
        await _nothing_more(one)
        await _nothing_more(two)


async def test_the_watch_lasts_until_the_last_leaves(world: World) -> None:
    order = world.orders.add(*LIFE[:1])
    async with world.socket("/api/stream") as stays:
        async with world.socket("/api/stream") as leaves:
            await _follow(leaves, {order: 0})
            await _follow(stays)
            assert await _events(leaves, 1) == [(order, 1)]
            assert world.orders.watches == 2
        await eventually(lambda: world.orders.watches == 1)
        world.orders.happen(order, *LIFE[1])
        assert await _events(stays, 1) == [(order, 2)]
        await stays.send('{"op":"unsubscribe","all":true}')
        assert await _next(stays) == {"op": "unsubscribed", "all": True}
        await eventually(lambda: world.orders.watches == 0)
        assert (await _follow(stays))["positions"] == {order: 2}


async def test_an_executor_that_restarts_leaves_no_gap_for_any_of_them(open_world: OpenWorld) -> None:
    world = await open_world()
    order = world.orders.add(*LIFE[:2])
    async with world.socket("/api/stream") as one, world.socket("/api/stream") as two:
        await _follow(one)
        await _follow(two, {order: 1})
        assert await _events(two, 1) == [(order, 2)]
        await world.orders.stop()
        for event in LIFE[2:]:
            world.orders.happen(order, *event)
        born = world.orders.add(*LIFE)
        await world.orders.start()
        for socket in (one, two):
            told = await _events(socket, 10)
            assert [event for event in told if event[0] == order] == [(order, n) for n in range(3, 7)]
            assert [event for event in told if event[0] == born] == [(born, n) for n in range(1, 7)]
            await _nothing_more(socket)


async def test_who_waits_together_is_refused_together(open_world: OpenWorld) -> None:
    world = await open_world(watch_deadline_seconds=0.3)
    world.orders.refuse = Unavailable("OVERLOADED")
    async with world.socket("/api/stream") as one, world.socket("/api/stream") as two:
        answers = await asyncio.gather(_follow(one), _follow(two))
        assert [(answer["op"], answer["code"]) for answer in answers] == [("error", "unavailable")] * 2
        world.orders.refuse = None
        assert [(await _follow(socket))["op"] for socket in (one, two)] == ["subscribed"] * 2


async def test_who_leaves_while_it_waits_takes_nothing_from_the_other(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.orders.stop()
    async with world.socket("/api/stream") as stays:
        async with world.socket("/api/stream") as leaves:
            await leaves.send('{"op":"subscribe","all":true}')
            following = asyncio.create_task(_follow(stays))
            await asyncio.sleep(0.1)
        await world.orders.start()
        assert (await following)["op"] == "subscribed"
    await eventually(lambda: world.orders.watches == 0)
