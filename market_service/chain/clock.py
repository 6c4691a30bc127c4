"""The market's clock. Everything that belongs to a trade runs on it; tests move it by hand."""

import asyncio
import heapq
import time
from typing import Final, Protocol

SLOT_MS: Final = 400


class Clock(Protocol):
    """Milliseconds since the Unix epoch, as the market sees them; never goes back."""

    def now_ms(self) -> int:
        """Return the market's time."""
        ...

    async def sleep_until(self, at_ms: int) -> None:
        """Return when the market's time has reached `at_ms`."""
        ...

    def skip_to(self, at_ms: int) -> None:
        """Move on to `at_ms` unless it has passed: an earlier run of the market reached that time."""
        ...


class RealClock:
    """The machine's time, read once and then advanced by its monotonic clock, so that it cannot go back."""

    def __init__(self) -> None:
        """Read the machine's time."""
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_ms(self) -> int:
        """Return the market's time."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    async def sleep_until(self, at_ms: int) -> None:
        """Return when the market's time has reached `at_ms`."""
        # The event loop may wake a moment early; never report a time that has not come.
        while (missing_ms := at_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - as said above
            await asyncio.sleep(missing_ms / 1000)

    def skip_to(self, at_ms: int) -> None:
        """Move on to `at_ms` unless it has passed."""
        self._offset_ns += max(0, at_ms - self.now_ms()) * 1_000_000


class ManualClock:
    """A clock that moves only when a test advances it. `advance` wakes sleepers in the order of their times."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, int, asyncio.Event]] = []
        self._count = 0

    def now_ms(self) -> int:
        """Return the market's time."""
        return self._now_ms

    async def sleep_until(self, at_ms: int) -> None:
        """Return when `advance` has reached `at_ms`."""
        if at_ms <= self._now_ms:
            return
        woken = asyncio.Event()
        self._count += 1
        heapq.heappush(self._sleepers, (at_ms, self._count, woken))
        await woken.wait()

    def skip_to(self, at_ms: int) -> None:
        """Move on to `at_ms` unless it has passed."""
        self.advance(max(0, at_ms - self._now_ms))

    def advance(self, by_ms: int) -> None:
        """Move the time on and wake the sleepers whose time has come."""
        assert by_ms >= 0
        self._now_ms += by_ms
        while self._sleepers and self._sleepers[0][0] <= self._now_ms:
            heapq.heappop(self._sleepers)[2].set()


def slot_at(now_ms: int, genesis_ms: int) -> int:
    """Return the slot that contains a time; slot 0 begins at genesis."""
    return (now_ms - genesis_ms) // SLOT_MS


def slot_start_ms(slot: int, genesis_ms: int) -> int:
    """Return the time a slot begins at."""
    return genesis_ms + slot * SLOT_MS


def first_slot_from(at_ms: int, genesis_ms: int) -> int:
    """Return the first slot that begins at `at_ms` or later."""
    return -(-(at_ms - genesis_ms) // SLOT_MS)
