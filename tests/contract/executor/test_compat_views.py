"""An earlier engine's tables, read after a real order's life: its columns, its units, its words."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_leased_orders import PostgresLeasedOrders
from executor_service.adapters.worker_lease import take_lease
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderCancelled,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import Order, swap_id_of
from gateway.orders.dialects import NESTED_CAPITALISED, Narrator
from tests.builders import NOON, SOL, USDC, a_new_order, a_route
from tests.fakes import MemoryFeed
from tests.order_stores import an_order_store

FAILED_AT, ENDED_AT = NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)


class History:
    """A database in which orders live, and the views on it."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self.feed = MemoryFeed()
        self.store = an_order_store(pool, feed=self.feed)

    async def accepted(self, **changes: Any) -> Order:
        new = a_new_order(**changes)
        await self.store.add(new)
        return new.order

    async def routing(self, order: Order) -> tuple[PostgresLeasedOrders, Order]:
        worker_id = uuid4()
        await take_lease(self._pool, worker_id, "test")
        leased = PostgresLeasedOrders(self._pool, worker_id=worker_id, feed=self.feed, orders_max=1_000)
        [started] = await leased.start([order.order_id], NOON)
        return leased, started

    async def confirmed(self) -> Order:
        """Return an order that was filled by its second attempt."""
        leased, order = await self.routing(await self.accepted(amount_in=1_234_567_891, slippage_bps=125))
        order = await _submit(leased, order)
        order = await leased.record(order, AttemptFailed("DROPPED", "lost", FAILED_AT, 500, "5bad"), at=FAILED_AT)
        order = await _submit(leased, await leased.record(order, RoutingStarted(), at=FAILED_AT))
        return await leased.record(order, SwapConfirmed(224_000_001, "5good", 90), at=ENDED_AT)

    async def read(self, statement: LiteralString) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement)
            return await cursor.fetchall()


async def _submit(leased: PostgresLeasedOrders, order: Order) -> Order:
    built = SwapBuilt(swap_id_of(order.order_id, order.attempt), 223_875_000)
    return await leased.record(order, RouteChosen(a_route()), built, SwapSubmitted(), at=NOON)


@pytest.fixture
def history(pool: AsyncConnectionPool) -> History:
    return History(pool)


async def test_s1_20_the_view_of_orders_has_its_columns_in_its_units(history: History) -> None:
    order = await history.confirmed()
    assert await history.read("SELECT * FROM legacy_s1.orders") == [
        {
            "id": order.order_id,
            "token_in": SOL,
            "token_out": USDC,
            "amount_in": Decimal("1.234567891"),
            "slippage_pct": Decimal("1.25"),
            "status": "confirmed",
            "created_at": NOON,
        }
    ]


@pytest.mark.parametrize(
    ("amount", "decimals", "whole"),
    [(1, 18, "0.000000000000000001"), (2**64 - 1, 18, "18.446744073709551615"), (7, 0, "7"), (10**9, 9, "1")],
)
async def test_amounts_are_exact(history: History, amount: int, decimals: int, whole: str) -> None:
    await history.accepted(amount_in=amount, decimals_in=decimals)
    [row] = await history.read("SELECT amount_in::text FROM legacy_s1.orders")
    assert row["amount_in"] == whole


async def test_what_it_had_no_word_for_is_told_in_its_words(history: History) -> None:
    leased, order = await history.routing(await history.accepted())
    order = await leased.record(order, RouteChosen(a_route()), SwapBuilt(uuid4(), 1), at=NOON)
    assert await history.read("SELECT status FROM legacy_s1.orders") == [{"status": "routing_complete"}]
    await history.store.cancel(order, OrderCancelled(), ENDED_AT)
    assert await history.read("SELECT status FROM legacy_s1.orders") == [{"status": "failed"}]
    [*_, last] = await history.read("SELECT status, details FROM legacy_s1.order_events ORDER BY timestamp, id")
    assert last == {"status": "failed", "details": {"reason": "cancelled"}}


async def test_s1_21_the_view_of_events_tells_what_its_socket_tells(history: History) -> None:
    order = await history.confirmed()
    narrator = Narrator(NESTED_CAPITALISED)
    told = [json.loads(frame) for event in history.feed.published if (frame := narrator.tell(event.payload))]
    rows = await history.read("SELECT * FROM legacy_s1.order_events ORDER BY split_part(id, ':', 2)::int")
    assert [(row["status"], row["details"]) for row in rows] == [(frame["status"], frame["details"]) for frame in told]
    assert [row["status"] for row in rows].count("retrying") == 1
    assert rows[-1]["details"] == {"txHash": "5good", "amountOut": 224.000001}
    assert {row["order_id"] for row in rows} == {order.order_id}
    assert len({row["id"] for row in rows}) == len(rows)
    assert (rows[0]["timestamp"], rows[-1]["timestamp"]) == (NOON, ENDED_AT)
    assert list(rows[0]) == ["id", "order_id", "status", "details", "timestamp"]


async def test_s1_22_the_view_of_attempts_has_each_with_its_result(history: History) -> None:
    order = await history.confirmed()
    assert await history.read("SELECT * FROM legacy_s1.order_attempts ORDER BY attempt_no") == [
        {
            "id": f"{order.order_id}:{number}",
            "order_id": order.order_id,
            "attempt_no": number,
            "result": result,
            "tx_hash": tx_hash,
            "error": error,
            "timestamp": moment,
        }
        for number, result, tx_hash, error, moment in (
            (1, "dropped", "5bad", "lost", FAILED_AT),
            (2, "landed", "5good", None, ENDED_AT),
        )
    ]


@pytest.mark.parametrize("view", ["orders", "order_events", "order_attempts"])
async def test_the_views_are_read_only(pool: AsyncConnectionPool, history: History, view: LiteralString) -> None:
    await history.confirmed()
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        async with pool.connection() as connection:
            await connection.execute(f"DELETE FROM legacy_s1.{view}".encode())


async def test_one_order_is_found_by_its_index(history: History) -> None:
    await history.confirmed()
    plan = await history.read(
        "EXPLAIN SELECT * FROM legacy_s1.order_events WHERE order_id = '01890000-0000-7000-8000-000000000000'"
    )
    assert "order_events_pkey" in str(plan)
