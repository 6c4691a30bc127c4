"""The frame of server-sent events: headers, keep-alive, and the client that leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive, Scope, Send

from gateway.edge.negotiation import asks_for

KEEP_ALIVE_SECONDS: Final = 15.0
KEEP_ALIVE: Final = b": keep-alive\n\n"

EVENT_STREAM: Final = b"text/event-stream; charset=utf-8"

_HEADERS: Final = [
    (b"content-type", EVENT_STREAM),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def wants_stream(scope: Scope) -> bool:
    """True when the client asks for server-sent events."""
    return asks_for(scope, "text/event-stream", rather_than="application/json")


async def begin(send: Send) -> None:
    """Send the headers."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})


async def write(send: Send, text: bytes) -> None:
    """Send some events."""
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def end(send: Send) -> None:
    """End the stream."""
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def on_leave(receive: Receive, leave: Callable[[], object]) -> AsyncIterator[None]:
    """Call `leave` when the client goes away while the body runs."""
    listener = asyncio.create_task(_listen(receive, leave))
    try:
        yield
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def _listen(receive: Receive, leave: Callable[[], object]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    leave()
