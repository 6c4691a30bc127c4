"""The table of an attempt's columns, and what a worker's step writes about its attempt."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from executor_service.adapters.columns import INTEGER, JSON_TEXT, MOMENT, TEXT, UUID_KEY, StoredColumn, names, unnest
from executor_service.application.ports import Attempt
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    RoutingStarted,
    SwapConfirmed,
)
from executor_service.domain.order import Order, swap_id_of

ATTEMPT_COLUMNS: Final = (
    StoredColumn("order_id", UUID_KEY, required=True),
    StoredColumn("attempt", INTEGER, required=True),
    StoredColumn("swap_id", UUID_KEY),
    StoredColumn("route", JSON_TEXT),
    StoredColumn("result", TEXT),
    StoredColumn("error", TEXT),
    StoredColumn("tx_signature", TEXT),
    StoredColumn("started_at", MOMENT, required=True),
    StoredColumn("ended_at", MOMENT),
)

PREFIX: Final = "try_"
# What a later step of the attempt may still fill in.
_FILLED_IN: Final = [column.name for column in ATTEMPT_COLUMNS if not column.required]

# The end of a statement in which `moved` are the ids of the orders whose step counts.
WRITE_ATTEMPTS: Final = f"""
    INSERT INTO order_attempts AS a ({names(ATTEMPT_COLUMNS)})
    SELECT {", ".join(f"t.{column.as_stored}" for column in ATTEMPT_COLUMNS)}
    FROM {unnest("t", ATTEMPT_COLUMNS, PREFIX)}
    JOIN moved ON moved.id = t.order_id
    ON CONFLICT (order_id, attempt) DO UPDATE
    SET {", ".join(f"{name} = coalesce(excluded.{name}, a.{name})" for name in _FILLED_IN)}
"""

READ_ATTEMPTS: Final = f"""
    SELECT {", ".join(f"a.{column.as_read}" for column in ATTEMPT_COLUMNS)}
    FROM order_attempts a WHERE order_id = %(id)s ORDER BY attempt
"""


def attempt_from_row(row: Sequence[Any]) -> Attempt:
    """Return the attempt of a row of READ_ATTEMPTS."""
    values = {column.name: value for column, value in zip(ATTEMPT_COLUMNS, row, strict=True)}
    del values["order_id"]
    return Attempt(route_json=values.pop("route"), **values)


def attempt_parameters(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the attempts column by column, as unnest takes them."""
    return {PREFIX + column.name: [row[column.name] for row in rows] for column in ATTEMPT_COLUMNS}


def attempt_after(before: Order, after: Order, last: OrderEvent, new_route: str | None) -> Mapping[str, Any] | None:
    """Return what a step writes about its attempt: swap and route when they are built, the result when it is over.

    None when the step changes no attempt.
    """
    if after.attempt == 0 or isinstance(last, RoutingStarted):
        return None
    result, error, signature = _result_of(last)
    return {
        "order_id": after.order_id,
        "attempt": after.attempt,
        "swap_id": after.swap_id if after.swap_id == swap_id_of(after.order_id, after.attempt) else None,
        "route": new_route,
        "result": result,
        "error": error,
        "tx_signature": signature,
        "started_at": before.updated_at,
        "ended_at": None if result is None else after.updated_at,
    }


def _result_of(event: OrderEvent) -> tuple[str | None, str | None, str | None]:
    match event:
        case SwapConfirmed():
            return "landed", None, event.tx_signature
        case AttemptFailed() | OrderFailed():
            return event.reason.lower(), event.detail, event.tx_signature
        case OrderCancelled():
            return "cancelled", None, None
    return None, None, None
