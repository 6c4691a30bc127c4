"""The JSON that this gateway accepts: UTF-8, no duplicate names, no NaN, bounded depth, numbers kept as written."""

import json
from typing import Final, NoReturn, TypeAlias

from servicekit.errors import Rejected

DEPTH_MAX: Final = 6

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | JsonNumber | str | bool | None"


class JsonNumber(str):
    """A number exactly as the client wrote it, so that no digit is lost and no exponent computed."""

    __slots__ = ()


def parse_json(body: bytes) -> JsonValue:
    """Return the value of a JSON text. Raises Rejected("MALFORMED_REQUEST") with the position of the mistake."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is not valid JSON: line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _malformed(f"The body is nested deeper than {DEPTH_MAX} levels.") from None
    _check_depth(value)
    if "\\u" in text:
        _check_surrogates(value)
    return value


def parse_json_object(body: bytes) -> dict[str, JsonValue]:
    """Return the object of a JSON text. Raises Rejected("MALFORMED_REQUEST") for anything else."""
    value = parse_json(body)
    if not isinstance(value, dict):
        raise _malformed("The body must be a JSON object.")
    return value


def _malformed(detail: str) -> Rejected:
    return Rejected("MALFORMED_REQUEST", detail)


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"The body is not valid JSON: {name} is not a JSON number.")


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _malformed(f"The body names {name[:64]!a} twice in one object.")
            seen.add(name)
    return found


def _check_depth(value: JsonValue) -> None:
    level: list[JsonValue] = [value]
    for _ in range(DEPTH_MAX):
        deeper: list[JsonValue] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        if not deeper:
            return
        level = deeper
    raise _malformed(f"The body is nested deeper than {DEPTH_MAX} levels.")


def _check_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _malformed("A text in the body holds half of a surrogate pair.") from None


_DECODER: Final = json.JSONDecoder(
    parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=_refuse_constant, object_pairs_hook=_unique
)
