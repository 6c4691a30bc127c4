"""Turns a refusing answer into its exception."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from tradewind_client.errors import NotAvailable, Problem, TradewindError, UnexpectedAnswer, Violation
from tradewind_client.json_values import Value, converted, decode_any

# The same request may succeed later: too much at once, or a part of the engine is away.
PASSING: Final = frozenset({429, 502, 503, 504})


class Fault(Value, frozen=True, kw_only=True):
    """An entry of `errors`."""

    pointer: str = ""
    code: str = ""
    detail: str = ""


class Document(Value, frozen=True, kw_only=True):
    """The members of a problem document that this client reads."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    errors: tuple[Fault, ...] = ()
    retryable: bool = False
    trace_id: str = ""


_KNOWN: Final = {"type", "instance", "status", "code", "title", "detail", "errors", "retryable", "traceId"}


def problem_from(document: Mapping[str, Any], text: bytes = b"") -> Problem:
    """Return the exception of a problem document. Raises UnexpectedAnswer when it is none."""
    told = converted(document, Document)
    kind = NotAvailable if told.status == 501 or told.code == "not_found" else Problem
    return kind(
        status=told.status,
        code=told.code,
        title=told.title,
        detail=told.detail,
        errors=violations_of(told.errors),
        retryable=told.retryable,
        trace_id=told.trace_id,
        extra={name: value for name, value in document.items() if name not in _KNOWN},
        document=text,
    )


def violations_of(faults: Iterable[Fault]) -> tuple[Violation, ...]:
    """Return the entries of `errors` as the caller sees them."""
    return tuple(Violation(fault.pointer, fault.code, fault.detail) for fault in faults)


def refusal(status: int, body: bytes) -> TradewindError:
    """Return the exception for an answer that is no success; a proxy's error page counts by its status."""
    try:
        document = decode_any(body)
        if isinstance(document, dict):
            return problem_from(document, body)
    except UnexpectedAnswer:
        pass
    if status in PASSING:
        return Problem(
            status=status, code="unavailable", title=f"HTTP {status} from something in between", retryable=True
        )
    return UnexpectedAnswer(f"HTTP {status} without a problem document: is this the address of a Tradewind gateway?")


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """Return the seconds that Retry-After asks for, given as a number or a date; 0 without one."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:6])
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (then.astimezone(UTC) - datetime.now(UTC)).total_seconds())
