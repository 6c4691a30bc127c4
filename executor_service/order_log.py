"""The story of an order in the logs: accepted, claimed, routed, submitted, ended. At most eight lines for an order.

A line costs a hundredth of an order, so only a share of the orders that go well is logged: LOG_ORDERS says which.
Failures are always logged.
"""

from typing import Literal
from uuid import UUID

import structlog

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order
from servicekit.traces.trace_context import is_sampled, parse_traceparent, trace_id_in

Share = Literal["off", "sampled", "all"]

log = structlog.get_logger()
_share: Share = "sampled"


def log_orders_of(share: Share) -> None:
    """Log no order, the orders whose trace is sampled, or all orders."""
    global _share  # noqa: PLW0603  # one log a process, set once at its start
    _share = share


def accepted(order: Order, *, first_id: UUID) -> None:
    """An order was committed. `first_id` differs from its id when the same client order id was stored before."""
    if _is_logged(order):
        replayed = first_id != order.order_id
        trace_id = trace_id_in(order.traceparent)
        log.info("order.accepted", order_id=str(first_id), trace_id=trace_id, replayed=replayed)


def refused(reason: str, traceparent: str) -> None:
    """An order was not accepted. It has no id; the trace is that of its request."""
    context = parse_traceparent(traceparent)
    log.info("order.refused", reason=reason, trace_id=context and context.trace_id)


def begin(order: Order) -> None:
    """Put order id and trace id into every log line of the task that drives the order."""
    trace_id = trace_id_in(order.traceparent)
    structlog.contextvars.bind_contextvars(order_id=str(order.order_id), trace_id=trace_id)
    if _is_logged(order):
        log.info("order.claimed", status=order.status.value, attempt=order.attempt)


def taken_over(order: Order) -> None:
    """The sweeper found the order without a living owner, or due again."""
    trace_id = trace_id_in(order.traceparent)
    log.info("order.taken_over", order_id=str(order.order_id), trace_id=trace_id, status=order.status.value)


def recorded(before: Order, after: Order) -> None:
    """A step was committed."""
    match after.status:
        case OrderStatus.SUBMITTED if _is_logged(after):
            assert after.route is not None
            log.info("order.submitted", attempt=after.attempt, venue=after.route.venue, swap_id=str(after.swap_id))
        case OrderStatus.RETRYING:
            log.info("order.retrying", attempt=after.attempt, reason=after.failure_reason)
        case OrderStatus.FAILED:
            log.info("order.failed", attempt=after.attempt, reason=after.failure_reason)
        case OrderStatus.CONFIRMED | OrderStatus.CANCELLED if _is_logged(after):
            log.info("order.ended", status=after.status.value, attempt=after.attempt)


def _is_logged(order: Order) -> bool:
    return _share == "all" or (_share == "sampled" and is_sampled(order.traceparent))
