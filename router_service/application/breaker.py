"""A circuit breaker: it stops requests to a venue that keeps failing, and after a pause lets one request try it."""

from dataclasses import dataclass, field
from enum import StrEnum


class BreakerState(StrEnum):
    """closed: asked as usual. open: not asked. half_open: one request is trying it."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class Breaker:
    """Opens after `failures_max` failures in a row and lets one request try again after `retry_seconds`.

    Times are monotonic seconds. Every `admit` that said True is followed by `succeeded`, `failed` or `abandoned`.
    """

    failures_max: int
    retry_seconds: float
    consecutive_failures: int = field(default=0, init=False)
    state: BreakerState = field(default=BreakerState.CLOSED, init=False)
    retry_at: float = field(default=0.0, init=False)
    """When an open breaker lets the next request through."""

    def admit(self, now: float) -> bool:
        """Return whether to ask the venue. After `retry_seconds` an open breaker becomes half open: it admits one."""
        if self.state is BreakerState.CLOSED:
            return True
        if self.state is BreakerState.OPEN and now >= self.retry_at:
            self.state = BreakerState.HALF_OPEN
            return True
        return False

    def succeeded(self) -> None:
        """Close the breaker: the venue answered."""
        self.consecutive_failures = 0
        self.state = BreakerState.CLOSED

    def failed(self, now: float) -> None:
        """Count a failure; open the breaker after `failures_max` in a row, or when the trial request failed."""
        self.consecutive_failures += 1
        if self.state is BreakerState.HALF_OPEN or self.consecutive_failures >= self.failures_max:
            self._open(now)

    def abandoned(self, now: float) -> None:
        """Count nothing: the caller left before the venue answered. A trial request must be repeated."""
        if self.state is BreakerState.HALF_OPEN:
            self._open(now)

    def _open(self, now: float) -> None:
        self.state = BreakerState.OPEN
        self.retry_at = now + self.retry_seconds
