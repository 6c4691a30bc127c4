"""The rules that every JSON document of the native interface keeps: plain numbers, both forms of amounts, tokens."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

# Names of amounts in whole tokens.
AMOUNT: Final = re.compile(r"amount|.*Amount(In|Out)|amount(In|Out)|fee|(base|quote)Reserve")
# The tokens that an amount can be of: the mint stands beside it, or around it.
_TOKEN_OF: Final = {
    "amountIn": "tokenInMint",
    "amount": "tokenMint",
    "fee": "feeTokenMint",
    "baseReserve": "baseMint",
    "quoteReserve": "quoteMint",
}
# A price has 18 significant digits at most.
_PRICES: Final = re.compile(r"price|quotedPrice|executedPrice")
_DIGITS_MAX: Final = 18
# Names that the interface had before each name had one meaning.
GONE: Final = {"mintIn", "mintOut", "feeMint"}


class _Exponent(ValueError):
    """A number is not in plain notation."""


def _plain(text: str) -> Decimal:
    if "e" in text.lower():
        raise _Exponent(text)
    return Decimal(text)


def read_plain(text: str) -> Any:
    """Return a JSON document with every number as a Decimal. Raises ValueError for a number with an exponent."""
    return json.loads(text, parse_float=_plain, parse_int=_plain)


def faults_of(document: Any, decimals: Mapping[str, int], around: Mapping[str, Any] = {}, at: str = "") -> list[str]:
    """Return what breaks the rules, each with its place. `decimals` by mint; `around` names the tokens of a trade."""
    if isinstance(document, list):
        return [fault for n, entry in enumerate(document) for fault in faults_of(entry, decimals, around, f"{at}/{n}")]
    if not isinstance(document, dict):
        return []
    known = {**around, **{name: value for name, value in document.items() if name.endswith("Mint")}}
    found = [f"{at}/{name}: {fault}" for name in document for fault in _faults(name, document, known, decimals)]
    return found + [
        fault for name, value in document.items() for fault in faults_of(value, decimals, known, f"{at}/{name}")
    ]


def _faults(name: str, document: Mapping[str, Any], known: Mapping[str, Any], decimals: Mapping[str, int]) -> list[str]:
    value = document[name]
    faults = ["is a name of an earlier release"] if name in GONE else []
    if AMOUNT.fullmatch(name):
        faults += _amount_faults(name, document, known, decimals)
    if name.endswith("BaseUnits") and name.removesuffix("BaseUnits") not in document:
        faults.append("has no whole tokens beside it")
    if name == "fee" and not document.keys() >= {"feeToken", "feeTokenMint"}:
        faults.append("has no feeToken")
    if name in ("tokenIn", "tokenOut", "feeToken") and f"{name}Mint" not in document:
        faults.append("has no mint beside it")
    if name == "attempts" and not isinstance(value, Decimal):
        faults.append("is no number")
    if name == "priceImpactBps" and value is not None and not 0 <= value <= 10_000:
        faults.append(f"{value} is no part of a price")
    if _PRICES.fullmatch(name) and value is not None and len(value.normalize().as_tuple().digits) > _DIGITS_MAX:
        faults.append(f"{value} has too many digits")
    if name == "failureReason" and document.get("status") == "confirmed" and value is not None:
        faults.append("a confirmed order has not failed")
    return faults


def _amount_faults(
    name: str, document: Mapping[str, Any], known: Mapping[str, Any], decimals: Mapping[str, int]
) -> list[str]:
    whole, units = document[name], document.get(f"{name}BaseUnits", "none")
    if whole is None and units is None:
        return []
    if not isinstance(whole, Decimal) or not isinstance(units, str) or not re.fullmatch(r"0|[1-9][0-9]*", units):
        return [f"{whole!r} and {units!r} are not a number and its base units as a text"]
    mint = known.get(_TOKEN_OF.get(name, "tokenOutMint"))
    if mint is None:
        return ["nothing says of which token"]
    if whole.scaleb(decimals[mint]) != int(units):
        return [f"{whole} and {units} differ"]
    return []
