"""One order being watched by one stream."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from executor_service.application.outbox import Outbox


@dataclass(slots=True, eq=False)
class Watch:
    """The last sequence that was passed on, where events are passed to, and what to do after the order's last."""

    watch_id: int
    order_id: UUID
    last: int
    outbox: Outbox
    told_all: Callable[[], None]
    heard_at: float = 0.0
