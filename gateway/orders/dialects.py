"""The formats of earlier engines, as data: statuses left out, statuses renamed, the shape of a frame.

Frames are cut and joined as raw JSON: no number is read, so none can change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec
from msgspec import Raw

from gateway.edge.json_out import encode
from gateway.orders.earlier_words import Details, in_earlier_words

Edit = Callable[[Details], Details]


class NativeFrame(msgspec.Struct):
    """An event as it is stored; details stay unread."""

    orderId: Raw  # noqa: N815 - the wire's name
    sequence: int
    status: str
    details: Details
    timestamp: Raw


@dataclass(frozen=True, slots=True)
class Dialect:
    """One earlier engine's frames of an order's events. `edits` reshape the details of each native status."""

    name: str
    shape: Literal["nested", "flat"]
    left_out: frozenset[str]
    edits: Mapping[str, Edit] = field(default_factory=dict)
    greets: bool = False


_FRAME: Final = msgspec.json.Decoder(NativeFrame)
_TEXT: Final = msgspec.json.Decoder(str)

# The earlier engines have no status for a cancelled order.
_RENAMED: Final = {"cancelled": "failed"}


class Narrator:
    """Writes one order's events in a dialect. It keeps the routing decision, for dialects that send it later."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._decision: Details | None = None

    def tell(self, payload: str) -> str | None:
        """Return the frame for a stored event, or None when the dialect leaves its status out."""
        event = _FRAME.decode(payload)
        if event.status == "routing_complete":
            self._decision = in_earlier_words(event.status, event.details)
        if event.status in self._dialect.left_out:
            return None
        return encode(self._frame(event)).decode()

    def _frame(self, event: NativeFrame) -> dict[str, object]:
        details = self._details(event)
        status = _RENAMED.get(event.status, event.status)
        if self._dialect.shape == "flat":
            return {"orderId": event.orderId, "status": status, **details, "timestamp": event.timestamp}
        return {"orderId": event.orderId, "status": status, "details": details, "timestamp": event.timestamp}

    def _details(self, event: NativeFrame) -> Details:
        details = in_earlier_words(event.status, event.details)
        if event.status == "cancelled":
            details = {"reason": Raw(encode(event.status)), **details}
        if event.status == "building" and self._decision and "routing_complete" in self._dialect.left_out:
            details = {**details, "decision": Raw(encode(self._decision))}
        edit = self._dialect.edits.get(event.status)
        return edit(details) if edit else details


def greeting(order_id: str, timestamp: str) -> str:
    """Return the frame that some dialects send before any event."""
    return encode({"orderId": order_id, "status": "connected", "details": {}, "timestamp": timestamp}).decode()


def _only(*names: str) -> Edit:
    def edit(details: Details) -> Details:
        return {name: details[name] for name in names if name in details}

    return edit


def _capital_dex(then: Edit) -> Edit:
    def edit(details: Details) -> Details:
        if "dex" in details:
            details = {**details, "dex": Raw(encode(_TEXT.decode(details["dex"]).capitalize()))}
        return then(details)

    return edit


def _chosen(details: Details) -> Details:
    """The venue is called `chosen`."""
    return {**details, "chosen": details["dex"]} if "dex" in details else details


def _branded_hash(details: Details) -> Details:
    """The signature carries its venue in front: RAYDIUM-<signature>."""
    if "dex" not in details or "txHash" not in details:
        return details
    venue, signature = _TEXT.decode(details["dex"]), _TEXT.decode(details["txHash"])
    return {**details, "txHash": Raw(encode(f"{venue.upper()}-{signature}"))}


NESTED_CAPITALISED: Final = Dialect(
    name="/ws/orders",
    shape="nested",
    left_out=frozenset({"building"}),
    edits={
        "routing": _only(),
        "routing_complete": _capital_dex(_only("dex", "amountOut", "fee")),
        "submitted": _capital_dex(_only("dex")),
        "confirmed": _only("txHash", "amountOut"),
    },
)
NESTED_GREETING: Final = Dialect(
    name="/api/orders/execute", shape="nested", left_out=frozenset({"routing_complete"}), greets=True
)
FLAT: Final = Dialect(
    name="/api/orders/status",
    shape="flat",
    left_out=frozenset({"routing_complete"}),
    edits={"building": _chosen, "confirmed": _branded_hash},
)
