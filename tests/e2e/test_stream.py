"""One socket for all orders of an account, on the real stack."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import httpx
import websockets

from tests.clients import submit
from tests.stack import Stack
from tradewind_client.orders import TERMINAL

ORDERS = 40


async def _ask(socket: Any, **message: Any) -> Any:
    await socket.send(json.dumps(message))
    return json.loads(await asyncio.wait_for(socket.recv(), 30))


async def _until_all_ended(socket: Any, count: int) -> dict[str, list[Any]]:
    """Return the events by order once `count` orders have ended."""
    told: dict[str, list[Any]] = defaultdict(list)
    ended = 0
    async with asyncio.timeout(40):
        while ended < count:
            frame = json.loads(await socket.recv())
            if "op" not in frame:
                told[frame["orderId"]].append(frame)
                ended += frame["status"] in TERMINAL
    return told


def _is_whole(events: list[Any], after: int = 0) -> bool:
    return [event["sequence"] for event in events] == list(range(after + 1, after + 1 + len(events)))


async def test_all_orders_are_told_whole_and_once_though_the_executor_dies(start_stack: Callable[..., Stack]) -> None:
    stack = await asyncio.to_thread(start_stack, MARKET_PROFILE="realistic")
    async with (
        httpx.AsyncClient(base_url=stack.url, timeout=20) as http,
        websockets.connect(f"{stack.ws_url}/api/stream", max_size=None) as socket,
    ):
        assert await _ask(socket, op="subscribe", all=True) == {"op": "subscribed", "all": True, "positions": {}}
        submitted = await asyncio.gather(*(submit(http) for _ in range(ORDERS)))
        listening = asyncio.create_task(_until_all_ended(socket, ORDERS))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(stack.kill_process, "executor")
        told = await listening
        assert told.keys() == set(submitted)
        for order_id, events in told.items():
            assert _is_whole(events), order_id
            history = (await http.get(f"/api/orders/{order_id}/events")).json()["events"]
            assert events == history


async def test_named_orders_share_a_socket_and_resume_behind_what_is_known(stack: Stack) -> None:
    async with (
        httpx.AsyncClient(base_url=stack.url, timeout=20) as http,
        websockets.connect(f"{stack.ws_url}/api/stream") as socket,
    ):
        orders = [await submit(http) for _ in range(5)]
        assert (await _ask(socket, op="subscribe", orderIds=orders))["op"] == "subscribed"
        told = await _until_all_ended(socket, len(orders))
        assert all(_is_whole(told[order_id]) for order_id in orders)
        async with websockets.connect(f"{stack.ws_url}/api/stream") as again:
            await _ask(again, op="subscribe", orderIds=orders, after=dict.fromkeys(orders, 3))
            rest = await _until_all_ended(again, len(orders))
        assert {order_id: told[order_id][3:] for order_id in orders} == rest


async def test_an_order_explains_itself_from_what_was_recorded(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        order_id = await submit(http)
        async with websockets.connect(f"{stack.ws_url}/api/orders/{order_id}/events") as socket:
            frames = [json.loads(frame) async for frame in socket]
        explained = (await http.get(f"/api/orders/{order_id}/explain")).json()
    routed = next(frame["details"] for frame in frames if frame["status"] == "routing_complete")
    [attempt] = explained["attemptHistory"]
    for name in ("route", "quotes", "refused", "runnerUp", "fee", "priceImpactBps"):
        assert attempt[name] == routed[name], name
    stages = [*explained["beforeFirstAttempt"], *attempt["stages"]]
    assert [stage["status"] for stage in stages] == [frame["status"] for frame in frames]
    assert sum(stage["ms"] or 0 for stage in stages) == explained["totalMs"]
