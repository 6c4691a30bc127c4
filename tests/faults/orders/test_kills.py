"""Processes killed and Redis wiped while orders are under way: all end, none is swapped twice."""

import asyncio
from collections.abc import Callable

import httpx
import redis

from tests.clients import all_within, submit
from tests.ledger_check import all_ended, check
from tests.stack import Stack

ORDERS = 60


async def _submit_all(stack: Stack, count: int = ORDERS) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        await all_within(20, *(submit(http) for _ in range(count)))


async def _all_end(stack: Stack, within_seconds: float) -> None:
    url = stack.env()["DATABASE_URL"]
    async with asyncio.timeout(within_seconds):
        while not await asyncio.to_thread(all_ended, url):
            await asyncio.sleep(0.1)


async def test_a_worker_killed_while_orders_are_submitted_loses_and_doubles_nothing(
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    await _submit_all(stack)
    await asyncio.to_thread(stack.kill_process, "worker-1")
    await _all_end(stack, 20)
    findings = check(stack.env()["DATABASE_URL"]).require_none()
    assert findings.by_status.get("confirmed", 0) >= ORDERS * 0.9


async def test_a_wiped_redis_loses_no_waiting_order(start_stack: Callable[..., Stack]) -> None:
    # Few permits, so that most orders wait in the queue when it is wiped.
    stack = start_stack(MARKET_PROFILE="realistic", MAX_IN_FLIGHT="10")
    await _submit_all(stack)
    with redis.Redis.from_url(stack.env()["REDIS_URL"]) as client:
        client.flushall()
    await _all_end(stack, 40)
    findings = check(stack.env()["DATABASE_URL"]).require_none()
    assert findings.orders == ORDERS
