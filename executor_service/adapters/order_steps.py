"""A worker's steps, many in one statement: it moves the orders, appends their events and keeps their attempts.

For each order all of it happens or nothing. Nothing happens when the lease has run out, or when another writer has
moved the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from executor_service.adapters.attempt_rows import WRITE_ATTEMPTS, attempt_after, attempt_parameters
from executor_service.adapters.columns import BIG_INTEGER, INTEGER, UUID_KEY, StoredColumn, unnest
from executor_service.adapters.order_columns import ORDER_COLUMNS, OrderColumn, Step
from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderEvent
from executor_service.domain.order import Order

LEASE: Final = """
    lease AS MATERIALIZED (SELECT 1 FROM workers WHERE id = %(me)s AND lease_until > clock_timestamp())
"""

# What the order must still be for its step to count.
_EXPECTED: Final = (
    StoredColumn("id", UUID_KEY),
    StoredColumn("from_version", INTEGER),
    StoredColumn("token", BIG_INTEGER),
)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """One order's step: the order before, the order after, the events between."""

    before: Order
    after: Order
    events: Sequence[tuple[OrderEvent, StoredEvent]]


def record_statement(columns: Sequence[OrderColumn]) -> str:
    """Return the statement that records a batch. It returns whether the lease holds, and the ids that moved."""
    written = [column for column in columns if column.step is not Step.LEAVES]
    return f"""
        WITH {LEASE},
        change AS MATERIALIZED (SELECT * FROM {unnest("c", [*_EXPECTED, *written])}),
        moved AS (
            UPDATE orders o SET {", ".join(map(_assignment, written))}
            FROM change c
            WHERE o.id = c.id AND o.version = c.from_version AND o.owner = %(me)s AND o.owner_token = c.token
                AND EXISTS (SELECT 1 FROM lease)
            RETURNING o.id
        ),
        written AS (
            INSERT INTO order_events (order_id, sequence, status, payload, created_at)
            SELECT e.id, e.sequence, e.status, e.payload::json, e.created_at
            FROM unnest(%(event_ids)b::uuid[], %(event_sequences)b::int[], %(event_statuses)b::text[],
                        %(event_payloads)b::text[], %(event_times)b::timestamptz[])
                AS e(id, sequence, status, payload, created_at)
            JOIN moved USING (id)
        ),
        tried AS ({WRITE_ATTEMPTS})
        SELECT (SELECT count(*) FROM lease), (SELECT array_agg(id) FROM moved)
    """


def record_parameters(columns: Sequence[OrderColumn], changes: Sequence[OrderChange]) -> dict[str, list[Any]]:
    """Return the batch column by column, as unnest takes it."""
    steps = [(change.before, change.after) for change in changes]
    stored = [event for change in changes for _, event in change.events]
    arrays: dict[str, list[Any]] = {
        "id": [change.after.order_id for change in changes],
        "from_version": [change.before.version for change in changes],
        "token": [change.before.owner_token for change in changes],
        **_written(columns, steps),
        "event_ids": [event.order_id for event in stored],
        "event_sequences": [event.sequence for event in stored],
        "event_statuses": [event.status.value for event in stored],
        "event_payloads": [event.payload for event in stored],
        "event_times": [change.after.updated_at for change in changes for _ in change.events],
    }
    attempts = [
        attempt_after(change.before, change.after, change.events[-1][0], route)
        for change, route in zip(changes, arrays["route"], strict=True)
    ]
    return arrays | attempt_parameters([attempt for attempt in attempts if attempt is not None])


def _assignment(column: OrderColumn) -> str:
    if column.step is Step.FILLS_IN:
        return f"{column.name} = coalesce(c.{column.as_stored}, o.{column.name})"
    return f"{column.name} = c.{column.as_stored}"


def _written(columns: Sequence[OrderColumn], steps: Sequence[tuple[Order, Order]]) -> dict[str, list[Any]]:
    afters = [after for _, after in steps]
    arrays: dict[str, list[Any]] = {}
    for column in columns:
        if column.step is Step.REPLACES:
            arrays[column.name] = column.values_of(afters)
        elif column.step is Step.FILLS_IN:
            arrays[column.name] = column.changes_of(steps)
    return arrays


RECORD: Final = record_statement(ORDER_COLUMNS)
