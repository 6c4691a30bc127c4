"""GET /openapi.json: the HTTP interface as OpenAPI 3.1, written from the tables that parse requests and name errors."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.documents.endpoints import TAGS
from gateway.documents.openapi_operations import OPERATIONS
from gateway.documents.openapi_parts import ALWAYS, CHANGING, DOOR, HEADERS, Answer, Operation, Parameter
from gateway.documents.openapi_schemas import schemas
from gateway.documents.request_schemas import WITH_ALIASES
from gateway.documents.schema_parts import Schema, ref
from gateway.edge.json_out import encode
from gateway.edge.problems import PROBLEM_TYPE, code_of
from gateway.edge.public_path import public_path
from gateway.edge.query import invalid_parameter, known_parameters
from servicekit.errors import ERRORS
from servicekit.metrics import release

_HEADERS: Final = {"cache-control": "public, max-age=300"}
_KEYS: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer tw_<id>_<secret>`"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "`tw_<id>_<secret>`"},
}
_LIMITS: Final = ("RateLimit-Policy", "RateLimit")
# Every answer that is a problem names its codes under this key, for programs that read the document.
CODES: Final = "x-codes"


class OpenApi:
    """The endpoint."""

    def __init__(self, *, keys_required: bool) -> None:
        self._keys_required = keys_required

    async def show(self, request: Request) -> Response:
        """GET: the document; with `?aliases=true` request bodies are described with every name that they may have."""
        asked = known_parameters(request.scope, ("aliases",)).get("aliases", ["false"])[-1]
        if asked not in ("true", "false"):
            raise invalid_parameter("aliases", "aliases must be true or false.")
        server = public_path(request.scope, "") or "/"
        encoded = _encoded(self._keys_required, server, asked == "true")
        return Response(encoded, 200, _HEADERS, "application/json")


@functools.lru_cache(maxsize=16)
def _encoded(keys_required: bool, server: str, aliases: bool) -> bytes:
    return encode(document(keys_required=keys_required, server=server, aliases=aliases))


def document(*, keys_required: bool = False, server: str = "/", aliases: bool = False) -> dict[str, Any]:
    """Return the document, of a gateway that asks for keys or lets everyone in, with its paths below `server`.

    With `aliases`, the schemas of request bodies take all that the gateway takes, not our own names alone.
    """
    named = schemas(aliases=aliases)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        described = _operation(operation, _security(operation, keys_required))
        paths[operation.endpoint.path][operation.method] = described | _body(operation, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tradewind",
            "version": release(),
            "summary": "An order execution engine for Solana DEX trading, with a market of its own.",
            "description": "Errors are RFC 9457 problem documents; `/api/meta/errors` lists every code. "
            "Streams are in `/asyncapi.json`. `/openapi.json?aliases=true` describes request bodies with the names "
            "that earlier engines' clients use.",
            "contact": {"name": "Whoever runs this gateway"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": dict(paths),
        "components": {"schemas": named, "securitySchemes": _KEYS},
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
    return {
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


def _body(operation: Operation, named: Mapping[str, Schema]) -> dict[str, Any]:
    """Return the member that describes the body, with the schema that these documents have of it."""
    if not operation.schema:
        return {}
    name = next(name for name in (operation.schema + WITH_ALIASES, operation.schema) if name in named)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": ref(name)}}}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _answer(answer: Answer, told: tuple[str, ...]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.content:
        described["content"] = {
            media: {"schema": ref(schema) if isinstance(schema, str) else schema}
            for media, schema in answer.content.items()
        }
    if answer.headers or told:
        described["headers"] = {name: HEADERS[name] for name in (*answer.headers, *told)}
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
    """Return the response of one status; the schema is the same everywhere, so that generators make one class."""
    described: dict[str, Any] = {
        "description": "; ".join(f"`{code}`: {ERRORS[code.upper()].title}" for code in codes),
        "content": {PROBLEM_TYPE: {"schema": ref("Problem"), "example": _example(status, codes[0])}},
        CODES: codes,
    }
    told = {401: ("WWW-Authenticate",), 426: ("Upgrade",), 429: ("Retry-After", *_LIMITS), 503: ("Retry-After",)}
    if status in told:
        described["headers"] = {name: HEADERS[name] for name in told[status]}
    return described


def _example(status: int, code: str) -> dict[str, Any]:
    row = ERRORS[code.upper()]
    return {
        "type": f"/problems/{code}",
        "title": row.title,
        "status": status,
        "detail": row.title,
        "instance": "/api/orders",
        "code": code,
        "retry": row.retry,
        "retryable": row.kind == "unavailable",
        "traceId": "0af7651916cd43dd8448eb211c80319c",
    }
