"""More than fits: what is refused is refused before it is stored, what is accepted ends, memory stays bounded."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import aiohttp
import psutil
import pytest

from tests.clients import ORDER, all_within
from tests.ledger_check import all_ended, check
from tests.stack import SERVICES, Stack, eventually
from tradewind_client.orders import TERMINAL

pytestmark = pytest.mark.alone

MEMORY_MB_MAX = 400
BODY = {**ORDER, "amountIn": "0.01"}


def _session(stack: Stack, connections: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        stack.url, connector=aiohttp.TCPConnector(limit=connections), timeout=aiohttp.ClientTimeout(total=60)
    )


async def _post(http: aiohttp.ClientSession) -> tuple[int, str, str | None]:
    async with http.post("/api/orders/execute", json=BODY) as response:
        answer = await response.json()
        return response.status, answer.get("orderId", answer.get("code")), response.headers.get("Retry-After")


def _memory_mb(stack: Stack) -> dict[str, float]:
    return {name: psutil.Process(stack.pid(name)).memory_info().rss / 2**20 for name in SERVICES}


async def _end(stack: Stack, within_seconds: float) -> None:
    url = stack.env()["DATABASE_URL"]
    await asyncio.to_thread(eventually, lambda: all_ended(url), within_seconds=within_seconds)


async def _latency(http: aiohttp.ClientSession) -> float:
    began = time.perf_counter()
    status, order_id, _ = await _post(http)
    assert status == 202
    async with http.ws_connect(f"/api/orders/{order_id}/events") as socket:
        last = ""
        while last not in TERMINAL:
            last = (await socket.receive_json())["status"]
    return time.perf_counter() - began


async def test_beyond_its_capacity_the_engine_refuses_and_recovers(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic", MAX_IN_FLIGHT="25", OPEN_ORDERS_MAX="60")
    async with _session(stack, 50) as http:
        answers = await all_within(30, *(_post(http) for _ in range(300)))
        codes = Counter(status for status, _, _ in answers)
        assert set(codes) == {202, 429}
        assert all(int(retry_after or 0) >= 1 for status, _, retry_after in answers if status == 429)
        assert {code for status, code, _ in answers if status == 429} == {"overloaded"}
        await _end(stack, 40)
        assert check(stack.env()["DATABASE_URL"]).require_none().orders == codes[202]
        async with asyncio.timeout(30):
            while (await _post(http))[0] != 202:
                await asyncio.sleep(0.1)
        assert await _latency(http) < 6


@pytest.mark.timeout(200)
async def test_ten_thousand_queued_orders_all_end_in_bounded_memory(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MAX_IN_FLIGHT="100")
    async with _session(stack, 64) as http:
        answers = await all_within(100, *(_post(http) for _ in range(10_000)))
        assert Counter(status for status, _, _ in answers) == {202: 10_000}
        memory = _memory_mb(stack)
        assert max(memory.values()) < MEMORY_MB_MAX, memory
        await _end(stack, 60)
        findings = await asyncio.to_thread(check, stack.env()["DATABASE_URL"])
        assert findings.require_none().orders == 10_000
        assert await _latency(http) < 2
    print({name: round(size) for name, size in _memory_mb(stack).items()})


@pytest.mark.timeout(200)
async def test_two_thousand_idle_sockets_and_two_hundred_that_never_read_disturb_nobody(
    start_stack: Callable[..., Stack],
) -> None:
    # One order at a time, so that the others wait and their sockets stay idle.
    stack = start_stack(MARKET_PROFILE="realistic", MAX_IN_FLIGHT="1")
    async with _session(stack, 0) as http:
        waiting = [order_id for _, order_id, _ in await all_within(20, *(_post(http) for _ in range(20)))]
        idle = []
        for start in range(0, 2_000, 100):
            urls = [f"/api/orders/{waiting[-1 - n % 10]}/events?after=1" for n in range(start, start + 100)]
            idle += await all_within(30, *(http.ws_connect(url) for url in urls))
        never_read = []
        for number in range(200):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(stack.env()["PORT"]), limit=1024)
            writer.write(
                f"GET /api/orders/{waiting[number % 20]}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            never_read.append((reader, writer))
        began = time.perf_counter()
        status, _, _ = await _post(http)
        accepted_in = time.perf_counter() - began
        memory = _memory_mb(stack)
        print(f"accepted in {accepted_in * 1000:.0f} ms;", {name: round(size) for name, size in memory.items()})
        assert status == 202
        assert accepted_in < 2
        assert max(memory.values()) < MEMORY_MB_MAX, memory
        for _, writer in never_read:
            writer.close()
        await all_within(30, *(socket.close() for socket in idle))
