"""The parts of schemas. A property is a word: `words` holds its type, its meaning and an example once."""

from collections.abc import Mapping
from typing import Any, Final

from tradewind.orders.v1 import orders_pb2

Schema = dict[str, Any]

ORDER_ID_EXAMPLE: Final = "0199a1b2-0000-7000-8000-000000000001"
STATUSES: Final = [
    name.removeprefix("ORDER_STATUS_").lower() for name, number in orders_pb2.OrderStatus.items() if number
]
TYPES: Final = [name.removeprefix("ORDER_TYPE_").lower() for name, number in orders_pb2.OrderType.items() if number]
TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
POSITIVE: Final[Schema] = {"type": "integer", "minimum": 1}
BPS: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 10_000}
NUMBER: Final[Schema] = {"type": "number"}
AMOUNT: Final[Schema] = {"type": "number", "minimum": 0}
BASE_UNITS: Final[Schema] = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
ORDER_ID: Final[Schema] = {"type": "string", "format": "uuid"}
STATUS: Final[Schema] = {"$ref": "#/components/schemas/OrderStatus"}
VENUE: Final[Schema] = {"$ref": "#/components/schemas/Venue"}


def word(description: str, schema: Schema, example: Any = None) -> Schema:
    """Return a property's schema with its meaning; a property made of other schemas has its examples in those."""
    return {**schema, "description": description} | ({} if example is None else {"examples": [example]})


def amount_words(name: str, description: str, whole: float, base_units: str) -> dict[str, Schema]:
    """Return the two words of an amount."""
    return {
        name: word(f"{description} Whole tokens, exact, in plain decimal notation.", AMOUNT, whole),
        f"{name}BaseUnits": word(f"{description} Base units, as a text.", BASE_UNITS, base_units),
    }


def both(name: str) -> tuple[str, str]:
    """Return the names of an amount's two forms."""
    return name, f"{name}BaseUnits"


def ref(name: str) -> Schema:
    """Return the reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def maybe(schema: Schema) -> Schema:
    """Return the schema of a value that is null while it is not known."""
    if "type" in schema:
        more: Schema = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        return {**schema, **more, "type": [schema["type"], "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    told: Schema = {name: schema[name] for name in ("description", "examples") if name in schema}
    bare = {name: value for name, value in schema.items() if name not in told}
    return {**told, "anyOf": [bare, {"type": "null"}]}


def record(words: Mapping[str, Schema], *names: str, optional: tuple[str, ...] = (), **special: Schema) -> Schema:
    """Return the schema of an object that has these members and no other; only `optional` ones may be left out.

    A name that ends in `?` may be null. `special` narrows the word of a name; a schema with its own description
    replaces the word.
    """
    properties: dict[str, Schema] = {}
    for asked in (*names, *optional):
        name = asked.removesuffix("?")
        own = special.get(name, {})
        narrowed = own if "description" in own else {**words[name], **own}
        properties[name] = maybe(narrowed) if asked.endswith("?") else narrowed
    return {
        "type": "object",
        "properties": properties,
        "required": [name.removesuffix("?") for name in names],
        "additionalProperties": False,
    }


def example_of(schema: Schema, named: Mapping[str, Schema]) -> Any:
    """Return an example of a schema, composed from the examples of its parts."""
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "$ref" in schema:
        return example_of(named[schema["$ref"].rpartition("/")[2]], named)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], named)
    if "properties" in schema:
        return {name: example_of(member, named) for name, member in schema["properties"].items()}
    if "additionalProperties" in schema:
        return {}
    assert "items" in schema, f"no example of {schema}"
    return [example_of(schema["items"], named)]
