"""One watch: one stream follows one order."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from executor_service.application.outbox import Outbox


@dataclass(slots=True, eq=False)
class Watch:
    """The last sequence that was sent, the outbox that events go to, and what to do after the order's last event."""

    watch_id: int
    order_id: UUID
    last: int
    outbox: Outbox
    on_end: Callable[[], None]
    heard_at: float = 0.0
