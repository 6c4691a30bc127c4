"""What the executor and its workers report: one function for each event worth knowing."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram

from executor_service import order_log, order_trace
from executor_service.domain.lifecycle import TERMINAL, OrderEvent, OrderStatus
from executor_service.domain.order import Order
from executor_service.domain.risk import TradingState
from servicekit.bulk_metrics import counted_in_bulk, in_bulk
from servicekit.metrics import stage_timer

log = structlog.get_logger()

_EVENTS: Final = Counter("tradewind_order_events", "Events committed, by the status they led to.", ["status"])
_STATUS_SECONDS: Final = Histogram(
    "tradewind_order_status_seconds",
    "Time an order spent in a status before it moved on, on the market's clock.",
    ["status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30),
)
_COMMIT_ORDERS: Final = Histogram(
    "tradewind_group_commit_orders",
    "Events and refused writes in one statement.",
    ["write"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
_COMMIT_SECONDS: Final = Histogram(
    "tradewind_group_commit_seconds",
    "Time from the statement to its commit.",
    ["write"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
_FENCED: Final = Counter(
    "tradewind_fenced_writes", "Writes refused because another writer was first or the lease ended."
)
_TAKEN_OVER: Final = Counter("tradewind_orders_taken_over", "Orders that the sweeper found without a living owner.")
_ATTEMPTS_FAILED: Final = Counter("tradewind_order_attempts_failed", "Attempts that failed, by reason.", ["reason"])
_RUNS_CRASHED: Final = Counter(
    "tradewind_order_runs_crashed",
    "Times a defect stopped an order's run, a claim of orders or the keeping of a lease.",
)
_LEASES_IN_DOUBT: Final = Counter("tradewind_leases_in_doubt", "Times a worker gave everything up.")
_HINTS_LOST: Final = Counter("tradewind_queue_hints_lost", "Messages that could not be queued.")
_FEED_LOST: Final = Counter("tradewind_feed_lost", "Times the event feed could not be reached.")
_IN_FLIGHT: Final = Gauge("tradewind_orders_in_flight", "Orders this worker drives now.")
_IN_FLIGHT_MAX: Final = Gauge("tradewind_orders_in_flight_max", "Orders this worker drives at most.")
_WATCHES: Final = Gauge("tradewind_watches", "Watches that stand now.")
_REFUSED: Final = Counter("tradewind_orders_refused", "Orders that were not accepted, by reason.", ["reason"])
_AUTHENTICATIONS: Final = Counter("tradewind_authentications", "Keys presented, by what came of it.", ["outcome"])
_OPEN_ORDERS: Final = Gauge("tradewind_orders_open", "Orders that have not ended, as last counted.")
_OPEN_BY_STATUS: Final = Gauge("tradewind_orders_open_by_status", "Orders that have not ended, by status.", ["status"])
_OLDEST_OPEN: Final = Gauge("tradewind_orders_oldest_open_seconds", "Age of the oldest order that has not ended.")
_QUEUED: Final = Gauge("tradewind_queue_messages", "Messages in Redis: waiting, delayed, dead.", ["queue"])

_event_counted: Final = {status: counted_in_bulk(_EVENTS.labels(status=status.value).inc) for status in OrderStatus}
_status_timed: Final = {status: in_bulk(_STATUS_SECONDS.labels(status=status.value).observe) for status in OrderStatus}
_claim_timed: Final = stage_timer("claim")
_commit_timed: Final = stage_timer("commit")
_queue_wait_timed: Final = stage_timer("queue_wait")
_publish_timed: Final = stage_timer("publish")


def committed(write: str, statuses: Sequence[OrderStatus], refused: int, seconds: float) -> None:
    """A group of writes was committed: the statuses its events led to, how many were fenced, how long it took."""
    _COMMIT_ORDERS.labels(write=write).observe(len(statuses) + refused)
    _COMMIT_SECONDS.labels(write=write).observe(seconds)
    (_claim_timed if write == "start" else _commit_timed)(seconds)
    _FENCED.inc(refused)
    for status in statuses:
        _event_counted[status](1)


def waited(seconds: float) -> None:
    """A worker claimed an order this long after it was stored, on the database's clock."""
    _queue_wait_timed(seconds)


def published(seconds: float) -> None:
    """Events were published; the oldest of them waited this long since its commit."""
    _publish_timed(seconds)


def left(status: OrderStatus, after: timedelta) -> None:
    """An order left a status after this time."""
    _status_timed[status](after.total_seconds())


def watch_in_flight(count: Callable[[], int], limit: int) -> None:
    """Read the number of orders in flight with `count`, at every scrape; `limit` is their bound."""
    _IN_FLIGHT.set_function(count)
    _IN_FLIGHT_MAX.set(limit)


def watch_watches(count: Callable[[], int]) -> None:
    """Read the number of watches with `count`, at every scrape."""
    _WATCHES.set_function(count)


def open_orders_counted(count: int) -> None:
    """The database said how many orders are open."""
    _OPEN_ORDERS.set(count)


def open_orders_seen(by_status: Mapping[str, int], oldest_seconds: float) -> None:
    """The database said which orders are open and how old the oldest is; 0 when there is none."""
    for status in OrderStatus:
        if status not in TERMINAL:
            _OPEN_BY_STATUS.labels(status=status.value).set(by_status.get(status.value, 0))
    _OLDEST_OPEN.set(oldest_seconds)


def open_orders_unknown() -> None:
    """The database does not answer: drop the old count, which may be wrong."""
    _OPEN_BY_STATUS.clear()
    _OLDEST_OPEN.set(math.nan)


def queue_seen(messages: Mapping[str, int]) -> None:
    """Redis said how long its queues are."""
    for queue, count in messages.items():
        _QUEUED.labels(queue=queue).set(count)


def queue_unknown() -> None:
    """Redis does not answer: drop the old lengths, which may be wrong."""
    _QUEUED.clear()


def order_refused(reason: str, traceparent: str) -> None:
    """An order was not accepted."""
    _REFUSED.labels(reason=reason).inc()
    order_log.refused(reason, traceparent)


def authenticated(outcome: Literal["accepted", "refused", "unavailable"]) -> None:
    """A key was presented."""
    _AUTHENTICATIONS.labels(outcome=outcome).inc()


def account_updated(account_id: str, trading_state: TradingState) -> None:
    """An account's switch or limits were set."""
    log.info("account.updated", account_id=account_id, trading_state=trading_state.value)


def prices_lost(reason: str) -> None:
    """The stream of prices ended; it is opened again."""
    log.warning("prices.lost", reason=reason)


def order_accepted(order: Order, began_ns: int, *, first_id: UUID) -> None:
    """An order was committed, or `first_id` was stored before under its client order id."""
    order_log.accepted(order, first_id=first_id)
    order_trace.accepted(order, began_ns, first_id=first_id)


def order_claimed(order: Order) -> None:
    """A worker begins to drive an order, in this task."""
    order_log.begin(order)
    order_trace.follow(order)


def step_recorded(before: Order, events: Sequence[OrderEvent], after: Order) -> None:
    """A worker committed an order's step."""
    if after.status in (OrderStatus.RETRYING, OrderStatus.FAILED):
        _ATTEMPTS_FAILED.labels(reason=after.failure_reason or "").inc()
    order_log.recorded(before, after)
    followed = order_trace.current()
    if followed is not None:
        followed.recorded(before, events, after)


def run_crashed(order: Order, error: Exception) -> None:
    """A defect stopped an order's run; the worker runs it again."""
    _RUNS_CRASHED.inc()
    log.error("order.run_crashed", order_id=str(order.order_id), exc_info=error)


def stream_crashed(error: Exception) -> None:
    """A defect stopped the reading of a stream's commands; the stream ends."""
    log.error("stream.crashed", exc_info=error)


def claim_crashed(error: Exception) -> None:
    """A defect stopped the claiming of orders; the worker gives its lease up and takes a new one."""
    _RUNS_CRASHED.inc()
    log.error("orders.claim_crashed", exc_info=error)


def lease_crashed(worker_id: UUID, error: BaseException) -> None:
    """A defect stopped the renewing of a lease; the worker gives it up and takes a new one."""
    _RUNS_CRASHED.inc()
    log.error("lease.crashed", worker_id=str(worker_id), exc_info=error)


def orders_taken_over(orders: Sequence[Order]) -> None:
    """The sweeper found orders that no worker drove."""
    _TAKEN_OVER.inc(len(orders))
    for order in orders:
        order_log.taken_over(order)


def lease_taken(worker_id: UUID) -> None:
    """The worker owns a lease."""
    log.info("lease.taken", worker_id=str(worker_id))


def lease_given_up(worker_id: UUID, handed_back: int) -> None:
    """The worker gave its lease up."""
    log.info("lease.given_up", worker_id=str(worker_id), handed_back=handed_back)


def lease_doubtful(worker_id: UUID) -> None:
    """A write's outcome is unknown or the lease ran out: the worker stops driving all its orders."""
    _LEASES_IN_DOUBT.inc()
    log.warning("lease.doubtful", worker_id=str(worker_id))


def queue_unreachable(error: Exception) -> None:
    """A hint could not be queued; the sweeper will find the orders."""
    _HINTS_LOST.inc()
    log.warning("queue.unreachable", error=type(error).__name__)


def feed_unreachable(error: Exception) -> None:
    """Events could not be published, or the feed was lost; watchers read the database."""
    _FEED_LOST.inc()
    log.warning("feed.unreachable", error=type(error).__name__)


def swaps_feed_lost(error: Exception) -> None:
    """The stream of landed swaps was lost; the market is asked instead."""
    log.warning("swaps_feed.lost", error=type(error).__name__)
