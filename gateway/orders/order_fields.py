"""The fields of an order as data: what each is called by which client, and how its value is read.

One line here is one field. A field with several names carries the words of earlier engines; a body may use one of them.
Each reader carries the JSON schema of the values it takes, which makes the public document: a schema may take more
than its reader, never less.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.edge.amounts import NUMBER_IN_TEXT, NotExact, whole_units
from gateway.edge.strict_json import JsonNumber
from pools.kinds import VENUES

VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,255}")
# Identities that the gateway makes itself, for callers that send none.
OWN_IDENTITY_PREFIX: Final = "auto:"
_ADDRESS: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_SCENARIO: Final = re.compile(r"[a-z0-9_:.-]{1,64}")


class BadValue(ValueError):
    """A value that cannot stand in its field: a code for programs, a sentence with the fix for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a value under the name the client gave it, or raises BadValue; `schema` describes what it takes."""

    read: Callable[[object, str], Any]
    schema: Schema

    def __call__(self, value: object, name: str) -> Any:
        """Return the value as the engine knows it."""
        return self.read(value, name)


def takes(**schema: Any) -> Callable[[Callable[[object, str], Any]], Reader]:
    """Make a function the reader of the values that a schema describes."""
    return lambda read: Reader(read, schema)


@dataclass(frozen=True, slots=True)
class Field:
    """One meaning and, for each name a client may give it, the reader of its value. The first name is ours."""

    names: Mapping[str, Reader]
    required: bool = False


def text(value: object, name: str) -> str:
    """Read a text. A JSON number is none."""
    if not isinstance(value, str) or isinstance(value, JsonNumber):
        raise BadValue("wrong_type", f"{name} must be a text.")
    return value


def lower_case(word: str) -> str:
    """Return an ASCII word in lower case. Other text stays as it is: the Kelvin sign is no k."""
    return word.lower() if word.isascii() else word


@takes(type="string", minLength=1, maxLength=64, examples=["SOL"], description="Symbol in any case, or mint address.")
def token_name(value: object, name: str) -> str:
    """Read a symbol or mint address."""
    found = text(value, name)
    if not 1 <= len(found) <= 64:
        raise BadValue("unknown_token", f"{name} must be a symbol or a mint address.")
    return found


@takes(
    anyOf=[{"type": "number", "exclusiveMinimum": 0}, NUMBER_IN_TEXT],
    examples=["1.5"],
    description="Whole tokens as a decimal, read digit for digit; at most the token's decimals.",
)
def number_text(value: object, name: str) -> str:
    """Read a number, or a text that holds one, as it was written."""
    if not isinstance(value, str):
        raise BadValue("wrong_type", f"{name} must be a decimal number or a text that holds one.")
    return value


@takes(type="string", pattern="^[Mm][Aa][Rr][Kk][Ee][Tt]$")
def order_type(value: object, name: str) -> str:
    """Read the type of an order, in any case."""
    found = lower_case(text(value, name))
    if found != "market":
        raise BadValue("unsupported_type", f"{name} must be market: other types are not available in this version.")
    return found


def slippage(decimals: int, unit: str) -> Reader:
    """Return the reader of a tolerance written in `unit`, `decimals` digits above basis points."""

    def read(value: object, name: str) -> int:
        return _whole(number_text(value, name), decimals, name, unit)

    return Reader(read, {"anyOf": [{"type": "number", "minimum": 0}, NUMBER_IN_TEXT], "description": unit})


def whole_number(least: int, most: int) -> Reader:
    """Return the reader of an integer from `least` to `most`."""

    def read(value: object, name: str) -> int:
        if isinstance(value, JsonNumber) and len(value) <= 10 and value.isdigit() and least <= int(value) <= most:
            return int(value)
        raise BadValue("out_of_range", f"{name} must be an integer from {least} to {most}.")

    return Reader(read, {"type": "integer", "minimum": least, "maximum": most})


@takes(type="string", pattern=f"^(?!{OWN_IDENTITY_PREFIX}){VISIBLE.pattern}$")
def visible_text(value: object, name: str) -> str:
    """Read an identity: 1 to 255 visible ASCII characters, not of our own making."""
    found = text(value, name)
    if not VISIBLE.fullmatch(found):
        raise BadValue("invalid_value", f"{name} must be 1 to 255 visible ASCII characters, without spaces.")
    if found.startswith(OWN_IDENTITY_PREFIX):
        raise BadValue("invalid_value", f"{name} must not begin with {OWN_IDENTITY_PREFIX}, which is reserved.")
    return found


def one_of(*words: str) -> Reader:
    """Return the reader of one of `words`, in any case."""

    def read(value: object, name: str) -> str:
        found = lower_case(text(value, name))
        if found not in words:
            raise BadValue("invalid_value", f"{name} must be one of: {', '.join(words)}.")
        return found

    any_case = "|".join("".join(f"[{letter.upper()}{letter}]" for letter in word) for word in words)
    return Reader(read, {"type": "string", "pattern": f"^(?:{any_case})$", "examples": list(words)})


def list_of(item: Reader, most: int) -> Reader:
    """Return the reader of a list of 1 to `most` values; duplicates count once, order does not matter."""

    def read(value: object, name: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise BadValue("wrong_type", f"{name} must be a list of 1 to {most} texts.")
        return tuple(sorted({item(entry, name) for entry in value}))

    return Reader(read, {"type": "array", "items": item.schema, "minItems": 1, "maxItems": most})


@takes(type="string", pattern=f"^{_ADDRESS.pattern}$")
def address(value: object, name: str) -> str:
    """Read a base58 address of 32 bytes."""
    found = text(value, name)
    if not _ADDRESS.fullmatch(found):
        raise BadValue("invalid_value", f"{name} must hold base58 addresses.")
    return found


@takes(type="string", pattern=f"^{_SCENARIO.pattern}$", description="Refused unless the stack has SCENARIOS=on.")
def scenario(value: object, name: str) -> str:
    """Read the name of a scripted behaviour."""
    found = text(value, name)
    if not _SCENARIO.fullmatch(found):
        raise BadValue("invalid_value", f"{name} must be a name listed in docs/scenarios.md.")
    return found


_SLIPPAGE_FAULTS: Final = {
    "not_a_number": ("not_a_number", "{name} must be a decimal number."),
    "negative": ("out_of_range", "{name} must not be negative."),
    "too_large": ("slippage_too_large", "{name} is far too large."),
    "too_precise": ("not_whole_bps", "{name} must come to whole basis points: at most {decimals} decimals ({unit})."),
}


def _whole(written: str, decimals: int, name: str, unit: str) -> int:
    try:
        return whole_units(written, decimals)
    except NotExact as error:
        code, detail = _SLIPPAGE_FAULTS[error.fault]
        raise BadValue(code, detail.format(name=name, decimals=decimals, unit=unit)) from None


_BPS: Final = slippage(0, "1 is 1 bps")
_PERCENT: Final = slippage(2, "percent: 0.5 is 50 bps")
_FRACTION: Final = slippage(4, "fraction of one: 0.005 is 50 bps")

PAIR_FIELDS: Final[Mapping[str, Field]] = {
    "tokenIn": Field({"tokenIn": token_name, "inputToken": token_name}, required=True),
    "tokenOut": Field({"tokenOut": token_name, "outputToken": token_name}, required=True),
    "amountIn": Field({"amountIn": number_text, "amount": number_text}, required=True),
    "maxLegs": Field({"maxLegs": whole_number(1, 16)}),
    "venues": Field({"venues": list_of(one_of(*sorted(VENUES)), 16)}),
    "excludePools": Field({"excludePools": list_of(address, 64)}),
    "maxPriceImpactBps": Field({"maxPriceImpactBps": whole_number(1, 10_000)}),
    "slippageBps": Field({"slippageBps": _BPS, "slippagePct": _PERCENT, "slippage": _FRACTION}),
    "scenario": Field({"scenario": scenario}),
}

ORDER_FIELDS: Final[Mapping[str, Field]] = {
    **PAIR_FIELDS,
    "type": Field({"type": order_type, "orderType": order_type}),
    "clientOrderId": Field({"clientOrderId": visible_text}),
    "quoteId": Field({"quoteId": visible_text}),
    "onStale": Field({"onStale": one_of("reject", "requote")}),
}
