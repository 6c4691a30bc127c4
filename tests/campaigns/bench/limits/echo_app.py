"""A bare ASGI application: answers what the gateway answers, and does nothing for it."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

_ORDER = "0" * 36
_RECEIPT = json.dumps({"orderId": _ORDER, "status": "pending", "links": {"padding": "x" * 320}}).encode()
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_RECEIPT)).encode())]
_STATUSES = ("pending", "routing", "routing_complete", "building", "submitted", "confirmed")
_FRAMES = [
    json.dumps({"orderId": _ORDER, "sequence": number, "status": status, "details": {"padding": "x" * 250}})
    for number, status in enumerate(_STATUSES, 1)
]

Message = MutableMapping[str, Any]


async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Any]) -> None:
    """Answer a request after reading it; send an order's six frames on a socket."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 202, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _RECEIPT})
        return
    await receive()
    await send({"type": "websocket.accept", "headers": []})
    for frame in _FRAMES:
        await send({"type": "websocket.send", "text": frame})
    await send({"type": "websocket.close", "code": 1000})
