"""An event loop whose time jumps to the next timer instead of passing."""

import asyncio
import selectors
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOON


class Deadlock(Exception):
    """Nothing is ready and no timer is set: the world stands still."""


class _Leap(selectors.SelectSelector):
    """Waits by moving the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Deadlock
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs a second of waiting in no time. The same program takes the same steps, always."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        return self._leap.now

    def call_exception_handler(self, context: Mapping[str, Any]) -> None:
        """Make an exception that nobody looked at end the run."""
        error = context.get("exception")
        raise error if error is not None else AssertionError(context["message"])


class VirtualClock:
    """Implements Clock on the loop's time."""

    def now(self) -> datetime:
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())

    async def sleep_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds()))
