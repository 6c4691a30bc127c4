"""Streams that are shared: many orders on one socket, and many watchers of one order."""

import asyncio
import json
import time
from collections import defaultdict
from contextlib import suppress
from typing import Final

from tests.campaigns.bench.load.http import HttpConnection
from tests.campaigns.bench.load.lives import FRAMES, Life, LoadReport
from tests.campaigns.bench.load.orders import post
from tests.campaigns.bench.load.task import Task
from tests.campaigns.bench.load.watching import read_stream
from tests.campaigns.bench.load.websocket import WebSocket

CONNECTIONS: Final = 64


class Shared:
    """All lives on one socket, found by their order; an event may be here before the POST is answered."""

    def __init__(self, count: int) -> None:
        self.lives: defaultdict[str, Life] = defaultdict(Life)
        self.subscribed = asyncio.Event()
        self.over = asyncio.Event()
        self._open = count

    def hear(self, text: bytes) -> None:
        """Note an event; answers carry no status."""
        frame = FRAMES.decode(text)
        if not frame.status:
            self.subscribed.set()
            return
        life = self.lives[frame.orderId]
        life.hear(text)
        self._open -= life.is_over
        if not self._open:
            self.over.set()


async def run_multiplexed(task: Task) -> LoadReport:
    """Submit all at once and watch them on one socket; `refused` holds the status when there is no such socket."""
    shared = Shared(task.count)
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: WebSocket(task.host, "/api/stream", shared.hear), task.host, task.port
    )
    status = await socket.opened
    if status != 101:
        return LoadReport(0.0, 0.0, 0.0, refused=status or 1)
    connections = [await HttpConnection.open(task.host, task.port) for _ in range(CONNECTIONS)]
    numbers = iter(range(task.count))

    async def submit(connection: HttpConnection) -> None:
        for number in numbers:
            began = time.time()
            answer = await connection.ask(post(task.host, number))
            life = shared.lives[answer.order_id]
            life.began, life.answered, life.code, life.order_id = began, time.time(), answer.status, answer.order_id

    began, cpu = time.time(), time.process_time()
    with suppress(TimeoutError):
        async with asyncio.timeout(task.deadline):
            socket.send(json.dumps({"op": "subscribe", "all": True}))
            await shared.subscribed.wait()
            began, cpu = time.time(), time.process_time()
            await asyncio.gather(*map(submit, connections))
            await shared.over.wait()
    cpu = time.process_time() - cpu
    lives = [life for life in shared.lives.values() if life.began]
    ended = max((life.frames[-1][2] for life in lives if life.frames), default=time.time())
    socket.close()
    for connection in connections:
        connection.close()
    return LoadReport(began, ended, cpu, {"202": len(lives)}, lives=lives)


async def run_fan_out(task: Task) -> LoadReport:
    """Submit one order and watch it with `count` streams."""
    connection = await HttpConnection.open(task.host, task.port)
    began, cpu = time.time(), time.process_time()
    answer = await connection.ask(post(task.host, 0))
    connection.close()
    lives = [Life(began=began, code=answer.status, order_id=answer.order_id) for _ in range(task.count)]
    with suppress(TimeoutError):
        async with asyncio.timeout(task.deadline):
            await asyncio.gather(*(read_stream(task, life) for life in lives))
    ended = max((life.frames[-1][2] for life in lives if life.frames), default=time.time())
    return LoadReport(began, ended, time.process_time() - cpu, {str(answer.status): 1}, lives=lives)
