"""Metrics of batchers: the sizes of batches, and the number of items that wait for the next one."""

import weakref
from collections.abc import Callable
from typing import Final, Protocol

from prometheus_client import Gauge, Histogram

_ITEMS: Final = Histogram(
    "tradewind_batch_items", "Items in one batched call.", ["batch"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
_WAITING: Final = Gauge("tradewind_batch_waiting", "Items that wait for the next batched call.", ["batch"])


class Waits(Protocol):
    """Knows how many items wait."""

    @property
    def waiting(self) -> int:
        """Number of items whose call has not begun."""
        ...


def measure_batches(name: str, batcher: Waits) -> Callable[[float], None]:
    """Return a function that records the size of a batch; read the queue's length from `batcher` at every scrape.

    A newer batcher of the same name replaces the older one.
    """
    known = weakref.ref(batcher)

    def waiting() -> float:
        living = known()
        return 0 if living is None else living.waiting

    _WAITING.labels(batch=name).set_function(waiting)
    return _ITEMS.labels(batch=name).observe
