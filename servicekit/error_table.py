"""The error table: one row for each reason, with its form on every surface.

Nothing here imports a transport, so that domain code may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

Kind = Literal["rejected", "unavailable", "bug"]
# `safe`: the request changed nothing, repeat it. `with_key`: the request may have changed something, so repeat it only
# with the same Idempotency-Key. `never`: the same request will be refused again.
Retry = Literal["safe", "with_key", "never"]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """The form of a reason on each surface. No column has a default, so a new reason must fill all of them.

    `http_status` is None for a reason that appears only in events. `ends_order` is True when another attempt cannot
    help an order whose attempt fails for this reason, because the cause lies in the order. It is False for a reason
    that fails no attempt. `retry` says how a caller may repeat a request that changes something and got this error.
    """

    kind: Kind
    grpc_code: str
    http_status: int | None
    title: str
    advice: str
    ends_order: bool
    retry: Retry


_rejected: Final = partial(ErrorRow, "rejected")
_unavailable: Final = partial(ErrorRow, "unavailable")
_bug: Final = partial(ErrorRow, "bug")

_MAY_BE_DONE: Final = (
    "Reading again is safe. A submission may have been stored: send it again, after the time in Retry-After, only "
    "with the Idempotency-Key that you sent or that the answer names."
)
_REPORT: Final = (
    "Report the traceId. A submission may have been stored: send it again only with the Idempotency-Key that you "
    "sent or that the answer names."
)

ERRORS: Final[Mapping[str, ErrorRow]] = {
    # The request itself.
    "MALFORMED_REQUEST": _rejected(
        "INVALID_ARGUMENT",
        400,
        "The request cannot be read",
        "Send valid JSON in UTF-8.",
        ends_order=False,
        retry="never",
    ),
    "INVALID_ORDER": _rejected(
        "INVALID_ARGUMENT",
        422,
        "The order is not valid",
        "Correct the fields listed under errors.",
        ends_order=False,
        retry="never",
    ),
    "INVALID_REQUEST": _rejected(
        "INVALID_ARGUMENT",
        422,
        "The request is not valid",
        "Correct the fields listed under errors.",
        ends_order=True,
        retry="never",
    ),
    "INVALID_SWAP": _rejected(
        "INVALID_ARGUMENT",
        422,
        "The swap is not valid",
        "Correct the field named in detail.",
        ends_order=True,
        retry="never",
    ),
    "UNKNOWN_MINT": _rejected(
        "INVALID_ARGUMENT",
        422,
        "The token is not traded here",
        "Use a token listed by /api/tokens.",
        ends_order=True,
        retry="never",
    ),
    "SCENARIOS_OFF": _rejected(
        "INVALID_ARGUMENT",
        422,
        "Scenarios are switched off",
        "Start the stack with SCENARIOS=on or leave it out.",
        ends_order=True,
        retry="never",
    ),
    "UNSUPPORTED_MEDIA_TYPE": _rejected(
        "INVALID_ARGUMENT",
        415,
        "The body is not JSON",
        "Send Content-Type: application/json.",
        ends_order=False,
        retry="never",
    ),
    "BODY_TOO_LARGE": _rejected(
        "INVALID_ARGUMENT", 413, "The body is too large", "Send less in one request.", ends_order=False, retry="never"
    ),
    "METHOD_NOT_ALLOWED": _rejected(
        "UNIMPLEMENTED",
        405,
        "The method is not allowed here",
        "Use a method named in the Allow header.",
        ends_order=False,
        retry="never",
    ),
    "UPGRADE_REQUIRED": _rejected(
        "FAILED_PRECONDITION",
        426,
        "This address speaks WebSocket",
        "Connect with a WebSocket client.",
        ends_order=False,
        retry="never",
    ),
    "NOT_IMPLEMENTED": _rejected(
        "UNIMPLEMENTED",
        501,
        "This is not available in this version",
        "See the change log for what is.",
        ends_order=False,
        retry="never",
    ),
    # The caller and its rights.
    "UNAUTHENTICATED": _rejected(
        "UNAUTHENTICATED",
        401,
        "No valid key was given",
        "Send Authorization: Bearer <key>.",
        ends_order=False,
        retry="never",
    ),
    "FORBIDDEN": _rejected(
        "PERMISSION_DENIED",
        403,
        "The key may not do this",
        "Use a key with the scope needed.",
        ends_order=False,
        retry="never",
    ),
    "ORIGIN_REFUSED": _rejected(
        "PERMISSION_DENIED",
        403,
        "Pages of this origin may not use this gateway",
        "Add the page's origin to ALLOWED_ORIGINS, or serve the page from the gateway's own host.",
        ends_order=False,
        retry="never",
    ),
    "HOST_REFUSED": _rejected(
        "PERMISSION_DENIED",
        421,
        "This gateway is not served as this host",
        "Connect to a host that the gateway is served as, such as localhost, or add the host to ALLOWED_HOSTS.",
        ends_order=False,
        retry="never",
    ),
    # The limits of an account.
    "ACCOUNT_HALTED": _rejected(
        "FAILED_PRECONDITION",
        403,
        "Trading is halted for this account",
        "Have the account's switch set to ACTIVE.",
        ends_order=False,
        retry="never",
    ),
    "RISK_LIMIT_EXCEEDED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The order is beyond a limit of the account",
        "Stay within the limit in errors.",
        ends_order=False,
        retry="never",
    ),
    "TOO_MANY_ORDERS": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "The account has as many orders as it may have",
        "Wait until some have ended; try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    "RATE_LIMITED": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "Too many requests in a short time",
        "Slow down and try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    # The thing that the request names.
    "NOT_FOUND": _rejected(
        "NOT_FOUND", 404, "There is nothing at this address", "Check the path.", ends_order=False, retry="never"
    ),
    "ORDER_NOT_FOUND": _rejected(
        "NOT_FOUND",
        404,
        "There is no such order",
        "Check the order id and the account.",
        ends_order=False,
        retry="never",
    ),
    "IDEMPOTENCY_KEY_REUSED": _rejected(
        "ALREADY_EXISTS",
        422,
        "The key belongs to another order",
        "Use a new key for a new order.",
        ends_order=False,
        retry="never",
    ),
    "TOO_LATE_TO_CANCEL": _rejected(
        "FAILED_PRECONDITION",
        409,
        "The order can no longer be cancelled",
        "Watch it to its end.",
        ends_order=False,
        retry="never",
    ),
    # Routing.
    "NO_ROUTE": _rejected(
        "FAILED_PRECONDITION",
        422,
        "No pool trades this pair",
        "Choose another pair, or fewer restrictions.",
        ends_order=True,
        retry="never",
    ),
    "INSUFFICIENT_LIQUIDITY": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The pools cannot fill this amount",
        "Sell less, or in parts.",
        ends_order=False,
        retry="never",
    ),
    "AMOUNT_TOO_SMALL": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The amount is too small to buy anything",
        "Sell more.",
        ends_order=True,
        retry="never",
    ),
    "PRICE_IMPACT_TOO_HIGH": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The order would move the price too far",
        "Sell less, or allow more with maxPriceImpactBps in the order.",
        ends_order=True,
        retry="never",
    ),
    "QUOTE_EXPIRED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The quote is no longer valid",
        "Ask for a new quote, or send onStale=requote.",
        ends_order=True,
        retry="never",
    ),
    "QUOTES_UNAVAILABLE": _unavailable(
        "UNAVAILABLE",
        503,
        "No venue answered in time",
        "Try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    "VENUE_UNAVAILABLE": _unavailable(
        "UNAVAILABLE",
        503,
        "The venue is not available",
        "Try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    "STALE_STATE": _unavailable(
        "UNAVAILABLE",
        503,
        "The market's state is too old to quote",
        "Try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    "CIRCUIT_OPEN": _unavailable(
        "UNAVAILABLE",
        503,
        "The venue is left out after repeated failures",
        "It is tried again by itself.",
        ends_order=False,
        retry="safe",
    ),
    "EXCLUDED": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The pool was excluded by the request",
        "Leave it out of excludePools.",
        ends_order=False,
        retry="never",
    ),
    # Execution: these end an attempt or an order and travel as events.
    "SLIPPAGE_EXCEEDED": _rejected(
        "ABORTED",
        None,
        "The price moved beyond the tolerance",
        "Allow more slippage, or sell less.",
        ends_order=False,
        retry="never",
    ),
    "SWAP_DROPPED": _rejected(
        "ABORTED", None, "The cluster lost the transaction", "Submit the order again.", ends_order=False, retry="never"
    ),
    "SWAP_EXPIRED": _rejected(
        "ABORTED",
        None,
        "The transaction can no longer land",
        "Submit the order again.",
        ends_order=False,
        retry="never",
    ),
    "SWAP_FAILED": _rejected(
        "ABORTED",
        None,
        "The transaction failed for a passing reason",
        "Submit the order again.",
        ends_order=False,
        retry="never",
    ),
    "INSUFFICIENT_FUNDS": _rejected(
        "FAILED_PRECONDITION",
        422,
        "The wallet holds too little",
        "Fund the account, or sell less.",
        ends_order=True,
        retry="never",
    ),
    "STALE_ORDER": _rejected(
        "ABORTED", None, "Another writer has moved the order", "Read it again.", ends_order=False, retry="never"
    ),
    # Load and outages.
    "OVERLOADED": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "Too much at once",
        "Slow down and try again after the time in Retry-After.",
        ends_order=False,
        retry="safe",
    ),
    "SLOW_READER": _unavailable(
        "RESOURCE_EXHAUSTED",
        429,
        "The stream was read too slowly",
        "Connect again and resume after the last event.",
        ends_order=False,
        retry="safe",
    ),
    "UNAVAILABLE": _unavailable(
        "UNAVAILABLE",
        503,
        "A part of the engine is not available",
        _MAY_BE_DONE,
        ends_order=False,
        retry="with_key",
    ),
    "SHUTTING_DOWN": _unavailable(
        "UNAVAILABLE", 503, "The server is shutting down", "Connect again and resume.", ends_order=False, retry="safe"
    ),
    "DEADLINE": _unavailable(
        "DEADLINE_EXCEEDED", 504, "The answer took too long", _MAY_BE_DONE, ends_order=False, retry="with_key"
    ),
    # Defects.
    "ILLEGAL_TRANSITION": _bug(
        "INTERNAL", 500, "Something is wrong on our side", _REPORT, ends_order=False, retry="with_key"
    ),
    "INTERNAL": _bug("INTERNAL", 500, "Something is wrong on our side", _REPORT, ends_order=False, retry="with_key"),
}
