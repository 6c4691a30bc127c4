"""Errors as clients see them: RFC 9457 problem documents made from the error table."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Scope

from gateway.edge.json_out import encode
from gateway.edge.public_path import PREFIX, public_path
from gateway.edge.trace import begin_trace, request_id_of, trace_of
from servicekit.errors import DomainError, Rejected, Retry, Unavailable

PROBLEM_TYPE = "application/problem+json"
# How much of a path an error repeats.
PATH_BYTES_MAX = 1024
# In the scope of a request whose repeat an Idempotency-Key makes safe: it may store something.
TAKES_KEY: Final = "tradewind.takes_key"


def code_of(reason: str) -> str:
    """Return the code that clients switch on: the table's reason in lower case."""
    return reason.lower()


def problem_of(error: DomainError, scope: Scope) -> dict[str, Any]:
    """Return the problem document of an error met while answering `scope`."""
    if error.row.http_status is None or error.row.kind == "bug":
        # A reason that belongs to events never answers a request, and no word about a defect leaves the house.
        error = Rejected("INTERNAL")
    problem: dict[str, Any] = {
        "type": public_path(scope, f"/problems/{code_of(error.reason)}"),
        "title": error.row.title,
        "status": error.row.http_status,
        "detail": error.detail,
        "instance": public_path(scope, _path_of(scope)),
        "code": code_of(error.reason),
    }
    if error.violations:
        problem["errors"] = [{"pointer": v.field, "code": v.code, "detail": v.detail} for v in error.violations]
    problem["retry"] = retry_of(error, scope)
    problem["retryable"] = error.retryable
    if error.idempotency_key:
        problem |= {"outcome": "unknown", "idempotencyKey": error.idempotency_key}
        if error.order_id:
            problem["orderId"] = error.order_id
    problem["traceId"] = trace_of(scope).trace_id
    return problem


def retry_of(error: DomainError, scope: Scope) -> Retry:
    """Return what may be done with the request. Only a request that a key can protect ever needs one."""
    if error.retry == "with_key" and not scope.get(TAKES_KEY):
        return "safe" if error.retryable else "never"
    return error.retry


def problem_response(
    error: DomainError,
    scope: Scope,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """Return the response for an error. As an ASGI app it also refuses a WebSocket upgrade."""
    problem = problem_of(error, scope) | dict(extra or {})
    sent = {"cache-control": "no-store", **(headers or {})}
    if isinstance(error, Unavailable) and problem["status"] in (429, 503):
        sent["retry-after"] = str(max(1, -(-error.retry_after_ms // 1000)))
    if error.reason == "UNAUTHENTICATED":
        sent["www-authenticate"] = "Bearer"
    if error.reason == "UPGRADE_REQUIRED":
        sent |= {"upgrade": "websocket", "connection": "upgrade"}
    return Response(encode(problem), problem["status"], sent, PROBLEM_TYPE)


def unrouted_problem(error: DomainError, path: bytes, prefix: str) -> tuple[bytes, bytes]:
    """Return the id and the problem document of a request that no route has seen. Its trace begins here."""
    scope: Scope = {"raw_path": path, "headers": [], PREFIX: prefix}
    begin_trace(scope)
    return request_id_of(scope).encode(), encode(problem_of(error, scope))


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of the steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _path_of(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or b""
    return raw[:PATH_BYTES_MAX].decode("ascii", "replace")
