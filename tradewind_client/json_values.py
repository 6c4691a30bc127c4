"""JSON in and out without a float: fractions become Decimal, base units (texts on the wire) become int."""

from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from tradewind_client.errors import UnexpectedAnswer

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_ANY: Final = msgspec.json.Decoder(float_hook=Decimal)

T = TypeVar("T")


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A value of the gateway's answers: immutable, snake_case here, camelCase on the wire; unknown fields ignored."""


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    # Not strict: base units travel as texts, because most JSON readers have no integers of 64 bits.
    return msgspec.json.Decoder(kind, strict=False, float_hook=Decimal)


def encode(value: Any) -> bytes:
    """Return the JSON text of a value; a Decimal is written digit for digit."""
    return _ENCODER.encode(value)


def decode(text: bytes | str, kind: type[T]) -> T:
    """Return the value of a JSON text. Raises UnexpectedAnswer when the text does not hold such a value."""
    try:
        value: T = _decoder(kind).decode(text)  # type: ignore[arg-type]  # a class is hashable; mypy doubts type[T]
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"The answer is not what this client knows: {error}.") from error
    return value


def decode_any(text: bytes | str) -> Any:
    """Return the value of a JSON text of any shape. Raises UnexpectedAnswer when it is not JSON."""
    try:
        return _ANY.decode(text)
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"The answer is not JSON: {error}.") from error


def converted(value: Any, kind: type[T]) -> T:
    """Return a decoded JSON value as a typed one. Raises UnexpectedAnswer when it does not fit."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(f"The answer is not what this client knows: {error}.") from error
