"""When to send again, how long to wait before, and when to give up."""

import asyncio
import random
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long the client repeats: requests by tries and time, streams by time without progress.

    Pauses double from the first to the longest, each drawn between half of it and all of it, so that many clients do
    not come back at once. A `Retry-After` is waited for in full.
    """

    tries_max: int = 8
    seconds_max: float = 30.0
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 3.0
    stream_seconds_max: float = 60.0

    def pause_seconds(self, failures: int) -> float:
        """Return how long to wait after that many failures in a row, from 1."""
        doubled = self.first_pause_seconds * 2.0 ** min(failures - 1, 30)
        return min(doubled, self.longest_pause_seconds) * random.uniform(0.5, 1.0)


class Tries:
    """The tries of one request."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._failures = 0
        self._until = time.monotonic() + policy.seconds_max

    async def again(self, retry_after_seconds: float = 0.0) -> bool:
        """Count a failure; wait and return True when another try is due, else return False at once."""
        self._failures += 1
        pause = max(retry_after_seconds, self._policy.pause_seconds(self._failures))
        if self._failures >= self._policy.tries_max or time.monotonic() + pause > self._until:
            return False
        await asyncio.sleep(pause)
        return True


class Patience:
    """How long a stream is opened again without progress. Progress starts the time anew."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._failures = 0
        self._until = 0.0

    def progress(self) -> None:
        """Forget the failures."""
        self._failures = 0

    def stood(self, seconds: float) -> None:
        """Count a connection that was open for a quarter of the patience as progress: it may have had no events."""
        if seconds >= self._policy.stream_seconds_max / 4:
            self.progress()

    async def again(self, retry_after_seconds: float = 0.0) -> bool:
        """Count a failure; wait and return True while there is patience, else return False at once."""
        if not self._failures:
            self._until = time.monotonic() + self._policy.stream_seconds_max
        self._failures += 1
        pause = max(retry_after_seconds, self._policy.pause_seconds(self._failures))
        if time.monotonic() + pause > self._until:
            return False
        await asyncio.sleep(pause)
        return True
