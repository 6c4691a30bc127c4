"""The error table for readers: a page for each code, the whole as JSON and as docs/errors.md.

`python -m gateway.documents.error_pages > docs/errors.md` writes the last one; a test holds the file to the table.
"""

import sys
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from gateway.edge.json_out import json_response
from gateway.edge.problems import code_of
from gateway.edge.public_path import public_path
from servicekit.errors import ERRORS, ErrorRow, Rejected

_PAGE_HEADERS: Final = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"}
_REASONS: Final = {code_of(reason): reason for reason in ERRORS}


def entry_of(reason: str, scope: Scope) -> dict[str, Any]:
    """Return a row of the table as the client of this request reads it."""
    row = ERRORS[reason]
    return {
        "code": code_of(reason),
        "type": public_path(scope, f"/problems/{code_of(reason)}"),
        "status": row.http_status,
        "grpcCode": row.grpc_code,
        "retry": row.retry,
        "retryable": row.kind == "unavailable",
        "title": row.title,
        "advice": row.advice,
    }


async def show_table(request: Request) -> Response:
    """GET /api/meta/errors: the whole table."""
    return json_response({"errors": [entry_of(reason, request.scope) for reason in ERRORS]})


async def show_page(request: Request) -> Response:
    """GET /problems/{code}: what a code means and what to do, for people or as JSON."""
    reason = _REASONS.get(request.path_params["code"])
    if reason is None:
        raise Rejected("NOT_FOUND", "No error has this code; /api/meta/errors lists them.")
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_page(reason, ERRORS[reason]), headers=_PAGE_HEADERS)
    return json_response(entry_of(reason, request.scope))


def markdown() -> str:
    """Return docs/errors.md."""
    rows = "".join(
        f"| `{code_of(reason)}` | {row.http_status or 'event'} | {row.grpc_code} | "
        f"{row.retry} | {_yes(row.ends_order)} | {row.title} | {row.advice} |\n"
        for reason, row in ERRORS.items()
    )
    return (
        "# Errors\n\n"
        "Every error answer is an RFC 9457 problem document (`application/problem+json`). Switch on `code`; `title`\n"
        "and `detail` are for people. `errors` lists what is wrong field by field, all of it: `pointer` is the JSON\n"
        "pointer of the field by the name you sent, or `?name` for a query parameter. `event` in the second column:\n"
        "the code never answers a request; it is the `reason` of a `retrying` or `failed` event. `ends the order`: an\n"
        "attempt that fails with this code is the order's last, because another one cannot help.\n\n"
        "`retry` says what you may do. `safe`: nothing was done; send the request again. `with_key`: it may have been\n"
        "done; reading again is safe, but a submission, a batch or an airdrop may be repeated only with the same\n"
        "`Idempotency-Key`. When you sent none, the answer names one (`idempotencyKey`) and the order that may exist\n"
        "(`orderId`): `GET /api/orders/{orderId}` tells whether it does. `never`: the same request is refused again.\n"
        "A connection that is cut before the answer is like `with_key`: look with\n"
        "`GET /api/orders?clientOrderId=<your key>`, or repeat with the key you sent.\n\n"
        "This page is written from `servicekit/error_table.py` by `python -m gateway.documents.error_pages`.\n\n"
        "| code | HTTP | gRPC | retry | ends the order | means | what to do |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n" + rows
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _page(reason: str, row: ErrorRow) -> str:
    title, advice = escape(row.title), escape(row.advice)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p><code>{code_of(reason)}</code>, HTTP {row.http_status or 'none: an event'}, "
        f"gRPC {row.grpc_code}, retry: <code>{row.retry}</code></p><p>{advice}</p>"
    )


if __name__ == "__main__":
    sys.stdout.write(markdown())
