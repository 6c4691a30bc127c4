"""An account behind a gateway that can be cut at any frame: listing, histories and /api/stream, told from one list."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.unit.client.conftest import ENDS_AT, STATUSES, frame, problem, respond

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
AMOUNTS = {"amountIn": 1.5, "amountInBaseUnits": "1500000000", "slippageBps": 50, "tokenIn": "SOL", "tokenOut": "USDC"}


@dataclass(eq=False)
class Line:
    """One open socket: what it follows, and the frames on their way."""

    follows: dict[str, int] = field(default_factory=dict)
    everything: bool = False
    # None: the client has left. A number: close with it.
    frames: asyncio.Queue[dict[str, Any] | str | int | None] = field(default_factory=asyncio.Queue)


@dataclass
class FakeAccount:
    """Orders by their number of events. `cuts` says after how many frames each socket ends, and with which code."""

    port: int = 0
    orders: dict[str, int] = field(default_factory=dict)
    born: dict[str, datetime] = field(default_factory=dict)
    cuts: list[tuple[int, int | None]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    # Frames to send instead of an answer to the next command.
    answers: list[dict[str, Any]] = field(default_factory=list)
    # Events that no stream tells; histories do, unless they are forgotten there as well.
    unheard: set[tuple[str, int]] = field(default_factory=set)
    forgotten: set[tuple[str, int]] = field(default_factory=set)
    refuses_histories: int = 0
    opened: int = 0
    lines: set[Line] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, order_id: str, events: int = 0) -> str:
        """Let an order be born a second after the one before."""
        self.born[order_id] = START + timedelta(seconds=len(self.born))
        self.orders[order_id] = 0
        for _ in range(events):
            self.happen(order_id)
        return order_id

    def happen(self, order_id: str) -> None:
        """Let an order's next event happen, and tell whoever follows it."""
        self.orders[order_id] += 1
        for line in self.lines:
            if line.everything or order_id in line.follows:
                self._tell(line, order_id, self.orders[order_id])

    def cut(self, code: int) -> None:
        """End every socket once it has sent what it has."""
        for line in self.lines:
            line.frames.put_nowait(code)

    async def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no WebSocket."""
        parts = urlsplit(request.path)
        if parts.path == "/api/stream":
            return None
        query = parse_qs(parts.query)
        if parts.path == "/api/orders":
            return respond(200, {"orders": self._listed(query), "nextPageToken": None})
        if self.refuses_histories:
            self.refuses_histories -= 1
            return problem(503, "unavailable")
        order_id, after = parts.path.split("/")[3], int(query["after"][0])
        told = range(after + 1, self.orders[order_id] + 1)
        kept = [json.loads(self.event(order_id, n)) for n in told if (order_id, n) not in self.forgotten]
        return respond(200, {"orderId": order_id, "events": kept})

    def event(self, order_id: str, sequence: int) -> str:
        """Return an event; the first one has the order's birth as its time."""
        at = self.born[order_id] + timedelta(milliseconds=sequence - 1)
        return json.dumps({**json.loads(frame(order_id, sequence)), "timestamp": at.isoformat()})

    async def serve(self, socket: ServerConnection) -> None:
        """Serve one socket of /api/stream until it is cut or left."""
        self.opened += 1
        line = Line()
        listener = asyncio.create_task(self._listen(socket, line))
        frames, code = self.cuts.pop(0) if self.cuts else (1_000_000, None)
        try:
            for _ in range(frames):
                said = await line.frames.get()
                if said is None or isinstance(said, int):
                    code = said
                    break
                await socket.send(said if isinstance(said, str) else json.dumps(said))
            if code is None:
                socket.transport.abort()
            else:
                await socket.close(code)
        except ConnectionClosed:
            pass
        finally:
            self.lines.discard(line)
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def _listen(self, socket: ServerConnection, line: Line) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                self._obey(line, json.loads(await socket.recv()))
        line.frames.put_nowait(None)

    def _obey(self, line: Line, command: dict[str, Any]) -> None:
        self.commands.append(command)
        self.lines.add(line)
        if self.answers:
            line.frames.put_nowait(self.answers.pop(0))
        elif command.get("all"):
            line.everything = True
            positions = {order_id: n for order_id, n in self.orders.items() if n < ENDS_AT}
            line.frames.put_nowait({"op": "subscribed", "all": True, "positions": positions})
        else:
            self._follow(line, command)

    def _follow(self, line: Line, command: dict[str, Any]) -> None:
        known = [order_id for order_id in command["orderIds"] if order_id in self.orders]
        line.frames.put_nowait({"op": "subscribed", "orderIds": known})
        for order_id in command["orderIds"]:
            if order_id not in self.orders:
                refusal = {"op": "error", "code": "order_not_found", "detail": "no such order", "orderId": order_id}
                line.frames.put_nowait(refusal)
                continue
            line.follows[order_id] = after = command["after"].get(order_id, 0)
            for sequence in range(after + 1, self.orders[order_id] + 1):
                self._tell(line, order_id, sequence)
            if after >= ENDS_AT:
                line.frames.put_nowait({"op": "ended", "orderId": order_id, "sequence": after})

    def _tell(self, line: Line, order_id: str, sequence: int) -> None:
        if (order_id, sequence) not in self.unheard:
            line.frames.put_nowait(self.event(order_id, sequence))
        if sequence == ENDS_AT and not line.everything:
            line.frames.put_nowait({"op": "ended", "orderId": order_id, "sequence": sequence})

    def _listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        since = datetime.fromisoformat(query["since"][0]) if "since" in query else START
        return [
            {
                "orderId": order_id,
                "status": STATUSES[self.orders[order_id] - 1],
                "version": self.orders[order_id],
                "createdAt": born.isoformat(),
                "updatedAt": born.isoformat(),
                **AMOUNTS,
            }
            for order_id, born in reversed(self.born.items())
            if born >= since and self.orders[order_id]
        ]
