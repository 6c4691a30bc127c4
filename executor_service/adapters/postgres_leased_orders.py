"""The orders of one worker's lease: group-committed, fenced by the lease and by each order's token."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from executor_service import telemetry
from executor_service.adapters.order_columns import ORDER_COLUMNS
from executor_service.adapters.order_rows import SELECTED, order_from_row
from executor_service.adapters.order_steps import LEASE, RECORD, OrderChange, record_parameters
from executor_service.application.ports import EventFeed, LeaseLost, StaleOrder, StoredEvent
from executor_service.domain.frames import first_routing_frame, frame_of
from executor_service.domain.lifecycle import (
    OrderEvent,
    OrderStatus,
    RoutingStarted,
    next_status,
)
from executor_service.domain.order import Order, apply
from servicekit.batching import Batcher
from servicekit.postgres import outages_named

# The planner must not choose a sequential scan while the tables are small: the plan stays when they have grown. And a
# process that freezes within a transaction must lose it, and its locks, before the waiting processes time out.
SESSION_SETTINGS: Final = (
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET idle_in_transaction_session_timeout = 1500",
)

_OWNER_IS_DEAD: Final[LiteralString] = """
    NOT EXISTS (SELECT 1 FROM workers w WHERE w.id = o.owner AND w.lease_until > clock_timestamp())
"""

_START: Final[LiteralString] = f"""
    WITH {LEASE},
    change AS MATERIALIZED (SELECT * FROM unnest(%(ids)b::uuid[], %(payloads)b::text[]) AS c(id, payload)),
    moved AS (
        UPDATE orders o
        SET owner = %(me)s, owner_token = o.owner_token + 1, status = %(status)s, version = %(version)s,
            attempt = o.attempt + 1, updated_at = greatest(o.updated_at, %(at)s)
        FROM change c
        WHERE o.id = c.id AND o.version = 1 AND o.status = %(fresh)s AND o.owner IS NULL
            AND EXISTS (SELECT 1 FROM lease)
        RETURNING {SELECTED}, extract(epoch FROM clock_timestamp() - o.stored_at)::float8 AS waited
    ),
    written AS (
        INSERT INTO order_events (order_id, sequence, status, payload, created_at)
        SELECT id, %(version)s, %(status)s, c.payload::json, %(at)s FROM change c JOIN moved USING (id)
    )
    SELECT * FROM moved
"""

_CLAIM: Final[LiteralString] = f"""
    WITH {LEASE}
    UPDATE orders o SET owner = %(me)s, owner_token = o.owner_token + 1
    WHERE o.id = ANY(%(ids)b::uuid[]) AND o.ended_at IS NULL AND (o.owner IS NULL OR {_OWNER_IS_DEAD})
        AND EXISTS (SELECT 1 FROM lease)
    RETURNING {SELECTED}
"""

_CLAIM_ABANDONED: Final[LiteralString] = f"""
    WITH {LEASE},
    found AS MATERIALIZED (
        SELECT o.id FROM orders o
        WHERE o.ended_at IS NULL AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= %(at)s)
            AND CASE WHEN o.owner IS NULL THEN o.stored_at < clock_timestamp() - interval '2 seconds'
                     ELSE {_OWNER_IS_DEAD} END
        ORDER BY o.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE orders o SET owner = %(me)s, owner_token = o.owner_token + 1
    FROM found WHERE o.id = found.id AND EXISTS (SELECT 1 FROM lease)
    RETURNING {SELECTED}
"""

_OWNED: Final[LiteralString] = f"""
    SELECT {SELECTED} FROM orders o WHERE o.id = %(id)s AND o.owner = %(me)s AND o.ended_at IS NULL
"""

_HAND_BACK: Final[LiteralString] = """
    WITH gone AS (DELETE FROM workers WHERE id = %(me)s)
    UPDATE orders SET owner = NULL WHERE owner = %(me)s AND ended_at IS NULL RETURNING id
"""


class PostgresLeasedOrders:
    """Implements LeasedOrders for one lease, whose worker drives up to `orders_max` at once."""

    def __init__(self, pool: AsyncConnectionPool, *, worker_id: UUID, feed: EventFeed, orders_max: int) -> None:
        self._pool = pool
        self._me = worker_id
        self._feed = feed
        # The queue has room for every order: a refused step would look like a write whose outcome is unknown.
        self._writer: Batcher[OrderChange, Order] = Batcher(
            self._write, batch_max=128, in_flight_max=2, queue_max=orders_max, name="record"
        )

    async def start(self, order_ids: Sequence[UUID], at: datetime) -> Sequence[Order]:
        """Claim the untouched orders and record that their first attempt begins."""
        frames = {order_id: first_routing_frame(order_id, at) for order_id in order_ids}
        began = time.perf_counter()
        rows = await self._fetch(
            _START,
            {
                "me": self._me,
                "ids": list(frames),
                "payloads": list(frames.values()),
                "fresh": OrderStatus.PENDING.value,
                "status": next_status(OrderStatus.PENDING, RoutingStarted()).value,
                "version": 2,
                "at": at,
            },
        )
        orders = [order_from_row(row[:-1]) for row in rows]
        telemetry.committed("start", [o.status for o in orders], 0, time.perf_counter() - began)
        for row, order in zip(rows, orders, strict=True):
            telemetry.waited(row[-1])
            telemetry.left(OrderStatus.PENDING, order.updated_at - order.created_at)
        self._feed.publish(
            [StoredEvent(o.order_id, o.version, o.status, frames[o.order_id], o.account_id) for o in orders]
        )
        return orders

    async def claim(self, order_ids: Sequence[UUID]) -> Sequence[Order]:
        """Claim the open orders that have no living owner."""
        rows = await self._fetch(_CLAIM, {"me": self._me, "ids": list(order_ids)})
        return [order_from_row(row) for row in rows]

    async def claim_abandoned(self, limit: int, at: datetime) -> Sequence[Order]:
        """Claim the orders that should move and have no living owner."""
        parameters = {"me": self._me, "limit": limit, "at": at}
        return [order_from_row(row) for row in await self._fetch(_CLAIM_ABANDONED, parameters)]

    async def owned(self, order_id: UUID) -> Order | None:
        """Return the order if this worker owns it and it has not ended."""
        rows = await self._fetch(_OWNED, {"id": order_id, "me": self._me})
        return order_from_row(rows[0]) if rows else None

    async def record(self, order: Order, *events: OrderEvent, at: datetime) -> Order:
        """Record the events in the next group commit."""
        after = order
        stored: list[tuple[OrderEvent, StoredEvent]] = []
        for event in events:
            after = apply(after, event, at)
            frame = frame_of(after, event)
            stored.append((event, StoredEvent(after.order_id, after.version, after.status, frame, after.account_id)))
        return await self._writer.submit(OrderChange(order, after, stored))

    async def hand_back(self) -> Sequence[UUID]:
        """Finish the writes in flight, then give up the lease and all orders."""
        await self._writer.close()
        return [row[0] for row in await self._fetch(_HAND_BACK, {"me": self._me})]

    async def _write(self, changes: Sequence[OrderChange]) -> Sequence[Order | BaseException]:
        began = time.perf_counter()
        [(alive, moved)] = await self._fetch(RECORD, {"me": self._me, **record_parameters(ORDER_COLUMNS, changes)})
        if not alive:
            return [LeaseLost()] * len(changes)
        won = set(moved or ())
        stored = [event for c in changes if c.before.order_id in won for _, event in c.events]
        self._feed.publish(stored)
        telemetry.committed("record", [e.status for e in stored], len(changes) - len(won), time.perf_counter() - began)
        for c in changes:
            if c.before.order_id in won:
                telemetry.left(c.before.status, c.after.updated_at - c.before.updated_at)
        return [c.after if c.before.order_id in won else StaleOrder() for c in changes]

    async def _fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[Any]:
        with outages_named():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchall()
