"""Streams that are shared: many orders on one socket, and many watchers of one order."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Final

from tests.bench.load.http import HttpConnection
from tests.bench.load.lives import FRAMES, Life, LoadReport
from tests.bench.load.orders import post
from tests.bench.load.task import Task
from tests.bench.load.watching import read_stream
from tests.bench.load.websocket import WebSocket

CONNECTIONS: Final = 64


async def run_multiplexed(task: Task) -> LoadReport:
    """Submit all at once and watch them on one socket; `refused` holds the status when there is no such socket."""
    lives: dict[str, Life] = {}
    over = asyncio.Event()

    def hear(text: bytes) -> None:
        frame = FRAMES.decode(text)
        life = lives.get(frame.orderId)
        if life is not None and frame.sequence:
            life.hear(text)
            if life.is_over and len(lives) == task.count and all(each.is_over for each in lives.values()):
                over.set()

    socket = await _open(task, hear)
    status = await socket.opened
    began, cpu = time.time(), time.process_time()
    if status != 101:
        return LoadReport(began, began, 0.0, refused=status or 1)
    numbers = iter(range(task.count))
    connections = [await HttpConnection.open(task.host, task.port) for _ in range(CONNECTIONS)]

    async def submit(connection: HttpConnection) -> None:
        for number in numbers:
            life = Life(began=time.time())
            answer = await connection.ask(post(task.host, number))
            life.answered, life.code, life.order_id = time.time(), answer.status, answer.order_id
            lives[life.order_id] = life
            socket.send(json.dumps({"op": "subscribe", "orderIds": [life.order_id]}))

    with suppress(TimeoutError):
        async with asyncio.timeout(task.deadline):
            await asyncio.gather(*map(submit, connections))
            await over.wait()
    cpu = time.process_time() - cpu
    ended = max((life.frames[-1][2] for life in lives.values() if life.frames), default=time.time())
    socket.close()
    for connection in connections:
        connection.close()
    return LoadReport(began, ended, cpu, {"202": len(lives)}, lives=list(lives.values()))


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


async def _open(task: Task, hear: "object") -> WebSocket:
    loop = asyncio.get_running_loop()
    assert callable(hear)
    _, socket = await loop.create_connection(lambda: WebSocket(task.host, "/api/stream", hear), task.host, task.port)
    return socket
