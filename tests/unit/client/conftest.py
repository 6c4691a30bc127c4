"""A gateway that does as it is told: streams that break where the test says, and snapshots of its orders."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tradewind_client import RetryPolicy

ENDS_AT = 6
STATUSES = ("pending", "routing", "routing_complete", "building", "submitted", "confirmed")


@dataclass(frozen=True)
class Episode:
    """One connection: the sequences it tells, then a close code, or a cut line with `close` None.

    A deaf one hears nothing, not even that the client leaves, until `FakeGateway.listens` is set.
    """

    tells: tuple[int, ...] = ()
    close: int | None = None
    deaf: bool = False
    refused: int | None = None
    retry_after: str = ""


@dataclass
class FakeGateway:
    """Serves episodes in their order; the last one again and again."""

    port: int = 0
    episodes: list[Episode] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    order: dict[str, Any] | None = None
    listens: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plays(self, *episodes: Episode) -> None:
        self.episodes = list(episodes)

    async def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        if "upgrade" not in {name.lower() for name in request.headers}:
            return problem(404, "order_not_found") if self.order is None else respond(200, self.order)
        self.asked.append(int(parse_qs(urlsplit(request.path).query)["after"][0]))
        episode = self.episodes[0]
        if episode.refused is None:
            return None
        self._next()
        return problem(episode.refused, "order_not_found" if episode.refused == 404 else "unavailable", episode)

    async def tell(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        order_id = urlsplit(connection.request.path).path.split("/")[3]
        episode = self._next()
        if episode.deaf:
            connection.transport.pause_reading()
        for sequence in episode.tells:
            await connection.send(frame(order_id, sequence))
        if episode.deaf:
            await self.listens.wait()
            connection.transport.resume_reading()
        if episode.close is None:
            connection.transport.abort()
        else:
            await connection.close(episode.close)

    def _next(self) -> Episode:
        return self.episodes.pop(0) if len(self.episodes) > 1 else self.episodes[0]


def frame(order_id: str, sequence: int) -> str:
    """Return an event as the gateway writes it."""
    status = STATUSES[min(sequence, ENDS_AT) - 1]
    return json.dumps(
        {
            "orderId": order_id,
            "sequence": sequence,
            "status": status,
            "details": {},
            "timestamp": "2026-01-31T12:00:00.123Z",
        }
    )


def respond(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return an HTTP answer of JSON."""
    content = json.dumps(body).encode()
    wire = Headers({"content-type": "application/json", "content-length": str(len(content)), "connection": "close"})
    wire.update(headers or {})
    return Response(status, HTTPStatus(status).phrase, wire, content)


def problem(status: int, code: str, episode: Episode | None = None) -> Response:
    """Return a problem document."""
    headers = {"retry-after": episode.retry_after} if episode and episode.retry_after else {}
    return respond(status, {"status": status, "code": code, "title": code}, headers)


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    fake = FakeGateway()
    server: Server
    async with serve(fake.tell, "127.0.0.1", 0, process_request=fake.answer, close_timeout=1) as server:
        fake.port = next(iter(server.sockets)).getsockname()[1]
        yield fake
    await asyncio.sleep(0)


@pytest.fixture
def hasty() -> RetryPolicy:
    """As the default, a hundred times faster."""
    return RetryPolicy(
        tries_max=4,
        seconds_max=1.5,
        first_pause_seconds=0.001,
        longest_pause_seconds=0.01,
        stream_seconds_max=0.3,
    )


@pytest.fixture
def episode() -> Callable[..., Episode]:
    return Episode


@pytest.fixture
def snapshot() -> Callable[[str, int], dict[str, Any]]:
    def make(status: str, version: int) -> dict[str, Any]:
        times = {"createdAt": "2026-01-31T12:00:00.123Z", "updatedAt": "2026-01-31T12:00:01Z"}
        amounts = {"amountIn": 1.5, "amountInBaseUnits": "1500000000", "slippageBps": 50}
        names = {"orderId": "o-1", "tokenIn": "SOL", "tokenOut": "USDC"}
        return {"status": status, "version": version, **names, **amounts, **times}

    return make
