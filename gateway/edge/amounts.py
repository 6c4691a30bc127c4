"""Decimal text to integers and back, exactly: digits are counted before anything is computed."""

import re
from typing import Final, Literal

U64_MAX: Final = 2**64 - 1
TEXT_MAX: Final = 64
# Beyond this many zeros no factor matters: the result is above u64, or has lost decimals.
_SHIFT_MAX: Final = 400

_NUMBER: Final = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?")
# The same as a JSON schema, for a number in a text.
NUMBER_IN_TEXT: Final = {"type": "string", "pattern": f"^{_NUMBER.pattern}$", "maxLength": TEXT_MAX}

Fault = Literal["not_a_number", "negative", "too_precise", "too_large"]


class NotExact(ValueError):
    """The text is not a whole number of units; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def whole_units(text: str, decimals: int) -> int:
    """Return `text * 10**decimals`, an integer from 0 to 2**64 - 1.

    `text` is a number by JSON's grammar. Nothing is rounded: raises NotExact when the result is not whole, is
    negative or is too large. Costs the same for 1e308 as for 1.
    """
    match = _NUMBER.fullmatch(text) if len(text) <= TEXT_MAX else None
    if match is None:
        raise NotExact("too_large" if len(text) > TEXT_MAX and text.isdigit() else "not_a_number")
    sign, whole, fraction, exponent = match.groups()
    digits = int(whole + (fraction or ""))
    if digits == 0:
        return 0
    if sign:
        raise NotExact("negative")
    return _shifted(digits, int(exponent or 0) - len(fraction or "") + decimals)


def _shifted(digits: int, shift: int) -> int:
    if shift > _SHIFT_MAX:
        raise NotExact("too_large")
    if shift < -_SHIFT_MAX:
        raise NotExact("too_precise")
    scale: int = 10 ** abs(shift)
    units, rest = (digits * scale, 0) if shift >= 0 else divmod(digits, scale)
    if rest:
        raise NotExact("too_precise")
    if units > U64_MAX:
        raise NotExact("too_large")
    return units


def decimal_text(units: int, decimals: int) -> str:
    """Return `units / 10**decimals` as the shortest plain decimal, without exponent: 1500000000, 9 -> 1.5."""
    if decimals == 0:
        return str(units)
    digits = str(units).rjust(decimals + 1, "0")
    whole, fraction = digits[:-decimals], digits[-decimals:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
