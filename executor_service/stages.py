"""The stages of an order's execution in a worker: each is timed, and is a span when the order is traced."""

import time
from types import TracebackType
from typing import Final

from executor_service import order_trace
from servicekit.errors import DomainError
from servicekit.metrics import stage_timer

_TIMERS: Final = {name: stage_timer(name) for name in ("route", "send", "land")}


class Stage:
    """A stage under way: `with Stage("route"): ...`. A failed stage counts too."""

    __slots__ = ("_began", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - self._began
        _TIMERS[self._name](seconds)
        followed = order_trace.current()
        if followed is not None:
            followed.stage(self._name, time.time_ns() - int(seconds * 1e9), _reason(error))


def _reason(error: BaseException | None) -> str:
    if isinstance(error, DomainError):
        return error.reason
    return type(error).__name__ if error is not None else ""
