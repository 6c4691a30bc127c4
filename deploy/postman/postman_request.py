"""The pieces of a Postman collection: a request, its address, and examples made from JSON schemas."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

_PLACE: Final = re.compile(r"{(\w+)}")
# What stands for a path parameter whose schema names no example: a variable of the collection.
_HELD: Final = {"order_id": "{{orderId}}", "orderId": "{{orderId}}", "account": "{{account}}"}


def item(
    name: str,
    method: str,
    target: Json,
    *,
    about: str,
    headers: Sequence[Json],
    body: str,
    checks: Sequence[str],
    before: Sequence[str] = (),
) -> Json:
    """Return one request with its checks. A body is sent as JSON unless a header says otherwise."""
    request: Json = {"method": method.upper(), "header": list(headers), "url": target, "description": about}
    if body:
        if not any(header["key"] == "Content-Type" for header in headers):
            request["header"].append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}}
    scripts = {"prerequest": before, "test": checks}
    events = [
        {"listen": when, "script": {"type": "text/javascript", "exec": list(lines)}}
        for when, lines in scripts.items()
        if lines
    ]
    return {"name": name, "event": events, "request": request, "response": []}


def url(origin: str, path: str, parameters: Iterable[Mapping[str, Any]]) -> Json:
    """Return an address: path parameters with values, query parameters switched off unless they are required."""
    known = {parameter["name"]: parameter for parameter in parameters}
    steps = _PLACE.sub(r":\1", path).removeprefix("/").split("/")
    query = [_query(parameter) for parameter in known.values() if parameter["in"] == "query"]
    sent = "&".join(f"{entry['key']}={entry['value']}" for entry in query if "disabled" not in entry)
    target: Json = {
        "raw": f"{origin}/{'/'.join(steps)}" + (f"?{sent}" if sent else ""),
        "host": [origin],
        "path": steps,
    }
    if query:
        target["query"] = query
    places = _PLACE.findall(path)
    if places:
        target["variable"] = [{"key": name, "value": _value(name, known.get(name, {}))} for name in places]
    return target


def _query(parameter: Mapping[str, Any]) -> Json:
    name = parameter["name"]
    value = parameter.get("example", _HELD.get(name, ""))
    if not value and parameter.get("required"):
        value = _value(name, parameter)
    described = {"key": name, "value": value, "description": parameter.get("description", "")}
    return described if parameter.get("required") else {**described, "disabled": True}


def _value(name: str, parameter: Mapping[str, Any]) -> str:
    examples = parameter.get("schema", {}).get("examples")
    return str(examples[0]) if examples else _HELD[name]


def example_of(schema: Json, schemas: Mapping[str, Json]) -> Any:
    """Return the first example that a schema names, or that its members name. Raises KeyError when there is none."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "properties" in schema and "examples" not in schema:
        return {name: example_of(schema["properties"][name], schemas) for name in schema["required"]}
    return schema["examples"][0]
