"""Metrics on the path of every order: recorded at once, passed to the library many at a time.

A single call into the library between other work costs four times as much as one call of a series, and thirty of them
were six per cent of the cost of an order. So values wait in a list, and counts in a number, until there are many or
until the metrics page (`servicekit.metrics.PAGE`) is read: the page passes all of them on first.
"""

import threading
from collections.abc import Callable
from typing import Final

VALUES_WAITING_MAX: Final = 256

_hand_overs: Final[list[Callable[[], None]]] = []
# Except in the gateway, the thread that makes the page is not the thread that records.
_lock: Final = threading.Lock()


def hand_over_everything() -> None:
    """Pass all recorded values to the library. Any thread may call it."""
    for hand_over in _hand_overs:
        hand_over()


def in_bulk(observe: Callable[[float], None]) -> Callable[[float], None]:
    """Return a function that records a value for a histogram. Only one thread may call it."""
    values: list[float] = []

    def hand_over() -> None:
        with _lock:
            taken = values[:]
            del values[: len(taken)]
            for value in taken:
                observe(value)

    def note(value: float) -> None:
        values.append(value)
        if len(values) >= VALUES_WAITING_MAX:
            hand_over()

    _hand_overs.append(hand_over)
    return note


def counted_in_bulk(inc: Callable[[float], None]) -> Callable[[int], None]:
    """Return a function that adds to a counter. Only one thread may call it."""
    noted = handed_over = 0

    def hand_over() -> None:
        nonlocal handed_over
        with _lock:
            new = noted - handed_over
            handed_over += new
            if new:
                inc(new)

    def count(amount: int) -> None:
        nonlocal noted
        noted += amount

    _hand_overs.append(hand_over)
    return count
