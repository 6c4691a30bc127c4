"""The error table for readers: a page for each code, the whole as JSON and as docs/errors.md.

`python -m gateway.documents.error_pages > docs/errors.md` writes the last one; a test holds the file to the table.
"""

import json
import sys
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from gateway.edge.json_out import json_response
from gateway.edge.negotiation import asks_for
from gateway.edge.problems import code_of
from gateway.edge.public_path import public_path
from servicekit.errors import ERRORS, Rejected
from servicekit.field_codes import FIELD_CODES

_PAGE_HEADERS: Final = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff"}
# Errors that name the fields that are wrong.
_WITH_FIELDS: Final = frozenset({"INVALID_ORDER", "INVALID_REQUEST", "RISK_LIMIT_EXCEEDED", "SCENARIOS_OFF"})
RETRY_WORDS: Final = {
    "safe": "Yes. Nothing was done.",
    "with_key": "Reading again is safe. A submission, a batch or an airdrop may have been done: send it again only "
    "with the same Idempotency-Key, yours or the one that the answer names.",
    "never": "No. The same request is refused again.",
}
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
    """GET /api/meta/errors: the whole table, and the codes of what can be wrong with one field."""
    fields = [{"code": code, "title": row.title, "advice": row.advice} for code, row in FIELD_CODES.items()]
    return json_response({"errors": [entry_of(reason, request.scope) for reason in ERRORS], "fieldCodes": fields})


async def show_page(request: Request) -> Response:
    """GET /problems/{code}: what a code means and what to do, for people or as JSON."""
    reason = _REASONS.get(request.path_params["code"])
    if reason is None:
        raise Rejected("NOT_FOUND", "No error has this code; /api/meta/errors lists them.")
    if asks_for(request.scope, "text/html", rather_than="application/json"):
        return HTMLResponse(_page(reason, request.scope), headers=_PAGE_HEADERS)
    return json_response(entry_of(reason, request.scope))


def markdown() -> str:
    """Return docs/errors.md."""
    rows = "".join(
        f"| `{code_of(reason)}` | {row.http_status or 'event'} | {row.grpc_code} | "
        f"{row.retry} | {_yes(row.ends_order)} | {row.title} | {row.advice} |\n"
        for reason, row in ERRORS.items()
    )
    fields = "".join(f"| `{code}` | {row.title} | {row.advice} |\n" for code, row in FIELD_CODES.items())
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
        "| --- | --- | --- | --- | --- | --- | --- |\n" + rows + "\n## Codes of fields\n\n"
        "The `code` of each entry of `errors`:\n\n| code | means | what to do |\n| --- | --- | --- |\n" + fields
    )


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def example_of(reason: str, scope: Scope) -> dict[str, Any]:
    """Return the problem document that a client meets, as an example."""
    row = ERRORS[reason]
    example: dict[str, Any] = {
        "type": public_path(scope, f"/problems/{code_of(reason)}"),
        "title": row.title,
        "status": row.http_status,
        "detail": row.title,
        "instance": public_path(scope, "/api/orders/execute"),
        "code": code_of(reason),
    }
    if reason in _WITH_FIELDS:
        example["detail"] = "amountIn is missing."
        example["errors"] = [{"pointer": "/amountIn", "code": "required", "detail": "amountIn is missing."}]
    example |= {"retry": row.retry, "retryable": row.kind == "unavailable"}
    if row.retry == "with_key":
        order_id = "0199a1b2-0000-7000-8000-000000000001"
        example |= {"outcome": "unknown", "idempotencyKey": order_id, "orderId": order_id}
    return example | {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736"}


def _page(reason: str, scope: Scope) -> str:
    row = ERRORS[reason]
    parts = [
        ("What it means", _paragraph(f"{row.title}.")),
        ("What to do", _paragraph(row.advice)),
        ("May the request be sent again?", _paragraph(RETRY_WORDS[row.retry])),
    ]
    if row.http_status is not None:
        example = json.dumps(example_of(reason, scope), indent=2)
        parts.append(("Example", f"<pre>{escape(example)}</pre>"))
    if reason in _WITH_FIELDS:
        rows = "".join(
            f"<dt><code>{code}</code></dt><dd>{escape(field.title)}. {escape(field.advice)}</dd>"
            for code, field in FIELD_CODES.items()
        )
        parts.append(("Codes in errors[]", f"<dl>{rows}</dl>"))
    body = "".join(f"<h2>{escape(title)}</h2>{text}" for title, text in parts)
    status = row.http_status or "none: it is the reason of an event"
    table = public_path(scope, "/api/meta/errors")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{code_of(reason)}: {escape(row.title)}</title>"
        f"<h1><code>{code_of(reason)}</code></h1><p>HTTP {status}, gRPC {row.grpc_code}</p>{body}"
        f'<p><a href="{table}">Every code as JSON</a></p>'
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


if __name__ == "__main__":
    sys.stdout.write(markdown())
