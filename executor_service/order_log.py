"""The story of an order in the logs: accepted, claimed, routed, submitted, ended. At most eight lines for an order.

A line costs what a hundredth of an order costs, so the story of an order that goes well is told for a share of them:
LOG_ORDERS says whose. What goes wrong is always told.
"""

from typing import Literal
from uuid import UUID

import structlog

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order
from servicekit.trace_context import is_sampled, parse_traceparent, trace_id_in

Share = Literal["off", "sampled", "all"]

log = structlog.get_logger()
_share: Share = "sampled"


def tell_orders(share: Share) -> None:
    """Tell the story of no order, of those whose trace is sampled, or of all."""
    global _share  # noqa: PLW0603  # one log a process, set once at its start
    _share = share


def accepted(order: Order, *, first_id: UUID) -> None:
    """An order was committed; `first_id` is another when it had been stored before under its identity."""
    if _tells(order):
        replayed = first_id != order.order_id
        trace_id = trace_id_in(order.traceparent)
        log.info("order.accepted", order_id=str(first_id), trace_id=trace_id, replayed=replayed)


def refused(reason: str, traceparent: str) -> None:
    """An order was not accepted. It has no id; the trace is that of its request."""
    context = parse_traceparent(traceparent)
    log.info("order.refused", reason=reason, trace_id=context and context.trace_id)


def begin(order: Order) -> None:
    """Have every line of the task that drives the order carry both ids."""
    trace_id = trace_id_in(order.traceparent)
    structlog.contextvars.bind_contextvars(order_id=str(order.order_id), trace_id=trace_id)
    if _tells(order):
        log.info("order.claimed", status=order.status.value, attempt=order.attempt)


def taken_over(order: Order) -> None:
    """The sweeper found the order without a living owner, or due again."""
    trace_id = trace_id_in(order.traceparent)
    log.info("order.taken_over", order_id=str(order.order_id), trace_id=trace_id, status=order.status.value)


def recorded(before: Order, after: Order) -> None:
    """A step was committed."""
    match after.status:
        case OrderStatus.SUBMITTED if _tells(after):
            assert after.route is not None
            log.info("order.submitted", attempt=after.attempt, venue=after.route.venue, swap_id=str(after.swap_id))
        case OrderStatus.RETRYING:
            log.info("order.retrying", attempt=after.attempt, reason=after.failure_reason)
        case OrderStatus.FAILED:
            log.info("order.failed", attempt=after.attempt, reason=after.failure_reason)
        case OrderStatus.CONFIRMED | OrderStatus.CANCELLED | OrderStatus.EXPIRED if _tells(after):
            log.info("order.ended", status=after.status.value, attempt=after.attempt)


def _tells(order: Order) -> bool:
    return _share == "all" or (_share == "sampled" and is_sampled(order.traceparent))
