"""What the executor and its workers report: one function for each event worth knowing."""

from uuid import UUID

import structlog

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order

log = structlog.get_logger()


def order_ended(order: Order) -> None:
    """An order has reached its end."""
    log.info(
        "order.ended",
        order_id=str(order.order_id),
        status=order.status.value,
        attempt=order.attempt,
        reason=order.failure_reason if order.status is OrderStatus.FAILED else None,
    )


def run_crashed(order: Order, error: Exception) -> None:
    """A defect stopped an order's run; it is taken up again."""
    log.error("order.run_crashed", order_id=str(order.order_id), exc_info=error)


def orders_taken_over(count: int) -> None:
    """The sweeper found orders that nobody drove."""
    log.info("orders.taken_over", count=count)


def lease_taken(worker_id: UUID) -> None:
    """The worker owns a lease."""
    log.info("lease.taken", worker_id=str(worker_id))


def lease_given_up(worker_id: UUID, handed_back: int) -> None:
    """The worker gave its lease up."""
    log.info("lease.given_up", worker_id=str(worker_id), handed_back=handed_back)


def lease_doubtful(worker_id: UUID) -> None:
    """A write's outcome is unknown or the lease ran out: the worker drops everything it owns."""
    log.warning("lease.doubtful", worker_id=str(worker_id))


def queue_unreachable(error: Exception) -> None:
    """A hint could not be queued; the sweeper will find the orders."""
    log.warning("queue.unreachable", error=type(error).__name__)


def feed_unreachable(error: Exception) -> None:
    """Events could not be published, or the feed was lost; watchers read the database."""
    log.warning("feed.unreachable", error=type(error).__name__)


def swaps_feed_lost(error: Exception) -> None:
    """The stream of landed swaps was lost; the market is asked instead."""
    log.warning("swaps_feed.lost", error=type(error).__name__)
