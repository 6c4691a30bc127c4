"""Errors with a row in the error table (`error_table.py`).

    DomainError
    ├── Rejected       final: the same request will be refused again
    └── Unavailable    the same request may succeed later

Services raise these; the gRPC server turns them into a `google.rpc.Status`, the gateway into a problem document.
Nothing here imports a transport, so that domain code may use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from servicekit.error_table import ERRORS, ErrorRow, Kind, Retry
from servicekit.field_codes import FIELD_CODES

__all__ = [
    "ERRORS",
    "DomainError",
    "ErrorRow",
    "FieldViolation",
    "Kind",
    "Rejected",
    "Retry",
    "Unavailable",
    "error_of",
]


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field: its name, a code that programs can switch on, and a sentence with the fix."""

    field: str
    detail: str
    code: str = "invalid_value"

    def __post_init__(self) -> None:
        """Refuse a code that is not in the table."""
        assert self.code in FIELD_CODES, f"{self.code} has no row in the table of field codes"

    @classmethod
    def heard(cls, field: str, detail: str, code: str) -> Self:
        """Return a violation from another process, whose release may have codes that this release does not know."""
        return cls(field, detail, code if code in FIELD_CODES else "invalid_value")


class DomainError(Exception):
    """An error with a row in the table. `reason` is stable; `detail` is for people and must hold no secret."""

    def __init__(self, reason: str, detail: str = "", *, violations: Sequence[FieldViolation] = ()) -> None:
        assert reason in ERRORS, f"{reason} has no row in the error table"
        self.reason = reason
        self.detail = detail or ERRORS[reason].title
        self.violations = tuple(violations)
        # The caller of this constructor may know more about the case than the row does, and then changes this.
        self.retry: Retry = ERRORS[reason].retry
        # Where it is unknown whether a request was carried out: the key with which repeating is safe, and the order.
        self.idempotency_key = ""
        self.order_id = ""
        super().__init__(f"{reason}: {self.detail}")

    @property
    def row(self) -> ErrorRow:
        """The table's row for this error."""
        return ERRORS[self.reason]

    @property
    def retryable(self) -> bool:
        """True when the same request may succeed later."""
        return ERRORS[self.reason].kind == "unavailable"


class Rejected(DomainError):
    """Final: the same request will be refused again."""


class Unavailable(DomainError):
    """The same request may succeed later, not before `retry_after_ms`."""

    def __init__(self, reason: str = "UNAVAILABLE", detail: str = "", *, retry_after_ms: int = 1000) -> None:
        super().__init__(reason, detail)
        self.retry_after_ms = retry_after_ms


def error_of(reason: str, detail: str = "", *, retry_after_ms: int = 1000) -> DomainError:
    """Return the error for a reason that came over the wire; an unknown reason becomes INTERNAL."""
    row = ERRORS.get(reason)
    if row is None:
        return Rejected("INTERNAL", detail)
    if row.kind == "unavailable":
        return Unavailable(reason, detail, retry_after_ms=retry_after_ms)
    return Rejected(reason, detail)
