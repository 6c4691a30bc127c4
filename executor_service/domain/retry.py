"""Whether another attempt follows a failed one, and after what pause."""

from dataclasses import dataclass

from servicekit.errors import ERRORS


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most `attempts_max` attempts; before attempt n+1 a pause of base x 2^(n-1) milliseconds."""

    attempts_max: int = 3
    base_ms: int = 500

    def delay_ms(self, attempt: int) -> int:
        """Return the pause after the given failed attempt, counted from 1: base, 2 base, 4 base ..."""
        assert attempt >= 1
        return int(self.base_ms * 2 ** (attempt - 1))

    def allows_another(self, attempt: int, reason: str) -> bool:
        """Return whether another attempt follows one that failed for this reason of the error table."""
        return attempt < self.attempts_max and not ERRORS[reason].ends_order
