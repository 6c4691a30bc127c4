"""Schemas of request bodies, written from the tables that parse them.

Each comes twice. The plain one has our own names and spellings alone: what it takes, the gateway takes. The one with
aliases takes all that the gateway takes: the names that earlier engines' clients use, and words in any case.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.documents.schema_parts import BPS, TEXT, TYPES, VENUE, Schema, many, maybe, record, ref
from gateway.documents.words import WORDS
from gateway.market.account_fields import LIMIT_FIELDS, STATE
from gateway.orders.order_fields import ORDER_FIELDS, PAIR_FIELDS, Field, number_text, token_name

WITH_ALIASES: Final = "WithAliases"
_EXAMPLE: Final = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5"}
# In our own spelling a word is as it is written here, and a number of basis points is a number.
_PLAIN: Final[Mapping[str, Schema]] = {
    "type": {**TEXT, "enum": TYPES},
    "slippageBps": BPS,
    "onStale": {**TEXT, "enum": ["reject", "requote"]},
    "venues": {**many(VENUE), "minItems": 1, "maxItems": 16},
}
_EXAMPLES: Final = {"amountIn": ["1.5"], "amount": ["1000.25"]}


def request_schemas(*, aliases: bool) -> dict[str, Schema]:
    """Return the schema of each body by name; with `aliases`, those that take everything the gateway takes."""
    body = _with_aliases if aliases else _plain
    more = WITH_ALIASES if aliases else ""
    order = f"OrderRequest{more}"
    orders = {**many(ref(order)), "minItems": 1, "maxItems": 500, "description": "The orders, each judged by itself."}
    return {
        order: body(ORDER_FIELDS),
        f"QuoteRequest{more}": body(PAIR_FIELDS),
        f"BatchRequest{more}": _batch(orders, aliases=aliases),
        "AirdropRequest": {
            **record(
                WORDS,
                *("token", "amount"),
                token=_described("token", token_name.schema),
                amount=_described("amount", number_text.schema),
            ),
            "examples": [{"token": "USDC", "amount": "1000.25"}],
        },
        "AccountChange": {
            "type": "object",
            "properties": {
                "tradingState": _described("tradingState", STATE.schema if aliases else {}),
                "limits": {**ref("LimitsToSet"), "description": "The limits to set; those left out stay as they are."},
            },
            "minProperties": 1,
            "additionalProperties": False,
            "examples": [{"tradingState": "halted"}, {"limits": {"orderUsdMax": "2500"}}],
        },
        "LimitsToSet": {
            "type": "object",
            "properties": {name: maybe(_described(name, reader.schema)) for name, reader in LIMIT_FIELDS.items()},
            "additionalProperties": False,
            "examples": [{"orderUsdMax": "2500", "slippageBpsMax": 100}],
        },
    }


def _batch(orders: Schema, *, aliases: bool) -> Schema:
    wrapped = {
        "type": "object",
        "properties": {"orders": orders},
        "required": ["orders"],
        "additionalProperties": False,
        "examples": [{"orders": [_EXAMPLE]}],
    }
    if not aliases:
        return wrapped
    # One bad order does not make a bad batch, so that anything may stand in the list.
    anything = {**orders, "items": {}}
    loose = {**wrapped, "properties": {"orders": anything}}
    return {"anyOf": [loose, anything], "examples": [{"orders": [_EXAMPLE]}]}


def _plain(fields: Mapping[str, Field]) -> Schema:
    described = {
        meaning: _described(meaning, _PLAIN.get(meaning, next(iter(field.names.values())).schema))
        for meaning, field in fields.items()
    }
    return {
        "type": "object",
        # Null counts as left out.
        "properties": {
            meaning: schema if fields[meaning].required else maybe(schema) for meaning, schema in described.items()
        },
        "required": [meaning for meaning, field in fields.items() if field.required],
        "additionalProperties": False,
        "examples": [_EXAMPLE],
    }


def _with_aliases(fields: Mapping[str, Field]) -> Schema:
    properties: dict[str, Schema] = {}
    for meaning, field in fields.items():
        for name, reader in field.names.items():
            properties[name] = maybe(_described(meaning, reader.schema))
            if name != meaning:
                unit = reader.schema.get("description", "") if meaning == "slippageBps" else ""
                about = f"Another name of `{meaning}`; send one of them. {unit}".rstrip()
                properties[name] = {**properties[name], "description": about}
    return {
        "type": "object",
        "properties": properties,
        "allOf": list(_choices(fields)),
        "additionalProperties": False,
        "examples": [_EXAMPLE],
    }


def _choices(fields: Mapping[str, Field]) -> Iterator[Schema]:
    """Yield what the names of one meaning demand: one of them, or at most one."""
    for field in fields.values():
        one_of = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in field.names]
        if field.required:
            yield {"oneOf": one_of}
        elif len(one_of) > 1:
            yield {"oneOf": [*one_of, {"not": {"anyOf": one_of}}]}


def _described(meaning: str, schema: Mapping[str, Any]) -> Schema:
    """Return the schema of what is taken, with the word's own meaning and example."""
    known = WORDS[meaning]
    taken = dict(schema) or {name: known[name] for name in ("$ref", "type", "enum") if name in known}
    return {**taken, "description": known["description"], "examples": _EXAMPLES.get(meaning, known["examples"])}
