"""GET /openapi.json: the HTTP interface as OpenAPI 3.1, written from the tables that parse requests and name errors."""

import functools
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.json_out import encode
from gateway.openapi_operations import ALWAYS, OPERATIONS, Answer, Operation, Parameter
from gateway.openapi_schemas import ref, schemas
from gateway.problems import PROBLEM_TYPE, code_of
from servicekit.errors import ERRORS

_HEADERS = {"cache-control": "public, max-age=300"}


async def show(request: Request) -> Response:
    """GET: the document."""
    return Response(_encoded(), 200, _HEADERS, "application/json")


@functools.cache
def _encoded() -> bytes:
    return encode(document())


def document() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tradewind",
            "version": release(),
            "summary": "An order execution engine for Solana DEX trading, with a market of its own.",
            "description": "Errors are RFC 9457 problem documents; `/api/meta/errors` lists every code. "
            "Streams are in `/asyncapi.json`.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.tag for operation in OPERATIONS)],
        "paths": dict(paths),
        "components": {"schemas": schemas()},
    }


def release() -> str:
    """Return the version of the installed package."""
    try:
        return version("tradewind")
    except PackageNotFoundError:
        return "0"


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {
            **{str(answer.status): _answer(answer) for answer in operation.answers},
            **_problems((*operation.reasons, *ALWAYS)),
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


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.content:
        described["content"] = {
            media: {"schema": ref(schema)} if schema else {} for media, schema in answer.content.items()
        }
    if answer.headers:
        described["headers"] = {name: {"schema": {"type": "string"}} for name in answer.headers}
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
    if status in (429, 503):
        described["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return described
