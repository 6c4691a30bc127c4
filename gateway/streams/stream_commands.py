"""The commands that a client may send on /api/stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.edge.problems import pointer_to
from gateway.edge.query import SEQUENCE_MAX
from gateway.edge.strict_json import JsonNumber, JsonValue, parse_json_object
from gateway.orders.orders import order_id_of
from servicekit.errors import FieldViolation, Rejected

_FIELDS: Final = {
    "subscribe": ("op", "orderIds", "all", "after"),
    "unsubscribe": ("op", "orderIds", "all"),
    "ping": ("op",),
}


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Send these orders' events, each after its sequence; or with `everything` those of all orders of the account."""

    orders: Mapping[str, int]
    everything: bool


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Stop sending these orders' events, or end the subscription of `everything`."""

    order_ids: tuple[str, ...]
    everything: bool


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for a pong."""


Command: TypeAlias = Subscribe | Unsubscribe | Ping


def read_command(text: str) -> Command:
    """Return the command in a message.

    Raises Rejected: MALFORMED_REQUEST for text that is no JSON object, INVALID_REQUEST for one that is no command.
    """
    message = parse_json_object(text.encode())
    op = message.get("op")
    if not isinstance(op, str) or op not in _FIELDS:
        raise _invalid("op", f"op must be one of: {', '.join(_FIELDS)}.")
    for name in message:
        if name not in _FIELDS[op]:
            raise _invalid(name[:64], f"{name[:64]!a} is not a field of {op}.", "unknown_field")
    if op == "ping":
        return Ping()
    everything, order_ids = _everything(message), _order_ids(message)
    if everything == bool(order_ids):
        raise _invalid("orderIds", 'Name orders in orderIds, or say "all": true.', "required")
    if op == "unsubscribe":
        return Unsubscribe(order_ids, everything)
    after = _positions(message)
    if everything:
        return Subscribe(after, everything=True)
    strangers = after.keys() - set(order_ids)
    if strangers:
        raise _invalid("after", "after may name only orders that orderIds names.")
    return Subscribe({order_id: after.get(order_id, 0) for order_id in order_ids}, everything=False)


def _everything(message: Mapping[str, JsonValue]) -> bool:
    value = message.get("all", False)
    if not isinstance(value, bool):
        raise _invalid("all", "all must be true or false.", "wrong_type")
    return value


def _order_ids(message: Mapping[str, JsonValue]) -> tuple[str, ...]:
    value = message.get("orderIds", [])
    if not isinstance(value, list):
        raise _invalid("orderIds", "orderIds must be a list of order ids.", "wrong_type")
    return tuple(dict.fromkeys(_order_id(entry, "orderIds") for entry in value))


def _positions(message: Mapping[str, JsonValue]) -> dict[str, int]:
    value = message.get("after", {})
    if not isinstance(value, dict):
        raise _invalid("after", "after must be an object of order ids and sequences.", "wrong_type")
    return {_order_id(name, "after"): _sequence(sequence) for name, sequence in value.items()}


def _order_id(value: JsonValue, field: str) -> str:
    try:
        return order_id_of(value if isinstance(value, str) and not isinstance(value, JsonNumber) else "")
    except Rejected:
        raise _invalid(field, f"{field} holds something that is not an order id.") from None


def _sequence(value: JsonValue) -> int:
    if isinstance(value, JsonNumber) and len(value) <= 10 and value.isdigit() and int(value) <= SEQUENCE_MAX:
        return int(value)
    raise _invalid("after", f"after must hold sequences from 0 to {SEQUENCE_MAX}.", "out_of_range")


def _invalid(field: str, detail: str, code: str = "invalid_value") -> Rejected:
    return Rejected("INVALID_REQUEST", detail, violations=[FieldViolation(pointer_to(field), detail, code)])
