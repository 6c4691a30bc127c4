"""Reading pool states from JSON: each field with its range, refused with INVALID_STATE outside of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from pools.errors import PoolError, PoolErrorReason

_DIGITS_MAX: Final = 40
"""A u128 has at most 39 digits; a sign is the fortieth character."""


def invalid_state(detail: str) -> PoolError:
    """Return the error INVALID_STATE with this detail."""
    return PoolError(PoolErrorReason.INVALID_STATE, detail)


def require_range(name: str, value: int, low: int, high: int) -> None:
    """Raise INVALID_STATE unless low <= value <= high."""
    if not low <= value <= high:
        raise invalid_state(f"{name} is {value}, outside of {low} to {high}")


def read_int(fields: Mapping[str, object], name: str, default: int | None = None) -> int:
    """Return an integer field, written as a JSON number or a decimal string; absent or null means the default."""
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if isinstance(value, bool):
        raise invalid_state(f"{name} is not an integer")
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) <= _DIGITS_MAX and value.removeprefix("-").isdecimal():
        return int(value)
    raise invalid_state(f"{name} is not an integer")


def read_bool(fields: Mapping[str, object], name: str, default: bool) -> bool:
    """Return a boolean field; absent or null means the default."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid_state(f"{name} is not true or false")
    return value


def read_object(value: object, name: str) -> Mapping[str, object]:
    """Return a JSON object."""
    if not isinstance(value, Mapping):
        raise invalid_state(f"{name} is not an object")
    return value


def read_list(fields: Mapping[str, object], name: str) -> Sequence[object]:
    """Return a list field."""
    value = fields.get(name)
    if not isinstance(value, list | tuple):
        raise invalid_state(f"{name} is not a list")
    return value
