"""The spans of an order: its acceptance, then each attempt with its stages, in the trace of the submitting request.

Their ids follow from the order's id, so a worker that takes an order over continues its predecessor's spans. The worker
that commits an attempt's end records the attempt once; spans of router and market already name it as their parent.
"""

import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final
from uuid import UUID

from executor_service.domain.lifecycle import TERMINAL, OrderEvent, OrderStatus, next_status
from executor_service.domain.order import Order, swap_id_of
from servicekit.traces.trace_context import TraceContext, new_span_id
from servicekit.traces.tracing import AttributeValue, Span, record, recorded_context

_ATTEMPT_IS_OVER: Final = TERMINAL | {OrderStatus.RETRYING}


def accept_span_id(order_id: UUID) -> str:
    """Return the id of the span in which an order was accepted."""
    return order_id.bytes[8:].hex()


def attempt_span_id(order_id: UUID, attempt: int) -> str:
    """Return the id of an attempt's span; every worker computes the same one."""
    return swap_id_of(order_id, attempt).bytes[:8].hex()


def attempt_traceparent(order: Order) -> str:
    """Return the attempt's traceparent, for the spans of router and market. Empty when the order is not traced."""
    context = recorded_context(order.traceparent)
    return "" if context is None else context.child(attempt_span_id(order.order_id, order.attempt)).traceparent


def accepted(order: Order, began_ns: int, *, first_id: UUID) -> None:
    """Record that an order was committed, or that `first_id` was stored before under its client order id."""
    context = recorded_context(order.traceparent)
    if context is None:
        return
    now = time.time_ns()
    attributes: dict[str, AttributeValue] = {
        "tradewind.order_id": str(first_id),
        "tradewind.replayed": first_id != order.order_id,
    }
    own = context.child(accept_span_id(order.order_id))
    record(Span("order.accept", own, context.span_id, "server", began_ns, now, attributes, [("committed", now)]))


def cancelled(before: Order) -> None:
    """Record the end of an attempt that a cancellation cut short."""
    context = recorded_context(before.traceparent)
    if context is not None and before.attempt and before.status not in _ATTEMPT_IS_OVER:
        OrderTrace(context, before).end("CANCELLED")


class OrderTrace:
    """What a worker has seen of an order's current attempt."""

    def __init__(self, context: TraceContext, order: Order) -> None:
        self._context = context
        self._order = order
        self._own = context.child(attempt_span_id(order.order_id, order.attempt))
        # The start of a predecessor's work is unknown; its last commit is known.
        self._began_ns = int(order.updated_at.timestamp() * 1e9)
        self._events = [("claimed", time.time_ns())]

    def stage(self, name: str, began_ns: int, error: str) -> None:
        """Record a stage that has just ended."""
        own = self._context.child(new_span_id())
        record(Span(name, own, self._own.span_id, "client", began_ns, time.time_ns(), error=error))

    def recorded(self, before: Order, events: Sequence[OrderEvent], after: Order) -> None:
        """Note what was committed, and record the attempt when that was its end."""
        now, status = time.time_ns(), before.status
        if after.status is OrderStatus.ROUTING:
            self._began_ns, self._events = now, []
            self._own = self._context.child(attempt_span_id(after.order_id, after.attempt))
        for event in events:
            status = next_status(status, event)
            self._events.append((status.value, now))
        self._order = after
        if after.status in _ATTEMPT_IS_OVER and before.attempt and before.status is not OrderStatus.RETRYING:
            failed = after.status is not OrderStatus.CONFIRMED
            self.end((after.failure_reason or after.status.value) if failed else "")

    def end(self, error: str) -> None:
        """Record the attempt."""
        order = self._order
        attributes: dict[str, AttributeValue] = {
            "tradewind.order_id": str(order.order_id),
            "tradewind.attempt": order.attempt,
        }
        parent = accept_span_id(order.order_id)
        times = self._began_ns, time.time_ns()
        record(Span("order.attempt", self._own, parent, "consumer", *times, attributes, self._events, error))


_current: ContextVar[OrderTrace | None] = ContextVar("order_trace", default=None)


def follow(order: Order) -> None:
    """Trace the order in the task that drives it, if its trace is recorded."""
    context = recorded_context(order.traceparent)
    if context is not None:
        _current.set(OrderTrace(context, order))


def current() -> OrderTrace | None:
    """Return the trace of the order that this task drives; None when it is not recorded."""
    return _current.get()
