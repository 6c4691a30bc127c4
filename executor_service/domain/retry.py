"""When an attempt may be repeated, and how long to wait before."""

from dataclasses import dataclass
from typing import Final

# Repeating cannot help these: the order itself, not the moment, is the reason.
FINAL_REASONS: Final = frozenset(
    {
        "NO_ROUTE",
        "AMOUNT_TOO_SMALL",
        "INSUFFICIENT_FUNDS",
        "INVALID_REQUEST",
        "INVALID_SWAP",
        "UNKNOWN_MINT",
        "SCENARIOS_OFF",
        "QUOTE_EXPIRED",
        "PRICE_IMPACT_TOO_HIGH",
    }
)


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
        """Tell whether an attempt that failed for this reason is followed by another."""
        return attempt < self.attempts_max and reason not in FINAL_REASONS
