"""Storing new orders with their first events, many in one statement, and recognising repeats."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from executor_service.adapters.order_rows import constraints_text
from executor_service.application.ports import Accepted, NewOrder, StoredEvent
from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import OrderAccepted, OrderStatus
from servicekit.errors import Rejected

# The first order of each (account, client order id): its id, status, time and body hash.
Firsts: TypeAlias = Mapping[tuple[str, str], tuple[Any, ...]]

# In one order: an insert waits for another that has not committed the same key, and must not be waited for by it.
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
        ORDER BY account_id, client_order_id, id
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


def first_event(new: NewOrder) -> StoredEvent:
    """Return the event that an order's life begins with."""
    order = new.order
    return StoredEvent(order.order_id, 1, order.status, frame_of(order, OrderAccepted()), order.account_id)


async def insert(
    connection: AsyncConnection[TupleRow], batch: Sequence[NewOrder], events: Sequence[StoredEvent]
) -> set[UUID]:
    """Store the orders, each with its first event, and return the ids of those that are no repeats."""
    if not batch:
        return set()
    cursor = await connection.execute(_ADD, _columns(batch, events))
    return {row[0] for row in await cursor.fetchall()}


async def firsts_of(connection: AsyncConnection[TupleRow], batch: Sequence[NewOrder]) -> Firsts:
    """Return what is stored under the client order ids of these orders."""
    named = [new.order for new in batch if new.order.client_order_id is not None]
    if not named:
        return {}
    parameters = {
        "accounts": [order.account_id for order in named],
        "client_ids": [order.client_order_id for order in named],
    }
    cursor = await connection.execute(_FIRST_OF, parameters)
    return {(row[0], row[1]): row[2:] for row in await cursor.fetchall()}


def answer_of(new: NewOrder, added: Collection[UUID], firsts: Firsts) -> Accepted | Rejected:
    """Return the answer to an order that is stored, now or earlier under the same client order id."""
    order = new.order
    if order.order_id in added:
        return Accepted(order.order_id, order.status, order.created_at, replayed=False)
    assert order.client_order_id is not None
    first_id, status, created_at, body_hash = firsts[order.account_id, order.client_order_id]
    if bytes(body_hash or b"") != new.body_hash:
        return Rejected("IDEMPOTENCY_KEY_REUSED", "this key was used before with another order")
    return Accepted(first_id, OrderStatus(status), created_at, replayed=True)


def _columns(batch: Sequence[NewOrder], events: Sequence[StoredEvent]) -> dict[str, list[Any]]:
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
        "payloads": [event.payload for event in events],
    }
