"""Amounts and prices as JSON shows them: numbers in plain notation, the same from every service.

No number has an exponent (`1E-7`), because some readers of JSON refuse one and people misread it. An amount always
comes in both forms: whole tokens as a number under its plain name, base units as a text under `...BaseUnits`.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

import msgspec

PRICE_DIGITS: Final = 18
"""Significant digits that a price has at most."""
_PRICES: Final = Context(prec=PRICE_DIGITS, rounding=ROUND_HALF_EVEN)


def token_text(units: int, decimals: int) -> str:
    """Return base units as whole tokens, exactly: `units / 10**decimals` as the shortest plain decimal."""
    if decimals == 0:
        return str(units)
    digits = str(units).rjust(decimals + 1, "0")
    whole, fraction = digits[:-decimals], digits[-decimals:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def amount(name: str, units: int | None, decimals: int) -> dict[str, Any]:
    """Return the members of an amount: whole tokens under its name, base units beside it; None is null in both."""
    if units is None:
        return {name: None, f"{name}BaseUnits": None}
    return {name: msgspec.Raw(token_text(units, decimals)), f"{name}BaseUnits": str(units)}


def price_text(numerator: int, denominator: int, shift: int = 0) -> str:
    """Return `numerator / denominator * 10**shift` as a plain decimal of at most PRICE_DIGITS significant digits.

    Rounds once, half to even, and drops trailing zeros.
    """
    quotient = _PRICES.divide(Decimal(numerator), Decimal(denominator)).scaleb(shift, _PRICES)
    return f"{quotient.normalize(_PRICES):f}"


def price(bought: int, decimals_bought: int, sold: int, decimals_sold: int) -> msgspec.Raw:
    """Return the whole tokens bought for one whole token sold, as a JSON number. Amounts in base units, above zero."""
    return msgspec.Raw(price_text(bought, sold, decimals_sold - decimals_bought))


def plain(number: Decimal) -> msgspec.Raw:
    """Return a decimal as a JSON number, digit for digit, without exponent."""
    return msgspec.Raw(f"{number:f}")
