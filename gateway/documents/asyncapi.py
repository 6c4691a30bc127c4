"""GET /asyncapi.json: the streams as AsyncAPI 3, written from the same dialects, close codes and schemas."""

import functools
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.access.credentials import SUBPROTOCOL, TICKET_PREFIX
from gateway.documents.endpoints import BY_NAME
from gateway.documents.schema_parts import ORDER_ID
from gateway.documents.stream_schemas import frames
from gateway.edge.json_out import encode
from gateway.orders.dialects import FLAT, NESTED_CAPITALISED, NESTED_GREETING, Dialect
from servicekit.metrics import release

_HEADERS: Final = {"cache-control": "public, max-age=300"}
_AFTER: Final = {"type": "object", "properties": {"after": {"type": "integer", "minimum": 0}}}
_BY_QUERY: Final = {
    "type": "object",
    "properties": {"orderId": ORDER_ID, **_AFTER["properties"]},  # type: ignore[dict-item]  # a JSON schema is a dict of anything
    "required": ["orderId"],
}
_OFFERS: Final = {
    "type": "object",
    "properties": {
        "Authorization": {"type": "string", "description": "Bearer <key>, from programs."},
        "X-API-Key": {"type": "string", "description": "The key, in the other way."},
        "Sec-WebSocket-Protocol": {
            "type": "string",
            "description": f"From pages: {SUBPROTOCOL}, {TICKET_PREFIX}<ticket>; the gateway selects {SUBPROTOCOL}.",
        },
    },
}
# The endpoint, and the dialect it speaks (none: our own words).
SOCKETS: Final[Mapping[str, Dialect | None]] = {
    "orderEvents": None,
    "ordersSocket": NESTED_CAPITALISED,
    "executeSocket": NESTED_GREETING,
    "statusSocket": FLAT,
}
# Channel: the endpoint, its frame, and what is special about it.
SERVER_SENT: Final = {
    "orderEventsSse": ("getEvents", "Event", "The event's id is its sequence."),
    "pricesSse": ("getPrices", "PriceEvent", "First all prices, then what changed in a slot."),
}


async def show(request: Request) -> Response:
    """GET: the document."""
    return Response(_encoded(), 200, _HEADERS, "application/json")


@functools.cache
def _encoded() -> bytes:
    return encode(document())


def document() -> dict[str, Any]:
    """Return the document."""
    channels = {name: _socket(BY_NAME[name].path, dialect) for name, dialect in SOCKETS.items()}
    channels["streamSocket"] = _many_orders()
    channels |= {name: _stream(*described) for name, described in SERVER_SENT.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Tradewind streams", "version": release(), "description": _ABOUT},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            **{f"tell_{name}": _operation("send", name) for name in channels},
            "command_streamSocket": _operation("receive", "streamSocket"),
        },
        "components": {"schemas": frames()},
    }


def frame_of(dialect: Dialect | None) -> str:
    """Return the name of the schema that a dialect's frames have."""
    if dialect is None:
        return "Event"
    if dialect.shape == "flat":
        return "Flat"
    return "NestedWithGreeting" if dialect.greets else "Nested"


def _socket(address: str, dialect: Dialect | None) -> dict[str, Any]:
    left_out = f" Left out: {', '.join(sorted(dialect.left_out))}." if dialect else ""
    query = _AFTER if "{" in address else _BY_QUERY
    described = _channel(address, frame_of(dialect), f"WebSocket: one order's life, one event a frame.{left_out}")
    return {
        **described,
        "bindings": {"ws": {"method": "GET", "query": query, "headers": _OFFERS, "bindingVersion": "0.1.0"}},
    }


def _many_orders() -> dict[str, Any]:
    about = "WebSocket: many orders on one socket. Say what to follow; events and answers come as frames."
    described = _channel(BY_NAME["streamSocket"].path, "Event", about)
    for frame in ("Command", "Answer"):
        payload = {"$ref": f"#/components/schemas/{frame}"}
        described["messages"][frame.lower()] = {"name": frame, "payload": payload}
    return {**described, "bindings": {"ws": {"method": "GET", "headers": _OFFERS, "bindingVersion": "0.1.0"}}}


def _operation(action: str, channel: str) -> dict[str, Any]:
    told = "command" if action == "receive" else "frame"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{told}"}],
    }


def _stream(name: str, frame: str, about: str) -> dict[str, Any]:
    described = _channel(BY_NAME[name].path, frame, f"Server-sent events: GET with Accept: text/event-stream. {about}")
    return {**described, "bindings": {"http": {"bindingVersion": "0.3.0"}}}


def _channel(address: str, frame: str, about: str) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": address,
        "description": about,
        "messages": {"frame": {"name": frame, "payload": {"$ref": f"#/components/schemas/{frame}"}}},
    }
    if "{order_id}" in address:
        channel["parameters"] = {"order_id": {"description": "The order's id."}}
    return channel


_ABOUT: Final = (
    "What has happened is told first, then what happens: no gap, no duplicate, in order. Resume with `after`, or "
    "`Last-Event-ID` for server-sent events. A refused upgrade is a problem document, as in /openapi.json. "
    "Close codes: 1000 the order has ended; 1009 your message is above 16 KiB; 1011 the events cannot be had; "
    "1012 the gateway is shutting down; 4400 your message is not a JSON object; "
    "4401 your key was revoked or has expired; 4409 you read too slowly; 4429 you say too much. "
    "1011, 1012 and 4409 carry `resume=<sequence>` as their reason."
)
