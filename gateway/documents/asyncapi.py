"""GET /asyncapi.json: the streams as AsyncAPI 3, written from the same dialects, close codes and schemas."""

import functools
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.access.credentials import SUBPROTOCOL, TICKET_PREFIX
from gateway.documents.endpoints import BY_NAME
from gateway.documents.schema_parts import COUNT, TEXT, Schema, word
from gateway.documents.stream_schemas import frames
from gateway.documents.words import WORDS
from gateway.edge.json_out import encode
from gateway.orders.dialects import FLAT, NESTED_CAPITALISED, NESTED_GREETING, Dialect
from servicekit.metrics import release

_HEADERS: Final = {"cache-control": "public, max-age=300"}
_PORT: Final = "127.0.0.1:3000"
_AFTER: Final[Schema] = word("Last sequence you have; events follow behind it.", COUNT, 3)
_HERE: Final[Schema] = {"type": "object", "properties": {"after": _AFTER}}
_BY_QUERY: Final[Schema] = {
    "type": "object",
    "properties": {"orderId": WORDS["orderId"], "after": _AFTER},
    "required": ["orderId"],
}
_OFFERS: Final[Schema] = {
    "type": "object",
    "properties": {
        "Authorization": word("From programs.", TEXT, "Bearer tw_<id>_<secret>"),
        "X-API-Key": word("The key, in the other way.", TEXT, "tw_<id>_<secret>"),
        "Sec-WebSocket-Protocol": word(
            f"From pages, with a ticket; the gateway selects {SUBPROTOCOL}.",
            TEXT,
            f"{SUBPROTOCOL}, {TICKET_PREFIX}<ticket>",
        ),
    },
}
# The endpoint and its dialect (None: the native format).
SOCKETS: Final[Mapping[str, Dialect | None]] = {
    "orderEvents": None,
    "ordersSocket": NESTED_CAPITALISED,
    "executeSocket": NESTED_GREETING,
    "statusSocket": FLAT,
}
_BY_GET: Final = {"method": "GET", "bindingVersion": "0.3.0"}
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
        "info": {
            "title": "Tradewind streams",
            "version": release(),
            "description": _ABOUT,
            "contact": {"name": "Whoever runs this gateway"},
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": "streams", "description": "What happens to orders and prices, as it happens."}],
        },
        "servers": {protocol: _server(protocol) for protocol in ("ws", "http")},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            **{f"tell_{name}": _operation("send", name, channel) for name, channel in channels.items()},
            "command_streamSocket": _operation("receive", "streamSocket", channels["streamSocket"]),
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
    query = _HERE if "{" in address else _BY_QUERY
    described = _channel(address, frame_of(dialect), f"WebSocket: one order's life, one event a frame.{left_out}")
    return {
        **described,
        "servers": [{"$ref": "#/servers/ws"}],
        "bindings": {"ws": {"method": "GET", "query": query, "headers": _OFFERS, "bindingVersion": "0.1.0"}},
    }


def _many_orders() -> dict[str, Any]:
    about = "WebSocket: many orders on one socket. Say what to follow; events and answers come as frames."
    described = _channel(BY_NAME["streamSocket"].path, "Event", about)
    for frame in ("Command", "Answer"):
        payload = {"$ref": f"#/components/schemas/{frame}"}
        described["messages"][frame.lower()] = {"name": frame, "payload": payload}
    return {
        **described,
        "servers": [{"$ref": "#/servers/ws"}],
        "bindings": {"ws": {"method": "GET", "headers": _OFFERS, "bindingVersion": "0.1.0"}},
    }


def _operation(action: str, name: str, channel: Mapping[str, Any]) -> dict[str, Any]:
    """Return the operation of a channel: the gateway receives commands, and sends all other messages."""
    told = [message for message in channel["messages"] if (message == "command") is (action == "receive")]
    described = {
        "action": action,
        "summary": "Commands of the client." if action == "receive" else "What the gateway tells.",
        "description": channel["description"],
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{message}"} for message in told],
    }
    # A channel of HTTP has no binding by the specification: the operation says how it is asked for.
    return described | ({"bindings": {"http": _BY_GET}} if name in SERVER_SENT else {})


def _server(protocol: str) -> dict[str, Any]:
    return {
        "host": "{address}",
        "protocol": protocol,
        "description": f"Host and port of the gateway; {protocol}s behind a proxy that ends TLS.",
        "variables": {"address": {"default": _PORT, "description": "Host and port."}},
    }


def _stream(name: str, frame: str, about: str) -> dict[str, Any]:
    described = _channel(BY_NAME[name].path, frame, f"Server-sent events: GET with Accept: text/event-stream. {about}")
    return {
        **described,
        "servers": [{"$ref": "#/servers/http"}],
        "bindings": {},
    }


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
