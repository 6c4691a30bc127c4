"""A market that stands still, venues that are down, a router that does not answer: told as what they are."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import httpx

from tests.builders import SOL, USDC
from tests.clients import ORDER, submit, watch
from tests.ledger_check import check
from tests.stack import Stack
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

QUOTE = {name: ORDER[name] for name in ("tokenIn", "tokenOut", "amountIn")}


@contextmanager
def _frozen(stack: Stack, process: str) -> Iterator[None]:
    pid = stack.pid(process)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _quoted(http: httpx.AsyncClient, status: int) -> httpx.Response:
    async with asyncio.timeout(30):
        while True:
            response = await http.post("/api/quotes", json=QUOTE)
            if response.status_code == status:
                return response
            await asyncio.sleep(0.1)


async def test_old_market_state_is_never_quoted(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        await _quoted(http, 200)
        with _frozen(stack, "market"):
            refused = await _quoted(http, 503)
            assert int(refused.headers["Retry-After"]) >= 1
            assert refused.json()["retryable"] is True
        assert (await _quoted(http, 200)).json()["quotes"]


async def test_a_router_that_does_not_answer_costs_time_and_no_attempt(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        with _frozen(stack, "router"):
            order_id = await submit(http)
            await asyncio.sleep(1.5)
            waiting = (await http.get(f"/api/orders/{order_id}")).json()
            assert (waiting["status"], waiting["attempts"]) == ("routing", 1)
        async with asyncio.timeout(20):
            seen = await watch(stack.ws_url, order_id)
    assert seen.statuses == ["pending", "routing", "routing_complete", "building", "submitted", "confirmed"]
    assert check(stack.env()["DATABASE_URL"]).require_none().orders == 1


async def test_venues_that_are_down_open_their_breakers_and_end_orders_with_the_reason(
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack(MARKET_OUTAGE_RATE="1", RETRY_BASE_MS="50")
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        refused = await _quoted(http, 503)
        assert int(refused.headers["Retry-After"]) >= 1
        seen = await watch(stack.ws_url, await submit(http))
    assert seen.statuses == ["pending", *["routing", "retrying"] * 2, "routing", "failed"]
    assert seen.frames[-1]["details"]["reason"] == "quotes_unavailable"
    async with grpc.aio.insecure_channel(stack.env()["ROUTER_ADDRESS"]) as channel:
        router = rpc.RouterServiceStub(channel)
        wish = pb.GetQuotesRequest(mint_in=SOL, mint_out=USDC, amount_in=10**9)
        async with asyncio.timeout(30):
            while not await _breakers_are_open(router, wish):
                await asyncio.sleep(0.05)


async def _breakers_are_open(router: "rpc.RouterServiceAsyncStub", wish: pb.GetQuotesRequest) -> bool:
    with contextlib.suppress(grpc.aio.AioRpcError):
        answer = await router.GetQuotes(wish, timeout=30)
        return {venue.breaker for venue in answer.venues} == {"open"}
    return False
