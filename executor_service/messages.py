"""Between the contract's messages and the domain: reading, checking, writing."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import base58
from google.protobuf.timestamp_pb2 import Timestamp
from uuid_utils.compat import uuid7

from executor_service.adapters.order_columns import route_text
from executor_service.application.outbox import Delivery
from executor_service.application.ports import Accepted, Attempt, NewOrder, OrderFilter, StoredEvent
from executor_service.domain.lifecycle import TERMINAL, TRANSITIONS, OrderAccepted, OrderStatus
from executor_service.domain.order import Order, RouteConstraints
from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable
from tradewind.orders.v1 import orders_pb2 as pb

_STATUS_TO_WIRE: Final = {status: pb.OrderStatus.Value(f"ORDER_STATUS_{status.name}") for status in OrderStatus}
_STATUS_FROM_WIRE: Final = {number: status for status, number in _STATUS_TO_WIRE.items()}
_TYPE_TO_WIRE: Final = {"market": pb.ORDER_TYPE_MARKET}
_TYPE_FROM_WIRE: Final = {number: name for name, number in _TYPE_TO_WIRE.items()}

# Fields that the messages have under the same name and in the same form. A message leaves None out.
_CONVERTED: Final = {
    *("order_id", "order_type", "status", "swap_id", "created_at", "updated_at", "next_attempt_at", "failure_reason"),
}
_FIELDS: Final = [field.name for field in fields(Order) if field.name not in _CONVERTED]
_SENT_AS_KEPT: Final = [
    name for name in _FIELDS if name in pb.SubmitOrderRequest.DESCRIPTOR.fields_by_name and name != "client_order_id"
]
_SHOWN_AS_KEPT: Final = [name for name in _FIELDS if name in pb.Order.DESCRIPTOR.fields_by_name]

PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 500
# The database keeps them as 32-bit integers with a sign.
SEQUENCE_MAX: Final = 2**31 - 1
_MINT_BYTES: Final = 32
_HASH_BYTES: Final = 32
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9._:@-]{1,64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def order_id_of(text: str) -> UUID:
    """Return the id. Raises ORDER_NOT_FOUND for text that is no id: no order can have it."""
    try:
        return UUID(text)
    except ValueError:
        raise Rejected("ORDER_NOT_FOUND") from None


def sequence_of(number: int) -> int:
    """Return the caller's sequence. Raises INVALID_REQUEST for a number that no event can reach."""
    if number > SEQUENCE_MAX:
        detail = f"must be at most {SEQUENCE_MAX}"
        raise Rejected("INVALID_REQUEST", violations=[FieldViolation("after_sequence", detail)])
    return number


def violations_of(request: pb.SubmitOrderRequest) -> list[FieldViolation]:
    """Return every violation of the order, field by field."""
    checks = [
        ("account_id", is_account(request.account_id), "must be 1 to 64 letters, digits or . _ : @ -"),
        ("client_order_id", len(request.client_order_id) <= 255, "must be at most 255 characters"),
        ("client_order_id", "\0" not in request.client_order_id, "must not hold a NUL character"),
        (
            "body_hash",
            not request.client_order_id or len(request.body_hash) == _HASH_BYTES,
            "must be 32 bytes when client_order_id is given",
        ),
        ("order_type", request.order_type in _TYPE_FROM_WIRE, "must be ORDER_TYPE_MARKET"),
        ("mint_in", is_mint(request.mint_in), "must be a mint address: base58, 32 bytes"),
        ("mint_out", is_mint(request.mint_out), "must be a mint address: base58, 32 bytes"),
        ("mint_out", request.mint_out != request.mint_in, "must differ from mint_in"),
        ("decimals_in", request.decimals_in <= 18, "must be at most 18"),
        ("decimals_out", request.decimals_out <= 18, "must be at most 18"),
        ("amount_in", request.amount_in > 0, "must be above 0"),
        ("slippage_bps", request.slippage_bps <= 10_000, "must be at most 10000"),
        ("scenario", len(request.scenario) <= 64 and "\0" not in request.scenario, "must be at most 64 characters"),
        ("max_legs", request.max_legs <= 16, "must be at most 16"),
        ("venues", len(request.venues) <= 16 and _are_short(request.venues), "must be at most 16 short names"),
        ("exclude_pools", len(request.exclude_pools) <= 64 and _are_short(request.exclude_pools), "at most 64 pools"),
        ("quote_id", len(request.quote_id) <= 255 and "\0" not in request.quote_id, "must be at most 255 characters"),
        ("symbol_in", is_symbol(request.symbol_in), "must be at most 64 characters, without NUL"),
        ("symbol_out", is_symbol(request.symbol_out), "must be at most 64 characters, without NUL"),
        ("traceparent", _is_trace(request.traceparent), "must be a W3C traceparent or empty"),
        (
            "order_id",
            not request.order_id or bool(request.client_order_id and _UUID.fullmatch(request.order_id)),
            "must be a UUID in lower case, with a client_order_id, or empty",
        ),
    ]
    return [FieldViolation(field, detail) for field, holds, detail in checks if not holds]


def new_order(request: pb.SubmitOrderRequest, now: datetime) -> NewOrder:
    """Return the order to store. The request has no violations."""
    constraints = RouteConstraints(
        max_legs=request.max_legs,
        venues=tuple(request.venues),
        exclude_pools=tuple(request.exclude_pools),
        quote_id=request.quote_id,
        quote_stale_reject=request.on_stale == pb.ON_STALE_REJECT,
        max_price_impact_bps=request.max_price_impact_bps,
    )
    order = Order(
        order_id=UUID(request.order_id) if request.order_id else uuid7(),
        client_order_id=request.client_order_id or None,
        order_type=_TYPE_FROM_WIRE[request.order_type],
        constraints=constraints,
        created_at=now,
        updated_at=now,
        **{name: getattr(request, name) for name in _SENT_AS_KEPT},
    )
    return NewOrder(
        order=order, body_hash=request.body_hash, symbol_in=request.symbol_in, symbol_out=request.symbol_out
    )


def submit_response(accepted: Accepted) -> pb.SubmitOrderResponse:
    """Return the answer to a stored order."""
    return pb.SubmitOrderResponse(
        order_id=str(accepted.order_id),
        status=_STATUS_TO_WIRE[accepted.status],
        replayed=accepted.replayed,
        created_at=_moment(accepted.created_at),
    )


def refusal(error: DomainError) -> pb.OrderRefusal:
    """Return the answer to an order that was not stored."""
    return pb.OrderRefusal(
        reason=error.reason,
        detail=error.detail,
        retryable=error.retryable,
        violations=[pb.FieldViolation(field=v.field, detail=v.detail, code=v.code) for v in error.violations],
        retry_after_ms=error.retry_after_ms if isinstance(error, Unavailable) else 0,
    )


def filter_of(request: pb.ListOrdersRequest) -> OrderFilter:
    """Return the filter. Raises INVALID_REQUEST naming the field."""
    if request.page_size > PAGE_MAX:
        raise Rejected("INVALID_REQUEST", violations=[FieldViolation("page_size", f"must be at most {PAGE_MAX}")])
    for field in ("account_id", "mint", "client_order_id"):
        if "\0" in getattr(request, field):
            raise Rejected("INVALID_REQUEST", violations=[FieldViolation(field, "must not hold a NUL character")])
    try:
        before = UUID(request.page_token) if request.page_token else None
        statuses = [_STATUS_FROM_WIRE[number] for number in request.statuses]
        types = [_TYPE_FROM_WIRE[number] for number in request.order_types]
    except ValueError:
        violation = FieldViolation("page_token", "must be the next_page_token of an earlier answer")
        raise Rejected("INVALID_REQUEST", violations=[violation]) from None
    except KeyError:
        violation = FieldViolation("statuses", "statuses and order_types must be values of their enums")
        raise Rejected("INVALID_REQUEST", violations=[violation]) from None
    return OrderFilter(
        account_id=request.account_id or None,
        statuses=statuses,
        order_types=types,
        mint=request.mint or None,
        client_order_id=request.client_order_id or None,
        since=_time_in("since", request.since) if request.HasField("since") else None,
        until=_time_in("until", request.until) if request.HasField("until") else None,
        before=before,
        limit=request.page_size or PAGE_DEFAULT,
    )


def _time_in(field: str, stamp: Timestamp) -> datetime:
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        violation = FieldViolation(field, "must be a time of the years 1 to 9999")
        raise Rejected("INVALID_REQUEST", violations=[violation]) from None


def order_message(order: Order, attempts: Sequence[Attempt]) -> pb.Order:
    """Return the snapshot of an order."""
    message = pb.Order(
        order_id=str(order.order_id),
        order_type=_TYPE_TO_WIRE[order.order_type],
        status=_STATUS_TO_WIRE[order.status],
        swap_id=str(order.swap_id or ""),
        route_json=route_text(order.route) or "",
        created_at=_moment(order.created_at),
        updated_at=_moment(order.updated_at),
        # The reason of an earlier failed attempt belongs to that attempt, not to a confirmed order.
        failure_reason="" if order.status is OrderStatus.CONFIRMED else order.failure_reason or "",
        attempts=map(_attempt_message, attempts),
        **{name: getattr(order, name) for name in _SHOWN_AS_KEPT},
    )
    if order.next_attempt_at is not None:
        message.next_attempt_at.CopyFrom(_moment(order.next_attempt_at))
    return message


def event_message(event: StoredEvent) -> pb.OrderEvent:
    """Return one event."""
    return pb.OrderEvent(
        order_id=str(event.order_id),
        sequence=event.sequence,
        status=_STATUS_TO_WIRE[event.status],
        payload_json=event.payload,
    )


def watch_response(delivery: Delivery) -> pb.WatchOrdersResponse:
    """Return what a stream sends."""
    return pb.WatchOrdersResponse(
        added=[_added_message(*added) for added in delivery.added],
        events=[
            pb.WatchEvents(watch_id=watch_id, events=map(event_message, events))
            for watch_id, events in delivery.events.items()
        ],
        ended=[pb.WatchEnded(watch_id=watch_id, reason=reason) for watch_id, reason in delivery.ended],
    )


def _added_message(watch_id: int, version: int, positions: Sequence[tuple[UUID, int]]) -> pb.WatchAdded:
    sent = [pb.OrderPosition(order_id=str(order_id), sequence=sequence) for order_id, sequence in positions]
    return pb.WatchAdded(watch_id=watch_id, version=version, positions=sent)


def lifecycle_response() -> pb.GetLifecycleResponse:
    """Return the lifecycle, acceptance first."""
    steps = [pb.LifecycleStep(event=OrderAccepted.__name__, to_status=_STATUS_TO_WIRE[OrderStatus.PENDING])]
    steps += [
        pb.LifecycleStep(from_status=_STATUS_TO_WIRE[before], event=event.__name__, to_status=_STATUS_TO_WIRE[after])
        for (before, event), after in TRANSITIONS.items()
    ]
    return pb.GetLifecycleResponse(steps=steps, terminal=[_STATUS_TO_WIRE[status] for status in sorted(TERMINAL)])


def _attempt_message(attempt: Attempt) -> pb.Attempt:
    message = pb.Attempt(
        attempt=attempt.attempt,
        swap_id=str(attempt.swap_id or ""),
        result=attempt.result or "",
        error=attempt.error or "",
        tx_signature=attempt.tx_signature or "",
        route_json=attempt.route_json or "",
        started_at=_moment(attempt.started_at),
    )
    if attempt.ended_at is not None:
        message.ended_at.CopyFrom(_moment(attempt.ended_at))
    return message


def _moment(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def is_account(text: str) -> bool:
    """Return whether this text can name an account."""
    return bool(_ACCOUNT.fullmatch(text))


def is_symbol(text: str) -> bool:
    """Return whether this text can be a token's symbol, or no symbol at all."""
    return len(text) <= 64 and "\0" not in text


def is_mint(text: str) -> bool:
    """Return whether this text can be a mint address."""
    return 32 <= len(text) <= 44 and _is_address(text)


# Orders name few mints, and decoding two of them is a twentieth of an order's cost here. Only short texts arrive here.
@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    try:
        return len(base58.b58decode(text)) == _MINT_BYTES
    except ValueError:
        return False


def _are_short(names: Sequence[str]) -> bool:
    return all(0 < len(name) <= 64 and "\0" not in name for name in names)


def _is_trace(text: str) -> bool:
    return not text or bool(_TRACEPARENT.fullmatch(text))
