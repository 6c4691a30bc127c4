"""JSON in and out without a float: fractions become Decimal, base units (texts on the wire) become int."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from tradewind_client.errors import UnexpectedAnswer

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_ANY: Final = msgspec.json.Decoder(float_hook=Decimal)

T = TypeVar("T")


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel", dict=True):
    """A value of the gateway's answers: immutable, snake_case here, camelCase on the wire; unknown fields ignored."""

    @property
    def document(self) -> bytes:
        """The JSON text this was read from, byte for byte; for a value made otherwise, the text of its fields."""
        return self.__dict__.get("text") or encode(self)


class Document(dict[str, Any]):
    """A JSON object of the gateway as a dictionary. Fractions are Decimal; base units stay texts."""

    document: bytes = b""


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
    return told_by(value, text)


def decode_each(texts: Iterable[msgspec.Raw], kind: type[T]) -> tuple[T, ...]:
    """Return the values of a list whose entries were left as texts, so that each keeps its own."""
    return tuple(decode(bytes(text), kind) for text in texts)


def told_by(value: T, text: bytes | str) -> T:
    """Return the value, which from now on gives `text` as its document."""
    if isinstance(value, Value):
        value.__dict__["text"] = text.encode() if isinstance(text, str) else text
    return value


def decode_object(text: bytes) -> Document:
    """Return a JSON object of any shape. Raises UnexpectedAnswer when the text holds none."""
    value = decode_any(text)
    if not isinstance(value, dict):
        raise UnexpectedAnswer("The answer is not a JSON object.")
    document = Document(value)
    document.document = text
    return document


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
