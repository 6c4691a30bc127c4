"""The table of an order's columns. INSERT, unnest, SELECT, UPDATE, the reading of rows and the schema are made from it.

A new field of an order is one row here, beside its attribute of `Order` and its migration.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import func

from executor_service.adapters.columns import (
    BASE_UNITS,
    BIG_INTEGER,
    BYTES,
    INTEGER,
    JSON_TEXT,
    JSONB_TEXT,
    MOMENT,
    SMALL_INTEGER,
    TEXT,
    UUID_KEY,
    Convert,
    StoredColumn,
)
from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order, RouteConstraints
from executor_service.domain.route import Route, presented_parts, route_from_json, route_to_json

_STATUSES: Final = {status.value: status for status in OrderStatus}
_NO_CONSTRAINTS: Final = RouteConstraints()
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Step(Enum):
    """What a worker's step does to a column."""

    LEAVES = auto()
    REPLACES = auto()
    # Writes what the step has changed; a value that it has not changed does not travel.
    FILLS_IN = auto()


@dataclass(frozen=True)
class OrderColumn(StoredColumn):
    """One column: where its value comes from and when it is written.

    `field` is the attribute of Order, by default of the same name; None when an order does not hold the value. `get`
    reads what is stored, by default the attribute. `encode` and `decode` stand between attribute and array, in place
    of those of the kind; they never see None, and NULL reads as the attribute's default. `added` writes the value at
    acceptance; `added_as` writes that SQL expression over the batch `i` instead.
    """

    field: str | None = ""
    get: Callable[[Order], Any] | None = None
    encode: Convert | None = None
    decode: Convert | None = None
    added: bool = False
    added_as: str = ""
    step: Step = Step.LEAVES

    @property
    def attribute(self) -> str | None:
        """The attribute of Order; None when an order does not hold the value."""
        return self.name if self.field == "" else self.field

    @property
    def decoder(self) -> Convert | None:
        """What turns a selected value into the attribute's; None when they are the same."""
        return self.decode or self.kind.decode

    def values_of(self, orders: Sequence[Order]) -> list[Any]:
        """Return the array of these orders' values."""
        values = list(map(self._getter, orders))
        encode = self._encoder
        return values if encode is None else [None if value is None else encode(value) for value in values]

    def changes_of(self, steps: Sequence[tuple[Order, Order]]) -> list[Any]:
        """Return the array of what each step (order before, order after) has changed; None where it changed nothing."""
        get, encode = self._getter, self._encoder
        values = [None if (value := get(after)) is get(before) else value for before, after in steps]
        return values if encode is None else [None if value is None else encode(value) for value in values]

    @cached_property
    def _getter(self) -> Callable[[Order], Any]:
        if self.get is not None:
            return self.get
        assert self.attribute is not None, f"column {self.name} needs a field or a getter"
        return attrgetter(self.attribute)

    @cached_property
    def _encoder(self) -> Convert | None:
        return self.encode or self.kind.encode


def route_text(route: Route | None) -> str | None:
    """Return the route as it is stored."""
    return None if route is None else _ENCODER.encode(route_to_json(route)).decode()


def _constraints_text(constraints: RouteConstraints) -> str | None:
    return None if constraints == _NO_CONSTRAINTS else msgspec.json.encode(constraints).decode()


def _constraints(text: str) -> RouteConstraints:
    return msgspec.json.decode(text, type=RouteConstraints)


def _route(text: str) -> Route:
    parts: dict[str, msgspec.Raw] = _PARTS.decode(text)
    # An earlier release called it `considered`, and kept no presented route.
    presented = parts.pop("presented", None) or parts.pop("considered")
    document = {name: msgspec.json.decode(part) for name, part in parts.items()}
    return route_from_json(document, presented_parts(presented))


def _ended_at(order: Order) -> datetime | None:
    return order.updated_at if order.is_terminal else None


_REPLACED: Final = Step.REPLACES
_FILLED_IN: Final = Step.FILLS_IN

ORDER_COLUMNS: Final[Sequence[OrderColumn]] = (
    OrderColumn("id", UUID_KEY, required=True, field="order_id", added=True),
    OrderColumn("account_id", TEXT, required=True, added=True),
    OrderColumn("client_order_id", TEXT, added=True),
    # Of the request, not of the order: it travels beside the columns of the order.
    OrderColumn("body_hash", BYTES, field=None, added_as="i.body_hash"),
    OrderColumn("order_type", TEXT, required=True, added=True),
    OrderColumn("token_in", TEXT, required=True, field="mint_in", added=True),
    OrderColumn("token_out", TEXT, required=True, field="mint_out", added=True),
    OrderColumn("decimals_in", SMALL_INTEGER, required=True, added=True),
    OrderColumn("decimals_out", SMALL_INTEGER, required=True, added=True),
    OrderColumn("amount_in", BASE_UNITS, required=True, added=True),
    OrderColumn("slippage_bps", INTEGER, required=True, added=True),
    OrderColumn("scenario", TEXT, required=True, default="", added=True),
    OrderColumn("constraints", JSONB_TEXT, encode=_constraints_text, decode=_constraints, added=True),
    OrderColumn("traceparent", TEXT, required=True, default="", added=True),
    OrderColumn(
        "status",
        TEXT,
        required=True,
        get=attrgetter("status.value"),
        decode=_STATUSES.__getitem__,
        added=True,
        step=_REPLACED,
    ),
    OrderColumn("version", INTEGER, required=True, added_as="1", step=_REPLACED),
    OrderColumn("attempt", INTEGER, required=True, default="0", step=_REPLACED),
    OrderColumn("swap_id", UUID_KEY, step=_FILLED_IN),
    OrderColumn("route", JSON_TEXT, encode=route_text, decode=_route, step=_FILLED_IN),
    OrderColumn("quoted_amount_out", BASE_UNITS, step=_FILLED_IN),
    OrderColumn("min_amount_out", BASE_UNITS, step=_FILLED_IN),
    OrderColumn("executed_amount_out", BASE_UNITS, step=_FILLED_IN),
    OrderColumn("tx_signature", TEXT, step=_FILLED_IN),
    OrderColumn("failure_reason", TEXT, step=_FILLED_IN),
    OrderColumn("owner", UUID_KEY, field=None),
    OrderColumn("owner_token", BIG_INTEGER, required=True, default="0"),
    # On the market's clock: when the next attempt is due, when the order came, moved and ended.
    OrderColumn("next_attempt_at", MOMENT, step=_REPLACED),
    OrderColumn("created_at", MOMENT, required=True, added=True),
    OrderColumn("updated_at", MOMENT, required=True, added_as="i.created_at", step=_REPLACED),
    OrderColumn("ended_at", MOMENT, field=None, get=_ended_at, step=_REPLACED),
    # On the database's clock: since when a stored order waits for a worker.
    OrderColumn("stored_at", MOMENT, field=None, required=True, default=func.clock_timestamp()),
)
