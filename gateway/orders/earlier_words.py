"""The details of an event under the field names of earlier engines, which differ from the native names.

In that format the router's legs and quotes are in base units, tokens are mints, and a fill's shortfall is called
slippage. Values are copied as raw JSON, so that no digit changes. An event stored in this format stays as it is.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw

from gateway.edge.json_out import encode

Details = dict[str, Raw]

# The earlier name, and the native name that holds its value.
_TOKENS: Final = {"tokenIn": "tokenInMint", "tokenOut": "tokenOutMint"}
_OF_THE_ROUTER: Final = {
    **_TOKENS,
    "amountIn": "amountInBaseUnits",
    "amountOut": "amountOutBaseUnits",
    "fee": "feeBaseUnits",
    "feeToken": "feeTokenMint",
}
_PRICE_DIGITS: Final = 12
_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw] | None)
_OBJECTS: Final = msgspec.json.Decoder(list[dict[str, Raw]])


def in_earlier_words(status: str, details: Details) -> Details:
    """Return the details of an event with this status under the earlier names."""
    reword = _REWORDED.get(status)
    return reword(details) if reword else details


def _pending(details: Details) -> Details:
    return _without(_moved(details, _TOKENS), "amountInBaseUnits")


def _routing_complete(details: Details) -> Details:
    told = _without(details, "feeBaseUnits", "feeToken", "feeTokenMint")
    for name in ("route", "quotes"):
        if name in told:
            told[name] = Raw(encode([_moved(entry, _OF_THE_ROUTER) for entry in _OBJECTS.decode(told[name])]))
    runner_up = _OBJECT.decode(told["runnerUp"]) if "runnerUp" in told else None
    if runner_up is not None:
        told["runnerUp"] = Raw(encode(_moved(runner_up, _OF_THE_ROUTER)))
    return told


def _confirmed(details: Details) -> Details:
    told = _moved(details, {"slippageBps": "shortfallBps"})
    if "executedPrice" in told:
        price = Decimal(bytes(told["executedPrice"]).decode())
        told["executedPrice"] = Raw(f"{Decimal(f'{price:.{_PRICE_DIGITS}g}'):f}".encode())
    return told


def _moved(details: Details, names: Mapping[str, str]) -> Details:
    told = dict(details)
    for theirs, ours in names.items():
        if ours in told:
            told[theirs] = told.pop(ours)
    return told


def _without(details: Details, *names: str) -> Details:
    return {name: value for name, value in details.items() if name not in names}


def _cancelled(details: Details) -> Details:
    return _without(details, "attempts")


_REWORDED: Final[Mapping[str, Callable[[Details], Details]]] = {
    "pending": _pending,
    "routing_complete": _routing_complete,
    "confirmed": _confirmed,
    "cancelled": _cancelled,
}
