"""The orders as the executor's server sees them: group-committed inserts, and the reads."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from executor_service import telemetry
from executor_service.adapters.attempt_rows import READ_ATTEMPTS, attempt_from_row
from executor_service.adapters.measured_orders import add_measured
from executor_service.adapters.order_inserts import answer_of, first_event, firsts_of, insert
from executor_service.adapters.order_rows import SELECTED, order_from_row
from executor_service.application.account_limits import AccountLimits
from executor_service.application.account_ports import Prices
from executor_service.application.ports import (
    Accepted,
    Attempt,
    EventFeed,
    NewOrder,
    OrderFilter,
    OrderHead,
    Queue,
    StaleOrder,
    StoredEvent,
)
from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import OrderEvent, OrderStatus
from executor_service.domain.order import Order, apply
from servicekit.batching import Batcher
from servicekit.errors import DomainError
from servicekit.postgres import outages_named

_EVENTS_AFTER: Final[LiteralString] = """
    SELECT e.order_id, e.sequence, e.status, e.payload::text
    FROM unnest(%(ids)b::uuid[], %(after)b::int[]) AS k(id, after)
    JOIN order_events e ON e.order_id = k.id AND e.sequence > k.after
    ORDER BY e.order_id, e.sequence
"""

_HEADS: Final[LiteralString] = """
    SELECT id, account_id, version, ended_at IS NOT NULL FROM orders WHERE id = ANY(%(ids)b::uuid[])
"""

_HEADS_SINCE: Final[LiteralString] = """
    SELECT id, account_id, version, ended_at IS NOT NULL FROM orders WHERE id >= %(first)s
"""

_OPEN: Final[LiteralString] = """
    SELECT id, version FROM orders
    WHERE ended_at IS NULL AND (%(account)s::text IS NULL OR account_id = %(account)s) ORDER BY id LIMIT 10000
"""

_COUNT_OPEN: Final[LiteralString] = """
    SELECT count(*) FROM (SELECT 1 FROM orders WHERE ended_at IS NULL LIMIT %(limit)s) open
"""

_CANCEL: Final[LiteralString] = """
    WITH moved AS (
        UPDATE orders SET status = %(status)s, version = %(version)s, updated_at = %(at)s, ended_at = %(at)s,
            next_attempt_at = NULL, owner = NULL, owner_token = owner_token + 1
        WHERE id = %(id)s AND version = %(from_version)s
        RETURNING id, attempt
    ),
    written AS (
        INSERT INTO order_events (order_id, sequence, status, payload, created_at)
        SELECT id, %(version)s, %(status)s, %(payload)s::json, %(at)s FROM moved
    ),
    ended AS (
        UPDATE order_attempts a SET result = %(status)s, ended_at = %(at)s FROM moved
        WHERE a.order_id = moved.id AND a.attempt = moved.attempt AND a.ended_at IS NULL
    )
    SELECT id FROM moved
"""

_LIST: Final[LiteralString] = f"""
    SELECT {SELECTED} FROM orders o
    WHERE (%(account)s::text IS NULL OR o.account_id = %(account)s)
        AND (%(before)s::uuid IS NULL OR o.id < %(before)s)
        AND (%(statuses)s::text[] IS NULL OR o.status = ANY(%(statuses)s))
        AND (%(types)s::text[] IS NULL OR o.order_type = ANY(%(types)s))
        AND (%(mint)s::text IS NULL OR o.token_in = %(mint)s OR o.token_out = %(mint)s)
        AND (%(client)s::text IS NULL OR o.client_order_id = %(client)s)
        AND (%(since)s::timestamptz IS NULL OR o.created_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR o.created_at < %(until)s)
    ORDER BY o.id DESC LIMIT %(limit)s
"""


class PostgresOrderStore:
    """Implements OrderStore."""

    def __init__(
        self, pool: AsyncConnectionPool, *, feed: EventFeed, queue: Queue, accounts: AccountLimits, prices: Prices
    ) -> None:
        self._pool = pool
        self._feed = feed
        self._queue = queue
        self._accounts = accounts
        self._prices = prices
        self._adder: Batcher[NewOrder, Accepted | None] = Batcher(
            self._add_batch, batch_max=128, in_flight_max=2, name="add"
        )
        # One at a time: two batches with the same account would wait for each other and could swap their orders.
        self._measured: Batcher[NewOrder, Accepted] = Batcher(
            self._add_measured, batch_max=128, in_flight_max=1, name="add_measured"
        )

    async def add(self, new: NewOrder) -> Accepted:
        """Store the order in the next group commit; if its account has limits, measure it in that commit first."""
        if not self._accounts.is_measured(new.order.account_id):
            accepted = await self._adder.submit(new)
            if accepted is not None:
                return accepted
        return await self._measured.submit(new)

    async def get(self, order_id: UUID) -> Order | None:
        """Return the order, or None."""
        rows = await self._fetch(f"SELECT {SELECTED} FROM orders o WHERE o.id = %(id)s", {"id": order_id})
        return order_from_row(rows[0]) if rows else None

    async def attempts(self, order_id: UUID) -> Sequence[Attempt]:
        """Return the order's attempts."""
        return [attempt_from_row(row) for row in await self._fetch(READ_ATTEMPTS, {"id": order_id})]

    async def find(self, wanted: OrderFilter) -> Sequence[Order]:
        """Return orders, newest first."""
        parameters = {
            "account": wanted.account_id,
            "before": wanted.before,
            "statuses": [status.value for status in wanted.statuses] or None,
            "types": list(wanted.order_types) or None,
            "mint": wanted.mint,
            "client": wanted.client_order_id,
            "since": wanted.since,
            "until": wanted.until,
            "limit": wanted.limit,
        }
        return [order_from_row(row) for row in await self._fetch(_LIST, parameters)]

    async def events_after(self, cursors: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Return the events after each cursor."""
        parameters = {"ids": [cursor[0] for cursor in cursors], "after": [cursor[1] for cursor in cursors]}
        rows = await self._fetch(_EVENTS_AFTER, parameters)
        return [StoredEvent(row[0], row[1], OrderStatus(row[2]), row[3]) for row in rows]

    async def heads(self, order_ids: Sequence[UUID]) -> Sequence[OrderHead]:
        """Return the heads of those orders that exist."""
        return [OrderHead(*row) for row in await self._fetch(_HEADS, {"ids": list(order_ids)})]

    async def heads_since(self, first_id: UUID) -> Sequence[OrderHead]:
        """Return the heads of young orders."""
        return [OrderHead(*row) for row in await self._fetch(_HEADS_SINCE, {"first": first_id})]

    async def open_orders(self, account_id: str | None) -> Sequence[tuple[UUID, int]]:
        """Return the orders that have not ended."""
        return [(row[0], row[1]) for row in await self._fetch(_OPEN, {"account": account_id})]

    async def count_open(self, limit: int) -> int:
        """Count the orders that have not ended, up to the limit."""
        [(count,)] = await self._fetch(_COUNT_OPEN, {"limit": limit})
        return int(count)

    async def cancel(self, order: Order, event: OrderEvent, at: datetime) -> Order:
        """End the order by compare-and-set on its version."""
        after = apply(order, event, at)
        frame = frame_of(after, event)
        parameters = {
            "id": order.order_id,
            "from_version": order.version,
            "status": after.status.value,
            "version": after.version,
            "at": after.updated_at,
            "payload": frame,
        }
        if not await self._fetch(_CANCEL, parameters):
            raise StaleOrder
        self._feed.publish([StoredEvent(after.order_id, after.version, after.status, frame, after.account_id)])
        return after

    async def _add_batch(self, batch: Sequence[NewOrder]) -> Sequence[Accepted | BaseException | None]:
        """Store the orders of accounts without limits; None for an order whose account got limits meanwhile."""
        free = [new for new in batch if not self._accounts.is_measured(new.order.account_id)]
        answers = dict(zip((new.order.order_id for new in free), await self._add_free(free), strict=True))
        return [answers.get(new.order.order_id) for new in batch]

    async def _add_free(self, batch: Sequence[NewOrder]) -> Sequence[Accepted | DomainError]:
        began = time.perf_counter()
        events = [first_event(new) for new in batch]
        with outages_named():
            async with self._pool.connection() as connection:
                added = await insert(connection, batch, events)
                self._announce([event for event in events if event.order_id in added], began)
                firsts = await firsts_of(connection, [new for new in batch if new.order.order_id not in added])
        return [answer_of(new, added, firsts) for new in batch]

    async def _add_measured(self, batch: Sequence[NewOrder]) -> Sequence[Accepted | DomainError]:
        began = time.perf_counter()
        with outages_named():
            async with self._pool.connection() as connection:
                events, answers = await add_measured(
                    connection, batch, defaults=self._accounts.defaults, prices=self._prices
                )
        self._announce(events, began)
        return answers

    def _announce(self, stored: Sequence[StoredEvent], began: float) -> None:
        """Announce what has just been committed to metrics, watches and workers."""
        telemetry.committed("add", [event.status for event in stored], 0, time.perf_counter() - began)
        self._feed.publish(stored)
        self._queue.offer([event.order_id for event in stored])

    async def _fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[Any]:
        with outages_named():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchall()
