"""One name, one meaning, one unit, over every schema of the OpenAPI and AsyncAPI documents."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest

from gateway.documents import asyncapi, openapi
from gateway.documents.schema_parts import Schema, ref
from gateway.documents.words import WORDS
from tests.amount_rules import AMOUNT, GONE

DOCUMENTS: Final = {
    "openapi": openapi.document(),
    "openapi with aliases": openapi.document(aliases=True),
    "asyncapi": asyncapi.document(),
}
ANYWHERE: Final[dict[str, Schema]] = {
    name: schema for document in DOCUMENTS.values() for name, schema in document["components"]["schemas"].items()
}
REQUESTS: Final = re.compile(r"(\w+Request|AccountChange|LimitsToSet)(WithAliases)?")
# Two names mean something else in an error, by RFC 9457, and where the answer to one order of a batch is; and the two
# links of a receipt lead to what they are called. docs/glossary.md says so.
SECOND_MEANINGS: Final = {
    "type": {"Problem", "Error"},
    "status": {"Problem", "Error", "BatchAccepted", "BatchRefused", "Alive", "Ready"},
    "events": {"Links"},
    "errors": {"ErrorTable"},
}


def objects(schema: Any, at: str) -> Iterator[tuple[str, Schema]]:
    """Yield every object schema in a schema, with its place."""
    if isinstance(schema, list):
        for n, entry in enumerate(schema):
            yield from objects(entry, f"{at}/{n}")
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield at, schema
        for name, member in schema.items():
            # What `allOf` adds are conditions on properties that are described above.
            if name not in ("examples", "example", "enum", "allOf"):
                yield from objects(member, f"{at}/{name}")


def named(document: str) -> dict[str, Schema]:
    schemas: dict[str, Schema] = DOCUMENTS[document]["components"]["schemas"]
    return schemas


def answers(document: str) -> Iterator[tuple[str, Schema]]:
    for name, schema in named(document).items():
        if not REQUESTS.fullmatch(name):
            yield from objects(schema, name)


def kinds(schema: Schema) -> set[str]:
    """Return the JSON types that a schema takes, without null."""
    types = schema.get("type", [])
    found = set([types] if isinstance(types, str) else types)
    if "$ref" in schema:
        found |= kinds(ANYWHERE[schema["$ref"].rpartition("/")[2]])
    for key in ("anyOf", "oneOf"):
        for entry in schema.get(key, []):
            found |= kinds(entry)
    return {"number" if kind == "integer" else kind for kind in found} - {"null"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_amount_has_both_forms_wherever_it_is_answered(document: str) -> None:
    seen = 0
    for at, schema in answers(document):
        members = schema["properties"]
        for name, member in members.items():
            if AMOUNT.fullmatch(name):
                seen += 1
                units = members.get(f"{name}BaseUnits")
                assert units is not None, f"{at}: {name} has no base units"
                assert kinds(member) == {"number"}, f"{at}: {name}"
                assert kinds(units) == {"string"}, f"{at}: {name}BaseUnits"
                assert units["pattern"] == "^(0|[1-9][0-9]*)$", f"{at}: {name}BaseUnits"
                assert {name, f"{name}BaseUnits"} <= set(schema["required"])
            if name.endswith("BaseUnits"):
                assert name.removesuffix("BaseUnits") in members, f"{at}: {name} has no whole tokens"
            if name == "fee":
                assert {"feeToken", "feeTokenMint"} <= members.keys(), at
            if name in ("tokenIn", "tokenOut", "feeToken", "token"):
                assert f"{name}Mint" in members, f"{at}: {name} has no mint"
    assert seen > 5


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_name_of_an_amount_is_known_by_its_look(document: str) -> None:
    """A new amount under another name would escape the rule: what speaks of amounts or reserves is one."""
    for at, schema in answers(document):
        for name, member in schema["properties"].items():
            if kinds(member) == {"number"} and re.search(r"amount|reserve|fee|balance", name, re.IGNORECASE):
                assert AMOUNT.fullmatch(name) or name == "feePpm", f"{at}: {name}"


def test_a_name_has_one_type_and_one_meaning() -> None:
    types: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    meanings: dict[str, set[str]] = defaultdict(set)
    for document in DOCUMENTS:
        for at, schema in answers(document):
            for name, member in schema["properties"].items():
                assert name not in GONE, f"{at}: {name}"
                if at.partition("/")[0] in SECOND_MEANINGS.get(name, ()):
                    continue
                types[name].add(tuple(sorted(kinds(member))))
                # The older dialects' frames hold their engines' own details.
                if not (name == "details" and at in ("Nested", "NestedWithGreeting")):
                    meanings[name].add(member["description"])
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}
    assert types.keys() <= WORDS.keys()


def test_a_field_of_a_request_means_what_it_means_in_an_answer() -> None:
    for name, schema in named("openapi").items():
        if REQUESTS.fullmatch(name):
            for field, member in schema.get("properties", {}).items():
                if field not in ("orders", "limits"):
                    assert member["description"] == WORDS[field]["description"], f"{name}: {field}"


def test_a_number_of_attempts_and_their_history_are_two_names() -> None:
    for document in DOCUMENTS:
        for at, schema in answers(document):
            members = schema["properties"]
            assert kinds(members.get("attempts", {"type": "number"})) == {"number"}, at
            assert kinds(members.get("attemptHistory", {"type": "array"})) == {"array"}, at
    assert "attemptHistory" not in named("openapi")["OrderSummary"]["properties"]
    assert "shortfallBps" not in named("openapi")["Order"]["properties"]
    assert "slippageBps" not in named("asyncapi")["ConfirmedDetails"]["properties"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_property_has_a_type_a_meaning_and_an_example(document: str) -> None:
    for at, schema in objects(DOCUMENTS[document]["components"]["schemas"], ""):
        for name, member in schema["properties"].items():
            where = f"{at}: {name}"
            assert kinds(member) or "const" in member, f"{where} has no type"
            assert member.get("description"), f"{where} has no meaning"
            made = "$ref" in member or "items" in member or kinds(member) <= {"object", "array"}
            assert made or "examples" in member, f"{where} has no example"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_schema_is_left_open(document: str) -> None:
    for at, schema in every(DOCUMENTS[document]["components"]["schemas"]):
        if "array" in kinds(schema):
            assert "items" in schema, f"{at}: a list of what?"
        if schema.get("type") == "object":
            assert schema.get("properties") or schema.get("additionalProperties"), f"{at}: an object of what?"


def every(schema: Any, at: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every schema in a schema, with its place."""
    if isinstance(schema, list):
        for n, entry in enumerate(schema):
            yield from every(entry, f"{at}/{n}")
    if isinstance(schema, dict):
        if "type" in schema and not isinstance(schema["type"], dict):
            yield at, schema
        for name, member in schema.items():
            if name not in ("examples", "enum"):
                yield from every(member, f"{at}/{name}")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_schema_has_an_example_that_it_takes(document: str) -> None:
    schemas = named(document)
    for name, schema in schemas.items():
        assert schema["examples"], name
        checked = jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}, validate_formats=True
        )
        for example in schema["examples"]:
            checked.validate(example)


def test_each_status_has_its_own_details() -> None:
    for document in ("openapi", "asyncapi"):
        schemas = named(document)
        members = [schemas[entry["$ref"].rpartition("/")[2]] for entry in schemas["Event"]["oneOf"]]
        told = [member["properties"]["status"]["const"] for member in members]
        assert told == schemas["OrderStatus"]["enum"]
        assert len({member["properties"]["details"]["$ref"] for member in members}) == len(told)
    assert named("openapi")["Event"]["discriminator"]["mapping"].keys() == set(named("openapi")["OrderStatus"]["enum"])


def test_no_schema_is_called_like_a_list_of_its_own() -> None:
    """A generator of Python clients gives both one variable, of two types."""
    for document in DOCUMENTS:
        for name, schema in named(document).items():
            variable = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            for property_name, member in schema.get("properties", {}).items():
                if not isinstance(member.get("type"), str) or "items" in member:
                    assert re.sub(r"(?=[A-Z])", "_", property_name).lower() != variable, name


def test_every_operation_is_described_to_the_last_header() -> None:
    document = DOCUMENTS["openapi"]
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert all(operation[member] for member in ("operationId", "summary", "description")), where
            assert all(tags[tag] for tag in operation["tags"]), where
            for parameter in operation["parameters"]:
                assert parameter["description"], f"{where}: {parameter['name']}"
                assert parameter["schema"], f"{where}: {parameter['name']}"
            for status, answer in operation["responses"].items():
                assert answer["description"], f"{where} {status}"
                for header, described in answer.get("headers", {}).items():
                    assert described["description"], f"{where} {status} {header}"
                    assert described["schema"]["type"], f"{where} {status} {header}"
                for media, content in answer.get("content", {}).items():
                    assert content["schema"], f"{where} {status} {media}"
                if status >= "400":
                    assert answer["content"].keys() == {"application/problem+json"}, f"{where} {status}"
                    assert answer["content"]["application/problem+json"]["schema"] == ref("Problem"), (
                        f"{where} {status}"
                    )
                    assert answer[openapi.CODES], f"{where} {status}"


def test_paths_that_speak_websocket_alone_have_a_tag_of_their_own() -> None:
    tagged = {
        path: operation["tags"]
        for path, methods in DOCUMENTS["openapi"]["paths"].items()
        for operation in methods.values()
        if "101" in operation["responses"]
    }
    assert len(tagged) == 4
    assert {tag for tags in tagged.values() for tag in tags} == {"websockets"}
    others = [
        operation["tags"]
        for methods in DOCUMENTS["openapi"]["paths"].values()
        for operation in methods.values()
        if "101" not in operation["responses"]
    ]
    assert not any("websockets" in tags for tags in others)


def test_every_message_of_the_streams_is_sent_or_received_by_an_operation() -> None:
    document = DOCUMENTS["asyncapi"]
    messages = {
        f"#/channels/{name}/messages/{message}"
        for name, channel in document["channels"].items()
        for message in channel["messages"]
    }
    used = [entry["$ref"] for operation in document["operations"].values() for entry in operation["messages"]]
    assert sorted(used) == sorted(messages)
