"""`python -m deploy.postman` writes the Postman collection (v2.1), made from the OpenAPI and AsyncAPI documents.

A request for every operation, with an example body and the checks that its answer must pass; before them a tour of one
order's life, behind them mistakes with their answers, and the streams. What each folder holds follows from the
documents; `postman_steps` holds what only a person can write.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from deploy.postman.postman_request import Json, example_of, item, url
from deploy.postman.postman_steps import MISTAKES, MISTAKES_FOLDER, SUBSCRIBE, TOUR, TOUR_FOLDER, Mistake, Step
from gateway.documents import asyncapi, openapi

COLLECTION: Final = Path(__file__).resolve().parents[2] / "docs" / "postman" / "tradewind.postman_collection.json"
STREAMS_FOLDER: Final = "Streams (WebSocket and server-sent events)"
# Operations that an ended order refuses, as it should: they come too late.
_MAY_REFUSE: Final = {"cancelOrder": (409,)}
_VARIABLES: Final = {
    "baseUrl": "http://127.0.0.1:3000",
    "wsUrl": "ws://127.0.0.1:3000",
    "apiKey": "",
    "account": "somebody",
    "orderId": "",
    "idempotencyKey": "",
}
# The key goes along when there is one; a gateway with AUTH=off asks for none.
_SEND_KEY: Final = (
    "const key = pm.variables.get('apiKey');",
    "if (key) pm.request.headers.upsert({key: 'X-API-Key', value: key});",
)


def collection() -> Json:
    """Return the collection. The same documents make the same collection, to the byte."""
    document = openapi.document()
    operations = _operations(document)
    folders = [
        _folder(TOUR_FOLDER, "From the submission to the end, one step after the other.", map(_step(operations), TOUR)),
        *(
            _folder(tag["name"], "", (_operation(o) for o in operations.values() if o["tags"] == [tag["name"]]))
            for tag in document["tags"]
        ),
        _folder(MISTAKES_FOLDER, "Each is answered by a problem document (RFC 9457).", map(_mistake, MISTAKES)),
        _folder(STREAMS_FOLDER, asyncapi.document()["info"]["description"], _streams()),
    ]
    schemas = json.dumps(document["components"]["schemas"], separators=(",", ":"))
    return {
        "info": {
            "name": document["info"]["title"],
            "description": f"{document['info']['summary']} Set `apiKey` when the gateway runs with AUTH=on.",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": folders,
        "event": [{"listen": "prerequest", "script": {"type": "text/javascript", "exec": list(_SEND_KEY)}}],
        "variable": [{"key": key, "value": value} for key, value in {**_VARIABLES, "schemas": schemas}.items()],
    }


def text() -> str:
    """Return the collection as the file holds it."""
    return json.dumps(collection(), indent=1) + "\n"


def _operations(document: Json) -> dict[str, Json]:
    """Return the operations by name, each with its method, its path and the example of its body."""
    schemas = document["components"]["schemas"]
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody")
            example = example_of(body["content"]["application/json"]["schema"], schemas) if body else None
            found[operation["operationId"]] = {**operation, "method": method, "path": path, "example": example}
    return found


def _folder(name: str, about: str, items: Iterable[Json]) -> Json:
    return {"name": name, "description": about, "item": list(items)}


def _operation(operation: Json) -> Json:
    """Return the request of an operation with the checks that its documented answers make."""
    return item(
        operation["summary"],
        operation["method"],
        _target(operation),
        about=operation["description"],
        headers=_headers(operation, {}),
        body=_shown(operation["example"]),
        checks=[*_checks(operation), *_saves(operation)],
    )


def _step(operations: Mapping[str, Json]) -> Callable[[Step], Json]:
    """Return what makes a step's request: its operation's, with what the step sends and checks besides."""

    def made(step: Step) -> Json:
        operation = operations[step.operation]
        documented = [] if step.streams else [*_checks(operation), *_saves(operation)]
        return item(
            step.name,
            operation["method"],
            _target(operation),
            about=operation["description"],
            headers=_headers(operation, step.headers),
            body=_shown(step.body),
            before=step.before,
            checks=[*documented, *step.checks],
        )

    return made


def _target(operation: Json) -> Json:
    return url("{{baseUrl}}", operation["path"], operation["parameters"])


def _shown(body: Any) -> str:
    return "" if body is None else json.dumps(body, indent=2)


def _headers(operation: Json, sent: Mapping[str, str]) -> list[Json]:
    """Return the headers that are sent, then the operation's others, switched off."""
    others = [p for p in operation["parameters"] if p["in"] == "header" and p["name"] not in sent]
    return [
        *({"key": name, "value": value} for name, value in {"Accept": "application/json", **sent}.items()),
        *({"key": p["name"], "value": "", "description": p["description"], "disabled": True} for p in others),
    ]


def _checks(operation: Json) -> list[str]:
    status, answer = next(iter(operation["responses"].items()))
    if status == "101":
        # Such an address speaks WebSocket only.
        return _problem_checks(426, "upgrade_required")
    allowed = [int(status), *_MAY_REFUSE.get(operation["operationId"], ())]
    checks = [f"pm.test('answers as documented', () => pm.expect(pm.response.code).to.be.oneOf({allowed}));"]
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema and "$ref" in schema:
        checks.append(f"if (pm.response.code === {status}) {{")
        checks.append(f"  {_matches(schema['$ref'])}")
        checks.append("}")
    return checks


def _matches(reference: str) -> str:
    name = reference.rsplit("/", 1)[-1]
    known = "components: {schemas: JSON.parse(pm.variables.get('schemas'))}"
    schema = f"{{allOf: [{{$ref: '{reference}'}}], {known}}}"
    return f"pm.test('is: {name}', () => pm.response.to.have.jsonSchema({schema}));"


def _problem_checks(status: int, code: str) -> list[str]:
    return [
        f"pm.test('answers {status} {code}', () => {{",
        f"  pm.response.to.have.status({status});",
        "  pm.expect(pm.response.headers.get('Content-Type')).to.equal('application/problem+json');",
        f"  pm.expect(pm.response.json().code).to.equal('{code}');",
        "});",
        _matches("#/components/schemas/Problem"),
    ]


def _saves(operation: Json) -> list[str]:
    """Return the lines that keep, for the requests after this one, what the document says they need of the answer."""
    links = next(iter(operation["responses"].values())).get("links", {}).values()
    places = dict.fromkeys(place for link in links for place in link["parameters"].values())
    names = [place.removeprefix("$response.body#/") for place in places]
    return [f"pm.collectionVariables.set('{name}', pm.response.json().{name});" for name in names]


def _mistake(mistake: Mistake) -> Json:
    asked = [{"name": name, "in": "query", "required": True, "example": v} for name, v in mistake.query.items()]
    return item(
        mistake.name,
        mistake.method,
        url("{{baseUrl}}", mistake.path, asked),
        about=mistake.about,
        headers=[{"key": key, "value": value} for key, value in mistake.headers.items()],
        body=mistake.body,
        before=mistake.before,
        checks=[*_problem_checks(mistake.status, mistake.code), *mistake.checks],
    )


def _streams() -> Iterator[Json]:
    """Yield one request for each channel: for people, and for programs that speak WebSocket."""
    for name, channel in asyncapi.document()["channels"].items():
        socket = channel["bindings"].get("ws")
        asked = socket.get("query", {}) if socket else {}
        parameters = [
            {"name": key, "in": "query", "required": key in asked.get("required", ())}
            for key in asked.get("properties", {})
        ]
        yield item(
            name,
            "get",
            url("{{wsUrl}}" if socket else "{{baseUrl}}", channel["address"], parameters),
            about=channel["description"],
            headers=[] if socket else [{"key": "Accept", "value": "text/event-stream"}],
            body=_shown(SUBSCRIBE if "command" in channel["messages"] else None),
            checks=(),
        )


def main() -> None:
    """Write the collection where it is kept."""
    COLLECTION.parent.mkdir(parents=True, exist_ok=True)
    COLLECTION.write_text(text())
