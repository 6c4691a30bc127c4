"""Schemas of the streams: events, prices, the commands of /api/stream and their answers, frames of earlier engines."""

import json
import re
from collections.abc import Mapping
from typing import Final

from gateway.documents.openapi_schemas import schemas
from gateway.documents.schema_parts import FLAG, STATUSES, TEXT, Schema, example_of, record, ref, word
from gateway.documents.words import WORDS

_SOME: Final[Schema] = {"minItems": 1}
_ALL: Final[Schema] = {**FLAG, "const": True}
# The details of a status in an earlier engine's frame; that engine's documentation describes the members.
_DETAILS: Final = word(
    "What happened, in that engine's words.", {"type": "object", "additionalProperties": True}, {"dex": "Raydium"}
)


def frames() -> dict[str, Schema]:
    """Return the schema of every frame, and the schemas that those refer to."""
    known = {
        **schemas(),
        **_commands(),
        **_answers(),
        **_older(),
        "PriceEvent": record(WORDS, "slot", "slotTime", "prices"),
    }
    named = {name: known[name] for name in _reached_from(_FRAMES, known)}
    for schema in named.values():
        schema.setdefault("examples", [example_of(schema, known)])
        # AsyncAPI has a text here where OpenAPI has an object, and linters hold both to one form. Each schema that it
        # leads to says its value of `status` by itself.
        schema.pop("discriminator", None)
    return named


_FRAMES: Final = ("Event", "PriceEvent", "Nested", "NestedWithGreeting", "Flat", "Command", "Answer")


def _commands() -> dict[str, Schema]:
    said = {
        "SubscribeOrders": _op("subscribe", "orderIds", optional=("after",), orderIds=_SOME),
        "SubscribeAll": _op("subscribe", "all", optional=("after",), all=_ALL),
        "UnsubscribeOrders": _op("unsubscribe", "orderIds", orderIds=_SOME),
        "UnsubscribeAll": _op("unsubscribe", "all", all=_ALL),
        "Ping": _op("ping"),
    }
    command = {"description": "What you may say on /api/stream.", "oneOf": [ref(name) for name in said]}
    return {"Command": command, **said}


def _answers() -> dict[str, Schema]:
    told = {
        "SubscribedOrders": _op("subscribed", "orderIds"),
        "SubscribedAll": _op("subscribed", "all", "positions", all=_ALL),
        "UnsubscribedOrders": _op("unsubscribed", "orderIds"),
        "UnsubscribedAll": _op("unsubscribed", "all", all=_ALL),
        "Ended": _op("ended", "orderId", "sequence"),
        "Pong": _op("pong"),
        "Refusal": _op("error", "code", "detail", "retryable", optional=("orderId", "errors")),
    }
    answer = {"description": "What /api/stream answers to a command.", "oneOf": [ref(name) for name in told]}
    return {"Answer": answer, **told}


def _op(said: str, *members: str, optional: tuple[str, ...] = (), **special: Schema) -> Schema:
    op: Schema = {**TEXT, "const": said, "examples": [said]}
    return record(WORDS, "op", *members, optional=optional, op=op, **special)


def _older() -> dict[str, Schema]:
    """Return the frames of earlier engines; a flat frame has the details of its status beside its own members."""
    told = ("orderId", "status", "timestamp")
    greeted = word(WORDS["status"]["description"], {**TEXT, "enum": [*STATUSES, "connected"]}, "routing")
    flat = record(WORDS, *told)
    return {
        "Nested": record(WORDS, "orderId", "status", "details", "timestamp", details=_DETAILS),
        "NestedWithGreeting": record(
            WORDS, "orderId", "status", "details", "timestamp", status=greeted, details=_DETAILS
        ),
        "Flat": {**flat, "additionalProperties": True},
    }


def _reached_from(names: tuple[str, ...], known: Mapping[str, Schema]) -> list[str]:
    """Return these schemas and those that they refer to, each once."""
    reached: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in reached:
            reached[name] = None
            waiting += re.findall(r'"#/components/schemas/(\w+)"', json.dumps(known[name]))
    return list(reached)
