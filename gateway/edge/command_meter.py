"""The rate of commands that a client may send on its socket."""

import time
from collections.abc import Callable


class CommandMeter:
    """Counts commands second by second."""

    def __init__(self, per_second_max: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second_max = per_second_max
        self._clock = clock
        self._second_ends_at = 0.0
        self._counted = 0

    def count(self) -> bool:
        """Count one command; return False when it exceeds this second's limit."""
        now = self._clock()
        if now >= self._second_ends_at:
            self._second_ends_at, self._counted = now + 1.0, 0
        self._counted += 1
        return self._counted <= self._per_second_max
