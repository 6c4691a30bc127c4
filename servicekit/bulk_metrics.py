"""Metrics on the way of every order: noted at once, handed to the library many at a time.

In the midst of other work a call into the library costs four times what it costs in a row of its own kind, and some
thirty of them were six per cent of an order. So values wait in a list, a count in a number, until there are many or
somebody reads the page: it is made after everything has been handed over.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import REGISTRY, Metric
from prometheus_client.registry import Collector

VALUES_WAITING_MAX: Final = 256


class _Waiting(Collector):
    """Holds nothing of its own. It is registered before the metrics that hand over, so it is collected before them."""

    def __init__(self) -> None:
        self.hand_overs: list[Callable[[], None]] = []
        # The page is made on a thread of its own.
        self.lock = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        """Have everything that waits handed over; add nothing to the page."""
        for hand_over in self.hand_overs:
            hand_over()
        return iter(())

    def describe(self) -> Iterator[Metric]:
        """Nothing."""
        return iter(())


_waiting: Final = _Waiting()
REGISTRY.register(_waiting)


def in_bulk(observe: Callable[[float], None]) -> Callable[[float], None]:
    """Return what notes a value for a histogram. One thread may call it."""
    values: list[float] = []

    def hand_over() -> None:
        with _waiting.lock:
            taken = values[:]
            del values[: len(taken)]
            for value in taken:
                observe(value)

    def note(value: float) -> None:
        values.append(value)
        if len(values) >= VALUES_WAITING_MAX:
            hand_over()

    _waiting.hand_overs.append(hand_over)
    return note


def counted_in_bulk(inc: Callable[[float], None]) -> Callable[[int], None]:
    """Return what adds to a counter. One thread may call it."""
    noted = handed_over = 0

    def hand_over() -> None:
        nonlocal handed_over
        with _waiting.lock:
            new = noted - handed_over
            handed_over += new
            if new:
                inc(new)

    def count(amount: int) -> None:
        nonlocal noted
        noted += amount

    _waiting.hand_overs.append(hand_over)
    return count
