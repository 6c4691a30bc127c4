"""The stages of an order's way that a worker goes through with it, timed."""

import time
from types import TracebackType
from typing import Final

from servicekit.metrics import stage_timer

_TIMERS: Final = {name: stage_timer(name) for name in ("route", "send", "land")}


class Stage:
    """A stage under way: `with Stage("route"): ...`. It counts as well when it fails."""

    __slots__ = ("_began", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _TIMERS[self._name](time.perf_counter() - self._began)
