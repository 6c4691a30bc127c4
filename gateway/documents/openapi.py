"""GET /openapi.json: the HTTP interface as OpenAPI 3.1, written from the tables that parse requests and name errors."""

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.documents.openapi_operations import OPERATIONS
from gateway.documents.openapi_parts import ALWAYS, CHANGING, DOOR, Answer, Operation, Parameter
from gateway.documents.openapi_schemas import ref, schemas
from gateway.edge.json_out import encode
from gateway.edge.problems import PROBLEM_TYPE, code_of
from gateway.edge.public_path import public_path
from servicekit.errors import ERRORS
from servicekit.metrics import release

_HEADERS: Final = {"cache-control": "public, max-age=300"}
_KEYS: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer tw_<id>_<secret>`"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "`tw_<id>_<secret>`"},
}
_LIMITS: Final = ("RateLimit-Policy", "RateLimit")
_TEXT_HEADER: Final = {"schema": {"type": "string"}}


class OpenApi:
    """The endpoint."""

    def __init__(self, *, keys_required: bool) -> None:
        self._keys_required = keys_required

    async def show(self, request: Request) -> Response:
        """GET: the document."""
        encoded = _encoded(self._keys_required, public_path(request.scope, "") or "/")
        return Response(encoded, 200, _HEADERS, "application/json")


@functools.lru_cache(maxsize=8)
def _encoded(keys_required: bool, server: str) -> bytes:
    return encode(document(keys_required=keys_required, server=server))


def document(*, keys_required: bool = False, server: str = "/") -> dict[str, Any]:
    """Return the document, of a gateway that asks for keys or lets everyone in, with its paths below `server`."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.endpoint.path][operation.method] = _operation(operation, _security(operation, keys_required))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tradewind",
            "version": release(),
            "summary": "An order execution engine for Solana DEX trading, with a market of its own.",
            "description": "Errors are RFC 9457 problem documents; `/api/meta/errors` lists every code. "
            "Streams are in `/asyncapi.json`.",
        },
        "servers": [{"url": server}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.endpoint.tag for operation in OPERATIONS)],
        "paths": dict(paths),
        "components": {"schemas": schemas(), "securitySchemes": _KEYS},
    }


def _security(operation: Operation, keys_required: bool) -> list[dict[str, list[str]]]:
    if operation.endpoint.right is None:
        return []
    needed: list[dict[str, list[str]]] = [{name: []} for name in _KEYS]
    return needed if keys_required else [*needed, {}]


def _operation(operation: Operation, security: list[dict[str, list[str]]]) -> dict[str, Any]:
    right = operation.endpoint.right
    door = () if right is None else DOOR
    pages = ("ORIGIN_REFUSED",) if operation.endpoint.method in CHANGING else ()
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.endpoint.tag],
        "description": f"Needs the scope `{right}`." if right else "Open to everyone.",
        "security": security,
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {
            **{str(answer.status): _answer(answer, _LIMITS if door else ()) for answer in operation.answers},
            **_problems((*operation.reasons, *door, *pages, *ALWAYS)),
        },
    }
    if operation.schema:
        content = {"application/json": {"schema": ref(operation.schema)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _answer(answer: Answer, told: tuple[str, ...]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.content:
        described["content"] = {
            media: {"schema": ref(schema)} if schema else {} for media, schema in answer.content.items()
        }
    if answer.headers or told:
        described["headers"] = dict.fromkeys((*answer.headers, *told), _TEXT_HEADER)
    if answer.links:
        described["links"] = answer.links
    return described


def _problems(reasons: Iterable[str]) -> dict[str, Any]:
    """Return a response for each status of these reasons, naming the codes that come with it."""
    codes: dict[int, list[str]] = defaultdict(list)
    for reason in dict.fromkeys(reasons):
        status = ERRORS[reason].http_status
        assert status is not None, f"{reason} never answers a request"
        codes[status].append(code_of(reason))
    return {str(status): _problem(status, codes[status]) for status in sorted(codes)}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    named = {"properties": {"code": {"enum": codes}, "status": {"const": status}}}
    described: dict[str, Any] = {
        "description": "; ".join(f"`{code}`: {ERRORS[code.upper()].title}" for code in codes),
        "content": {PROBLEM_TYPE: {"schema": {"allOf": [ref("Problem"), named]}}},
    }
    if status == 401:
        described["headers"] = {"WWW-Authenticate": _TEXT_HEADER}
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    if status == 429:
        described["headers"] |= dict.fromkeys(_LIMITS, _TEXT_HEADER)
    return described
