"""An event in an earlier engine's format: flat, with `chosen`, tokens as mints, the venue in front of the signature.

The gateway's sockets use the same format and add the routing decision; a test compares the two.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw

from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderStatus

_S = OrderStatus
_ENCODER: Final = msgspec.json.Encoder()
_RENAMED: Final = {_S.CANCELLED: _S.FAILED}
# The format's name of a value, and ours.
_PENDING: Final = {"tokenIn": "tokenInMint", "tokenOut": "tokenOutMint"}
_CONFIRMED: Final = {"slippageBps": "shortfallBps"}
_PRICE_DIGITS: Final = 12


class _Frame(msgspec.Struct):
    details: dict[str, Raw]
    timestamp: Raw


_DECODER: Final = msgspec.json.Decoder(_Frame)


def flat_frame(event: StoredEvent) -> bytes | None:
    """Return the event's frame as JSON text, with unchanged digits; None for a status that the format does not have."""
    if event.status is _S.ROUTING_COMPLETE:
        return None
    frame = _DECODER.decode(event.payload)
    status = _RENAMED.get(event.status, event.status)
    details = _details(event.status, frame.details)
    return _ENCODER.encode(
        {"orderId": str(event.order_id), "status": status.value, **details, "timestamp": frame.timestamp}
    )


def _details(status: OrderStatus, details: dict[str, Raw]) -> dict[str, object]:
    match status:
        case _S.PENDING:
            return {name: value for name, value in _moved(details, _PENDING).items() if name != "amountInBaseUnits"}
        case _S.BUILDING:
            return {**details, "chosen": details["dex"]}
        case _S.CONFIRMED:
            venue, signature = (msgspec.json.decode(details[name], type=str) for name in ("dex", "txHash"))
            price = Decimal(bytes(details["executedPrice"]).decode())
            shown = Raw(f"{Decimal(f'{price:.{_PRICE_DIGITS}g}'):f}".encode())
            told = {"executedPrice": shown, "txHash": f"{venue.upper()}-{signature}"}
            return {**_moved(details, _CONFIRMED), **told}
        case _S.CANCELLED:
            return {"reason": status.value}
    return {**details}


def _moved(details: dict[str, Raw], names: Mapping[str, str]) -> dict[str, Raw]:
    told = dict(details)
    for theirs, ours in names.items():
        if ours in told:
            told[theirs] = told.pop(ours)
    return told
