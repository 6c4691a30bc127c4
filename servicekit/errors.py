"""The error table: one row for each reason, with its form on every surface.

    DomainError
    ├── Rejected       final: the same request will be refused again
    └── Unavailable    the same request may succeed later

Services raise these; the gRPC server turns them into a `google.rpc.Status`, the gateway into a problem document.
Nothing here imports a transport, so that domain code may use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

Kind = Literal["rejected", "unavailable", "bug"]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """The form of a reason on each surface. No column has a default, so a new reason must fill all of them.

    `http_status` is None for what only ever appears as an event. `ends_order` is True when another attempt cannot help
    an order whose attempt fails for this reason: the order is the cause, not the moment. It is False for what fails no
    attempt.
    """

    kind: Kind
    grpc_code: str
    http_status: int | None
    title: str
    advice: str
    ends_order: bool


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field: its name, a code that programs can switch on, and a sentence with the fix."""

    field: str
    detail: str
    code: str = "invalid"


_rejected: Final = partial(ErrorRow, "rejected")
_unavailable: Final = partial(ErrorRow, "unavailable")
_bug: Final = partial(ErrorRow, "bug")

ERRORS: Final[Mapping[str, ErrorRow]] = {
    # The request itself.
    "MALFORMED_REQUEST": _rejected(
        "INVALID_ARGUMENT", 400, "The request cannot be read", "Send valid JSON in UTF-8.", ends_order=False
    ),
    "INVALID_ORDER": _rejected(
        "INVALID_ARGUMENT", 422, "The order is not valid", "Correct the fields listed under errors.", ends_order=False
    ),
    "INVALID_REQUEST": _rejected(
        "INVALID_ARGUMENT", 422, "The request is not valid", "Correct the fields listed under errors.", ends_order=True
    ),
    "INVALID_SWAP": _rejected(
        "INVALID_ARGUMENT", 422, "The swap is not valid", "Correct the field named in detail.", ends_order=True
    ),
    "UNKNOWN_MINT": _rejected(
        "INVALID_ARGUMENT", 422, "The token is not traded here", "Use a token listed by /api/tokens.", ends_order=True
    ),
    "SCENARIOS_OFF": _rejected(
        "INVALID_ARGUMENT",
        422,
        "Scenarios are switched off",
        "Start the stack with SCENARIOS=on or leave it out.",
        ends_order=True,
    ),
    "UNSUPPORTED_MEDIA_TYPE": _rejected(
        "INVALID_ARGUMENT", 415, "The body is not JSON", "Send Content-Type: application/json.", ends_order=False
    ),
    "BODY_TOO_LARGE": _rejected(
        "INVALID_ARGUMENT", 413, "The body is too large", "Send less in one request.", ends_order=False
    ),
    "METHOD_NOT_ALLOWED": _rejected(
        "UNIMPLEMENTED",
        405,
        "The method is not allowed here",
        "Use a method named in the Allow header.",
        ends_order=False,
    ),
    "UPGRADE_REQUIRED": _rejected(
        "FAILED_PRECONDITION",
        426,
        "This address speaks WebSocket",
        "Connect with a WebSocket client.",
        ends_order=False,
    ),
    "NOT_IMPLEMENTED": _rejected(
        "UNIMPLEMENTED",
        501,
        "This is not available in this version",
        "See the change log for what is.",
        ends_order=False,
    ),
    # Who asks.
    "UNAUTHENTICATED": _rejected(
        "UNAUTHENTICATED", 401, "No valid key was given", "Send Authorization: Bearer <key>.", ends_order=False
    ),
    "FORBIDDEN": _rejected(
        "PERMISSION_DENIED", 403, "The key may not do this", "Use a key with the scope needed.", ends_order=False
    ),
    "ORIGIN_REFUSED": _rejected(
        "PERMISSION_DENIED",
        403,
        "Pages of this origin may not connect",
        "Name the origin in ALLOWED_ORIGINS, or connect from the gateway's own pages.",
        ends_order=False,
    ),
    # How much an account may do.
    "ACCOUNT_HALTED": _rejected(
        "FAILED_PRECONDITION",
        403,
        "Trading is halted for this account",
        "Have the account's switch set to ACTIVE.",
        ends_order=False,
    ),
    "RISK_LIMIT_EXCEEDED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The order is beyond a limit of the account",
        "Stay within the limit in errors.",
        ends_order=False,
    ),
    "TOO_MANY_ORDERS": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "The account has as many orders as it may have",
        "Wait until some have ended; try again after the time in Retry-After.",
        ends_order=False,
    ),
    "RATE_LIMITED": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "Too many requests in a short time",
        "Slow down and try again after the time in Retry-After.",
        ends_order=False,
    ),
    # What it is about.
    "NOT_FOUND": _rejected("NOT_FOUND", 404, "There is nothing at this address", "Check the path.", ends_order=False),
    "ORDER_NOT_FOUND": _rejected(
        "NOT_FOUND", 404, "There is no such order", "Check the order id and the account.", ends_order=False
    ),
    "IDEMPOTENCY_KEY_REUSED": _rejected(
        "ALREADY_EXISTS", 422, "The key belongs to another order", "Use a new key for a new order.", ends_order=False
    ),
    "TOO_LATE_TO_CANCEL": _rejected(
        "FAILED_PRECONDITION", 409, "The order can no longer be cancelled", "Watch it to its end.", ends_order=False
    ),
    # Routing.
    "NO_ROUTE": _rejected(
        "FAILED_PRECONDITION",
        422,
        "No pool trades this pair",
        "Choose another pair, or fewer restrictions.",
        ends_order=True,
    ),
    "INSUFFICIENT_LIQUIDITY": _rejected(
        "FAILED_PRECONDITION", 422, "The pools cannot fill this amount", "Sell less, or in parts.", ends_order=False
    ),
    "AMOUNT_TOO_SMALL": _rejected(
        "FAILED_PRECONDITION", 422, "The amount is too small to buy anything", "Sell more.", ends_order=True
    ),
    "PRICE_IMPACT_TOO_HIGH": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The order would move the price too far",
        "Sell less, or allow more impact.",
        ends_order=True,
    ),
    "QUOTE_EXPIRED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The quote is no longer valid",
        "Ask for a new quote, or send onStale=requote.",
        ends_order=True,
    ),
    "QUOTES_UNAVAILABLE": _unavailable(
        "UNAVAILABLE", 503, "No venue answered in time", "Try again after the time in Retry-After.", ends_order=False
    ),
    "VENUE_UNAVAILABLE": _unavailable(
        "UNAVAILABLE", 503, "The venue is not available", "Try again after the time in Retry-After.", ends_order=False
    ),
    "STALE_STATE": _unavailable(
        "UNAVAILABLE",
        503,
        "The market's state is too old to quote",
        "Try again after the time in Retry-After.",
        ends_order=False,
    ),
    "CIRCUIT_OPEN": _unavailable(
        "UNAVAILABLE",
        503,
        "The venue is left out after repeated failures",
        "It is tried again by itself.",
        ends_order=False,
    ),
    "EXCLUDED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The pool was excluded by the request",
        "Leave it out of excludePools.",
        ends_order=False,
    ),
    # Execution: these end an attempt or an order and travel as events.
    "SLIPPAGE_EXCEEDED": _rejected(
        "ABORTED", None, "The price moved beyond the tolerance", "Allow more slippage, or sell less.", ends_order=False
    ),
    "SWAP_DROPPED": _rejected(
        "ABORTED", None, "The cluster lost the transaction", "Submit the order again.", ends_order=False
    ),
    "SWAP_EXPIRED": _rejected(
        "ABORTED", None, "The transaction can no longer land", "Submit the order again.", ends_order=False
    ),
    "SWAP_FAILED": _rejected(
        "ABORTED", None, "The transaction failed for a passing reason", "Submit the order again.", ends_order=False
    ),
    "INSUFFICIENT_FUNDS": _rejected(
        "FAILED_PRECONDITION", 422, "The wallet holds too little", "Fund the account, or sell less.", ends_order=True
    ),
    "STALE_ORDER": _rejected("ABORTED", None, "Another writer has moved the order", "Read it again.", ends_order=False),
    # Load and outages.
    "OVERLOADED": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "Too much at once",
        "Slow down and try again after the time in Retry-After.",
        ends_order=False,
    ),
    "SLOW_READER": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "The stream was read too slowly",
        "Connect again and resume after the last event.",
        ends_order=False,
    ),
    "UNAVAILABLE": _unavailable(
        "UNAVAILABLE",
        503,
        "A part of the engine is not available",
        "Try again after the time in Retry-After.",
        ends_order=False,
    ),
    "SHUTTING_DOWN": _unavailable(
        "UNAVAILABLE", 503, "The server is shutting down", "Connect again and resume.", ends_order=False
    ),
    "DEADLINE": _unavailable(
        "DEADLINE_EXCEEDED", 504, "The answer took too long", "Try again; repeats are safe.", ends_order=False
    ),
    # Defects.
    "ILLEGAL_TRANSITION": _bug(
        "INTERNAL", 500, "Something is wrong on our side", "Report the traceId.", ends_order=False
    ),
    "INTERNAL": _bug("INTERNAL", 500, "Something is wrong on our side", "Report the traceId.", ends_order=False),
}


class DomainError(Exception):
    """An error with a row in the table. `reason` is stable; `detail` is for people and must hold no secret."""

    def __init__(self, reason: str, detail: str = "", *, violations: Sequence[FieldViolation] = ()) -> None:
        assert reason in ERRORS, f"{reason} has no row in the error table"
        self.reason = reason
        self.detail = detail or ERRORS[reason].title
        self.violations = tuple(violations)
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
