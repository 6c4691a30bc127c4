"""The same orders told in three ways: a socket each, one socket for their ids, one socket for all of the account."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Final, Protocol

from tests.campaigns.bench.load.http import HttpConnection
from tests.campaigns.bench.load.lives import Life, LoadReport
from tests.campaigns.bench.load.orders import post
from tests.campaigns.bench.load.sharing import CONNECTIONS, Shared
from tests.campaigns.bench.load.task import Task
from tests.campaigns.bench.load.watching import read_stream
from tests.campaigns.bench.load.websocket import WebSocket

# As many ids as fit into one message.
ORDERS_PER_COMMAND: Final = 150


class Way(Protocol):
    """How lives reach their watcher."""

    async def begin(self) -> None:
        """Open what is open before the first order."""

    def life_of(self, order_id: str) -> Life:
        """Return the life of an order that has been accepted, and see that it is told."""

    async def end(self) -> None:
        """Return when every life has been told, and close."""


class SocketEach:
    """A socket for each order, opened when it has been accepted."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._readers: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """There is nothing to open yet."""

    def life_of(self, order_id: str) -> Life:
        """Open a socket for the order."""
        life = Life(order_id=order_id)
        self._readers.append(asyncio.create_task(read_stream(self._task, life)))
        return life

    async def end(self) -> None:
        """Wait until each socket has been closed by the gateway."""
        await asyncio.gather(*self._readers)


class OneSocket:
    """One socket on /api/stream, for all of the account or for the ids as they come."""

    def __init__(self, task: Task, *, everything: bool) -> None:
        self._task = task
        self._everything = everything
        self._shared = Shared(task.count)
        self._waiting: list[str] = []
        self._more = asyncio.Event()
        self._socket: WebSocket | None = None
        self._naming: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Open the socket; with `everything` it is subscribed when this returns."""
        loop, task = asyncio.get_running_loop(), self._task
        _, self._socket = await loop.create_connection(
            lambda: WebSocket(task.host, "/api/stream", self._shared.hear), task.host, task.port
        )
        assert await self._socket.opened == 101
        if self._everything:
            self._socket.send(json.dumps({"op": "subscribe", "all": True}))
            await self._shared.subscribed.wait()
        else:
            self._naming = asyncio.create_task(self._name(self._socket))

    def life_of(self, order_id: str) -> Life:
        """Name the order in the next subscription, unless it is told anyway."""
        if not self._everything:
            self._waiting.append(order_id)
            self._more.set()
        return self._shared.lives[order_id]

    async def end(self) -> None:
        """Wait for the last event."""
        await self._shared.over.wait()
        if self._naming is not None:
            self._naming.cancel()
        assert self._socket is not None
        self._socket.close()

    async def _name(self, socket: WebSocket) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                ids, self._waiting = self._waiting[:ORDERS_PER_COMMAND], self._waiting[ORDERS_PER_COMMAND:]
                self._shared.subscribed.clear()
                socket.send(json.dumps({"op": "subscribe", "orderIds": ids}))
                await self._shared.subscribed.wait()


async def run_streams(task: Task) -> LoadReport:
    """Submit `count` orders over kept connections and watch them in the way that `watched` says."""
    way: Way = SocketEach(task) if task.watched == "each" else OneSocket(task, everything=task.watched == "all")
    connections = [await HttpConnection.open(task.host, task.port) for _ in range(CONNECTIONS)]
    await way.begin()
    numbers, lives = iter(range(task.count)), []

    async def submit(connection: HttpConnection) -> None:
        for number in numbers:
            began = time.time()
            answer = await connection.ask(post(task.host, number))
            life = way.life_of(answer.order_id)
            life.began, life.answered, life.code, life.order_id = began, time.time(), answer.status, answer.order_id
            lives.append(life)

    began, cpu = time.time(), time.process_time()
    with suppress(TimeoutError):
        async with asyncio.timeout(task.deadline):
            await asyncio.gather(*map(submit, connections))
            await way.end()
    cpu = time.process_time() - cpu
    ended = max((life.frames[-1][2] for life in lives if life.frames), default=time.time())
    for connection in connections:
        connection.close()
    return LoadReport(began, ended, cpu, {"202": len(lives)}, lives=lives)
