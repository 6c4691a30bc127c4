"""The orders as the executor sees them: group-committed inserts, and the reads."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from executor_service import telemetry
from executor_service.adapters.order_rows import ORDER_COLUMNS, constraints_text, order_from_row
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
from executor_service.domain.lifecycle import OrderAccepted, OrderEvent, OrderStatus
from executor_service.domain.order import Order, apply
from servicekit.batching import Batcher
from servicekit.errors import Rejected
from servicekit.postgres import outages_named

_ADD: Final[LiteralString] = """
    WITH incoming AS MATERIALIZED (
        SELECT * FROM unnest(
            %(ids)b::uuid[], %(accounts)b::text[], %(client_ids)b::text[], %(hashes)b::bytea[], %(types)b::text[],
            %(mints_in)b::text[], %(mints_out)b::text[], %(decimals_in)b::smallint[], %(decimals_out)b::smallint[],
            %(amounts)b::numeric[], %(slippages)b::int[], %(scenarios)b::text[], %(constraints)b::text[],
            %(traces)b::text[], %(statuses)b::text[], %(times)b::timestamptz[], %(payloads)b::text[]
        ) AS i(id, account_id, client_order_id, body_hash, order_type, token_in, token_out, decimals_in, decimals_out,
               amount_in, slippage_bps, scenario, constraints, traceparent, status, created_at, payload)
    ),
    added AS (
        INSERT INTO orders (id, account_id, client_order_id, body_hash, order_type, token_in, token_out, decimals_in,
            decimals_out, amount_in, slippage_bps, scenario, constraints, traceparent, status, version, created_at,
            updated_at)
        SELECT id, account_id, client_order_id, body_hash, order_type, token_in, token_out, decimals_in, decimals_out,
            amount_in, slippage_bps, scenario, constraints::jsonb, traceparent, status, 1, created_at, created_at
        FROM incoming
        ON CONFLICT (account_id, client_order_id) DO NOTHING
        RETURNING id
    ),
    written AS (
        INSERT INTO order_events (order_id, sequence, status, payload, created_at)
        SELECT i.id, 1, i.status, i.payload::json, i.created_at FROM incoming i JOIN added USING (id)
    )
    SELECT id FROM added
"""

_FIRST_OF: Final[LiteralString] = """
    SELECT o.account_id, o.client_order_id, o.id, o.status, o.created_at, o.body_hash
    FROM unnest(%(accounts)b::text[], %(client_ids)b::text[]) AS k(account_id, client_order_id)
    JOIN orders o ON o.account_id = k.account_id AND o.client_order_id = k.client_order_id
"""

_EVENTS_AFTER: Final[LiteralString] = """
    SELECT e.order_id, e.sequence, e.status, e.payload::text
    FROM unnest(%(ids)b::uuid[], %(after)b::int[]) AS k(id, after)
    JOIN order_events e ON e.order_id = k.id AND e.sequence > k.after
    ORDER BY e.order_id, e.sequence
"""

_ATTEMPTS: Final[LiteralString] = """
    SELECT attempt, swap_id, result, error, tx_signature, route::text, started_at, ended_at
    FROM order_attempts WHERE order_id = %(id)s ORDER BY attempt
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
    SELECT {ORDER_COLUMNS} FROM orders o
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


class PostgresOrderDesk:
    """Implements OrderDesk."""

    def __init__(self, pool: AsyncConnectionPool, *, feed: EventFeed, queue: Queue) -> None:
        self._pool = pool
        self._feed = feed
        self._queue = queue
        self._adder: Batcher[NewOrder, Accepted] = Batcher(self._add_batch, batch_max=128, in_flight_max=2, name="add")

    async def add(self, new: NewOrder) -> Accepted:
        """Store the order in the next group commit."""
        return await self._adder.submit(new)

    async def get(self, order_id: UUID) -> Order | None:
        """Return the order, or None."""
        rows = await self._fetch(f"SELECT {ORDER_COLUMNS} FROM orders o WHERE o.id = %(id)s", {"id": order_id})
        return order_from_row(rows[0]) if rows else None

    async def attempts(self, order_id: UUID) -> Sequence[Attempt]:
        """Return the order's attempts."""
        return [Attempt(*row) for row in await self._fetch(_ATTEMPTS, {"id": order_id})]

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
        """Return the events behind each cursor."""
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
        """Return what has not ended."""
        return [(row[0], row[1]) for row in await self._fetch(_OPEN, {"account": account_id})]

    async def count_open(self, limit: int) -> int:
        """Count what has not ended, up to the limit."""
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

    async def _add_batch(self, batch: Sequence[NewOrder]) -> Sequence[Accepted | BaseException]:
        frames = [frame_of(new.order, OrderAccepted()) for new in batch]
        began = time.perf_counter()
        added = {row[0] for row in await self._fetch(_ADD, _insert_columns(batch, frames))}
        statuses = [new.order.status for new in batch if new.order.order_id in added]
        telemetry.committed("add", statuses, 0, time.perf_counter() - began)
        known = await self._first_of([new for new in batch if new.order.order_id not in added])
        self._feed.publish(
            [
                StoredEvent(new.order.order_id, 1, new.order.status, frame, new.order.account_id)
                for new, frame in zip(batch, frames, strict=True)
                if new.order.order_id in added
            ]
        )
        self._queue.offer([new.order.order_id for new in batch if new.order.order_id in added])
        return [_answer(new, added, known) for new in batch]

    async def _first_of(self, repeats: Sequence[NewOrder]) -> Mapping[tuple[str, str], tuple[Any, ...]]:
        if not repeats:
            return {}
        parameters = {
            "accounts": [new.order.account_id for new in repeats],
            "client_ids": [new.order.client_order_id for new in repeats],
        }
        return {(row[0], row[1]): row[2:] for row in await self._fetch(_FIRST_OF, parameters)}

    async def _fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[Any]:
        with outages_named():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchall()


def _answer(
    new: NewOrder, added: set[UUID], known: Mapping[tuple[str, str], tuple[Any, ...]]
) -> Accepted | BaseException:
    order = new.order
    if order.order_id in added:
        return Accepted(order.order_id, order.status, order.created_at, replayed=False)
    assert order.client_order_id is not None
    first_id, status, created_at, body_hash = known[order.account_id, order.client_order_id]
    if bytes(body_hash or b"") != new.body_hash:
        return Rejected("IDEMPOTENCY_KEY_REUSED", "this key was used before with another order")
    return Accepted(first_id, OrderStatus(status), created_at, replayed=True)


def _insert_columns(batch: Sequence[NewOrder], frames: Sequence[str]) -> dict[str, list[Any]]:
    orders = [new.order for new in batch]
    return {
        "ids": [o.order_id for o in orders],
        "accounts": [o.account_id for o in orders],
        "client_ids": [o.client_order_id for o in orders],
        "hashes": [new.body_hash for new in batch],
        "types": [o.order_type for o in orders],
        "mints_in": [o.mint_in for o in orders],
        "mints_out": [o.mint_out for o in orders],
        "decimals_in": [o.decimals_in for o in orders],
        "decimals_out": [o.decimals_out for o in orders],
        "amounts": [str(o.amount_in) for o in orders],
        "slippages": [o.slippage_bps for o in orders],
        "scenarios": [o.scenario for o in orders],
        "constraints": [constraints_text(o.constraints) for o in orders],
        "traces": [o.traceparent for o in orders],
        "statuses": [o.status.value for o in orders],
        "times": [o.created_at for o in orders],
        "payloads": list(frames),
    }
