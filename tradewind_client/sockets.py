"""WebSockets to a gateway: opening, closing, and the meaning of failures."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidProxy, InvalidStatus

from tradewind_client.errors import Problem
from tradewind_client.network import is_loopback, without_socks
from tradewind_client.problems import PASSING, refusal, retry_after_seconds

# Close codes that a new connection would get again: a bad message, or an order that this account cannot see.
FINAL_CLOSES: Final[Mapping[int, str]] = {
    4400: "bad_message",
    4401: "unauthenticated",
    4403: "forbidden",
    4404: "order_not_found",
}

TROUBLE: Final = (OSError, TimeoutError, EOFError, ConnectionClosed, InvalidHandshake, InvalidProxy)


@asynccontextmanager
async def opened(url: str, headers: Mapping[str, str]) -> AsyncGenerator[ClientConnection, None]:
    """Yield an open socket and leave nothing of it behind. Raises one of TROUBLE."""
    proxy: Literal[True] | None = None if is_loopback(urlsplit(url).hostname or "") else True
    try:
        socket = await connect(url, additional_headers=headers, proxy=proxy)
    except ImportError as error:
        raise without_socks("python-socks[asyncio]") from error
    try:
        yield socket
    finally:
        try:
            await _leave(socket)
        finally:
            # A task that is cancelled during the closing handshake would leave the connection open.
            socket.transport.abort()


async def _leave(socket: ClientConnection) -> None:
    """Close, and drop what still comes: the answer to the close would stay hidden behind unread frames."""
    closing = asyncio.create_task(socket.close())
    try:
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
        await closing
    finally:
        closing.cancel()


def meaning(error: Exception) -> tuple[str, float]:
    """Return the name of a temporary failure and the seconds to wait. Raises the exception of a permanent one."""
    match error:
        case InvalidStatus(response=response):
            if response.status_code not in PASSING:
                raise refusal(response.status_code, bytes(response.body)) from error
            return f"HTTP {response.status_code}", retry_after_seconds(response.headers)
        case ConnectionClosed(rcvd=close) if close is not None:
            if close.code in FINAL_CLOSES:
                title = f"The gateway closed the stream with {close.code}"
                code, detail = FINAL_CLOSES[close.code], close.reason
                raise Problem(status=close.code - 4000, code=code, title=title, detail=detail) from error
            return f"closed with {close.code}", 0.0
    return str(error) or type(error).__name__, 0.0
