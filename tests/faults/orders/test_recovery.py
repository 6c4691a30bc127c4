"""How soon orders move again after a process has died, and that an orderly restart is hardly noticed."""

import asyncio
import functools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest

from tests.clients import ORDER, submit, watch
from tests.ledger_check import all_ended, check
from tests.stack import PROCESSES, Stack, eventually
from tradewind_client.orders import TERMINAL

pytestmark = pytest.mark.alone

RECOVERY_SECONDS = 5.0
ORDERLY_SECONDS = 1.0


@asynccontextmanager
async def _arriving(stack: Stack, rate: float) -> AsyncIterator[list[str]]:
    """Keep orders coming from a client that repeats what was not answered."""
    accepted: list[str] = []
    async with httpx.AsyncClient(base_url=stack.url, timeout=3) as http, asyncio.TaskGroup() as tasks:

        async def one(number: int) -> None:
            while True:
                try:
                    response = await http.post(
                        "/api/orders/execute", json=ORDER, headers={"Idempotency-Key": f"arriving-{number}"}
                    )
                    if response.status_code == 202:
                        accepted.append(response.json()["orderId"])
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)

        async def arrive() -> None:
            number = 0
            while True:
                tasks.create_task(one(number))
                number += 1
                await asyncio.sleep(1 / rate)

        arriving = tasks.create_task(arrive())
        yield accepted
        arriving.cancel()


def _query(stack: Stack, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(stack.env()["DATABASE_URL"]) as connection:
        return connection.execute(statement.encode(), values).fetchall()


def _first_event_after(stack: Stack, moment: float) -> float | None:
    try:
        [(found,)] = _query(
            stack,
            "SELECT extract(epoch FROM min(created_at)) FROM order_events WHERE created_at > to_timestamp(%s)"
            " AND sequence > 1",
            moment,
        )
    except psycopg.OperationalError:
        return None
    return None if found is None else float(str(found))


@pytest.mark.timeout(180)
async def test_orders_move_again_soon_after_a_kill_of_any_process(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    moved: dict[str, float] = {}
    async with _arriving(stack, rate=20) as accepted:
        for process in PROCESSES:
            await _more(accepted, 20)
            await asyncio.to_thread(stack.kill_process, process)
            returned_at = time.time()
            has_moved = functools.partial(_has_moved_since, stack, returned_at)
            await asyncio.to_thread(eventually, has_moved, within_seconds=RECOVERY_SECONDS + 5)
            moved[process] = (_first_event_after(stack, returned_at) or 0) - returned_at
    print({process: f"{seconds:.2f} s" for process, seconds in moved.items()})
    assert max(moved.values()) < RECOVERY_SECONDS, moved
    await asyncio.to_thread(eventually, lambda: all_ended(stack.env()["DATABASE_URL"]), within_seconds=20)
    check(stack.env()["DATABASE_URL"]).require_none()


def _has_moved_since(stack: Stack, moment: float) -> bool:
    return _first_event_after(stack, moment) is not None


async def test_a_rolling_restart_of_the_workers_delays_no_order_by_more_than_a_second(
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack(MARKET_PROFILE="realistic", WORKERS="2")
    async with _arriving(stack, rate=40) as accepted:
        for process in ("worker-1", "worker-2"):
            await _more(accepted, 60)
            [(before,)] = _query(stack, "SELECT clock_timestamp()")
            os.kill(stack.pid(process), signal.SIGTERM)
            # As whoever rolls them does: the next one stops when the one before works again.
            works_again = functools.partial(_has_new_worker, stack, before)
            await asyncio.to_thread(eventually, works_again, within_seconds=30)
        await _more(accepted, 60)
    await asyncio.to_thread(eventually, lambda: all_ended(stack.env()["DATABASE_URL"]), within_seconds=15)
    check(stack.env()["DATABASE_URL"]).require_none()
    [(slowest_start,)] = _query(
        stack,
        "SELECT extract(epoch FROM max(r.created_at - p.created_at)) FROM order_events p JOIN order_events r"
        " ON r.order_id = p.order_id AND p.sequence = 1 AND r.sequence = 2",
    )
    [(slowest_end,)] = _query(
        stack,
        "SELECT extract(epoch FROM max(e.created_at)) FROM (SELECT max(e.created_at - to_timestamp(s.ended_ms"
        " / 1000.0)) + 'epoch'::timestamptz AS created_at FROM market.swaps s JOIN orders o ON o.swap_id = s.swap_id"
        " JOIN order_events e ON e.order_id = o.id AND e.sequence = o.version WHERE s.state = 'landed') e",
    )
    print(f"slowest start {slowest_start} s, slowest end after landing {slowest_end} s")
    assert float(str(slowest_start)) < ORDERLY_SECONDS
    assert float(str(slowest_end)) < ORDERLY_SECONDS


async def _more(accepted: list[str], count: int) -> None:
    reached = len(accepted) + count
    await asyncio.to_thread(eventually, lambda: len(accepted) >= reached)


def _has_new_worker(stack: Stack, moment: object) -> bool:
    leases = "SELECT count(*) FROM workers WHERE started_at > %s AND lease_until > clock_timestamp()"
    return _query(stack, leases, moment) == [(1,)]


async def test_fifty_identical_submissions_are_one_order_across_an_executor_restart(
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack()
    headers = {"Idempotency-Key": "fifty"}
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:

        async def fifty() -> list[httpx.Response]:
            return list(
                await asyncio.gather(
                    *(http.post("/api/orders/execute", json=ORDER, headers=headers) for _ in range(50))
                )
            )

        first = await fifty()
        assert {response.status_code for response in first} == {202}
        assert len({response.content for response in first}) == 1
        await asyncio.to_thread(stack.kill_process, "executor")
        again: list[httpx.Response] = []
        async with asyncio.timeout(20):
            while {response.status_code for response in again} != {202}:
                again = await fifty()
        assert {response.content for response in again} == {first[0].content}
    assert _query(stack, "SELECT count(*) FROM orders") == [(1,)]


async def test_a_cancel_and_the_worker_never_both_win(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:

        async def race(number: int) -> tuple[int, str]:
            order_id = await submit(http)
            await asyncio.sleep((number % 10) * 0.004)
            answer = await http.delete(f"/api/orders/{order_id}")
            ended = (await watch(stack.ws_url, order_id)).statuses[-1]
            return answer.status_code, ended

        races = await asyncio.gather(*(race(number) for number in range(60)))
    assert {ended for _, ended in races} <= set(TERMINAL)
    assert all((code == 202) == (ended == "cancelled") for code, ended in races), races
    assert {code for code, _ in races} <= {202, 409}
    check(stack.env()["DATABASE_URL"]).require_none()
