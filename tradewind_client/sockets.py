"""WebSockets to a gateway: how one is opened and left, and what it means when one fails."""

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

# Asked again, the gateway would say the same: it did not understand us, or the order is not ours to see.
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
            # Who leaves during the closing handshake would leave an open line behind.
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
    """Return what to call a failure that may pass, and the seconds to wait. Raises what it means when it will not."""
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
