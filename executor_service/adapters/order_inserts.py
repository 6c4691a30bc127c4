"""Storing new orders with their first events, many in one statement, and recognising repeats."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from executor_service.adapters.columns import BYTES, TEXT, StoredColumn, names, unnest
from executor_service.adapters.order_columns import ORDER_COLUMNS, OrderColumn
from executor_service.application.ports import Accepted, NewOrder, StoredEvent
from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import OrderAccepted, OrderStatus
from servicekit.errors import Rejected

# The first order of each (account, client order id): its id, status, time and body hash.
Firsts: TypeAlias = Mapping[tuple[str, str], tuple[Any, ...]]

# What travels with each order and is not one of its fields.
_BESIDES: Final = (StoredColumn("body_hash", BYTES), StoredColumn("payload", TEXT))


def add_statement(columns: Sequence[OrderColumn]) -> str:
    """Return the statement that stores a batch: orders, each with its first event. It returns the ids it stored."""
    travelling = [column for column in columns if column.added]
    written = [column for column in columns if column.added or column.added_as]
    values = ", ".join(column.added_as or f"i.{column.as_stored}" for column in written)
    # Sorted, because an insert waits for another transaction that has the same key: a fixed order prevents deadlocks.
    return f"""
        WITH incoming AS MATERIALIZED (SELECT * FROM {unnest("i", [*travelling, *_BESIDES])}),
        added AS (
            INSERT INTO orders ({names(written)})
            SELECT {values} FROM incoming i
            ORDER BY account_id, client_order_id, id
            ON CONFLICT DO NOTHING
            RETURNING id
        ),
        written AS (
            INSERT INTO order_events (order_id, sequence, status, payload, created_at)
            SELECT i.id, 1, i.status, i.payload::json, i.created_at FROM incoming i JOIN added USING (id)
        )
        SELECT id FROM added
    """


def add_parameters(
    columns: Sequence[OrderColumn], batch: Sequence[NewOrder], events: Sequence[StoredEvent]
) -> dict[str, list[Any]]:
    """Return the batch column by column, as unnest takes it."""
    orders = [new.order for new in batch]
    return {
        **{column.name: column.values_of(orders) for column in columns if column.added},
        "body_hash": [new.body_hash for new in batch],
        "payload": [event.payload for event in events],
    }


_ADD: Final = add_statement(ORDER_COLUMNS)
_FIRST_OF: Final[LiteralString] = """
    SELECT o.account_id, o.client_order_id, o.id, o.status, o.created_at, o.body_hash
    FROM unnest(%(accounts)b::text[], %(client_ids)b::text[]) AS k(account_id, client_order_id)
    JOIN orders o ON o.account_id = k.account_id AND o.client_order_id = k.client_order_id
"""


def first_event(new: NewOrder) -> StoredEvent:
    """Return the order's first event."""
    order = new.order
    frame = frame_of(order, OrderAccepted(new.symbol_in, new.symbol_out))
    return StoredEvent(order.order_id, 1, order.status, frame, order.account_id)


async def insert(
    connection: AsyncConnection[TupleRow], batch: Sequence[NewOrder], events: Sequence[StoredEvent]
) -> set[UUID]:
    """Store the orders, each with its first event, and return the ids of the new orders, without repeats."""
    if not batch:
        return set()
    cursor = await connection.execute(_ADD, add_parameters(ORDER_COLUMNS, batch, events))
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
    first = firsts.get((order.account_id, order.client_order_id or ""))
    if first is None:
        return Rejected("IDEMPOTENCY_KEY_REUSED", "the order id belongs to another order")
    first_id, status, created_at, body_hash = first
    if bytes(body_hash or b"") != new.body_hash:
        return Rejected("IDEMPOTENCY_KEY_REUSED", "this key was used before with another order")
    return Accepted(first_id, OrderStatus(status), created_at, replayed=True)
