"""An event in the words of an earlier engine, as it published them: flat, with `chosen` and a branded hash.

The gateway's sockets speak the same dialect with a routing decision beside it; a test holds the two together.
"""

from typing import Final

import msgspec
from msgspec import Raw

from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderStatus

_S = OrderStatus
_ENCODER: Final = msgspec.json.Encoder()
_RENAMED: Final = {_S.OPEN: _S.PENDING, _S.CANCELLED: _S.FAILED, _S.EXPIRED: _S.FAILED}


class _Frame(msgspec.Struct):
    details: dict[str, Raw]
    timestamp: Raw


_DECODER: Final = msgspec.json.Decoder(_Frame)


def flat_frame(event: StoredEvent) -> bytes | None:
    """Return the frame of an event as JSON text, amounts digit for digit; None for what it had no word for."""
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
        case _S.BUILDING:
            return {**details, "chosen": details["dex"]}
        case _S.CONFIRMED:
            venue, signature = (msgspec.json.decode(details[name], type=str) for name in ("dex", "txHash"))
            return {**details, "txHash": f"{venue.upper()}-{signature}"}
        case _S.CANCELLED | _S.EXPIRED:
            return {"reason": status.value, **details}
    return {**details}
