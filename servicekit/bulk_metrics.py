"""Metrics on the way of every order: noted at once, handed to the library many at a time.

In the midst of other work a call into the library costs four times what it costs in a row of its own kind, and some
thirty of them were six per cent of an order. So values wait in a list, a count in a number, until there are many or
somebody reads the page (`servicekit.metrics.PAGE`): it is made after everything has been handed over.
"""

import threading
from collections.abc import Callable
from typing import Final

VALUES_WAITING_MAX: Final = 256

_hand_overs: Final[list[Callable[[], None]]] = []
# A page is made on another thread than the one that notes, except in the gateway.
_lock: Final = threading.Lock()


def hand_over_everything() -> None:
    """Have the library know all that was noted before. Any thread may call it."""
    for hand_over in _hand_overs:
        hand_over()


def in_bulk(observe: Callable[[float], None]) -> Callable[[float], None]:
    """Return what notes a value for a histogram. One thread may call it."""
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
    """Return what adds to a counter. One thread may call it."""
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
