"""Orders with a watcher each: submit, open a stream, read it to its end."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from tests.campaigns.bench.load.http import EventStream, HttpConnection
from tests.campaigns.bench.load.lives import Life, LoadReport
from tests.campaigns.bench.load.orders import post
from tests.campaigns.bench.load.task import Task
from tests.campaigns.bench.load.websocket import WebSocket


async def run_watches(task: Task) -> LoadReport:
    """Live `count` lives: all at once, some in flight, or at a rate."""
    lives: list[Life] = []

    async def live(number: int) -> None:
        life = Life()
        lives.append(life)
        with suppress(ConnectionError, OSError):
            await _live(task, number, life)

    began, cpu = time.time(), time.process_time()
    with suppress(TimeoutError):
        async with asyncio.timeout(task.deadline):
            await _paced(task, live)
    ended = max((life.frames[-1][2] for life in lives if life.frames), default=time.time())
    codes = Counter(str(life.code) for life in lives)
    latencies = [(life.answered - life.began) * 1000 for life in lives if life.answered]
    return LoadReport(began, ended, time.process_time() - cpu, dict(codes), latencies, lives)


async def _paced(task: Task, live: Callable[[int], Awaitable[None]]) -> None:
    if task.rate:
        await _at_a_rate(task, live)
        return
    numbers = iter(range(task.count))

    async def one_after_another(mine: Iterator[int]) -> None:
        for number in mine:
            await live(number)

    await asyncio.gather(*(one_after_another(numbers) for _ in range(task.in_flight or task.count)))


async def _at_a_rate(task: Task, live: Callable[[int], Awaitable[None]]) -> None:
    """Start on time, whatever the answers do: a slow server meets the same crowd as a fast one."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as crowd:
        for number in range(task.count):
            await asyncio.sleep(max(0.0, began + number / task.rate - loop.time()))
            crowd.create_task(_awaited(live(number)))


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def _live(task: Task, number: int, life: Life) -> None:
    life.began = time.time()
    connection = await HttpConnection.open(task.host, task.port)
    try:
        answer = await connection.ask(post(task.host, number))
    finally:
        connection.close()
    life.answered, life.code = time.time(), answer.status
    if answer.status != 202:
        return
    life.order_id = answer.order_id
    await read_stream(task, life)


async def read_stream(task: Task, life: Life) -> None:
    """Read the order's stream until the server ends it."""
    loop = asyncio.get_running_loop()
    path = task.path.replace("{id}", life.order_id)
    if task.stream == "events":
        request = f"GET {path} HTTP/1.1\r\nHost: {task.host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        _, stream = await loop.create_connection(lambda: EventStream(request, life.hear), task.host, task.port)
        await stream.ended
        return
    _, socket = await loop.create_connection(lambda: WebSocket(task.host, path, life.hear), task.host, task.port)
    life.close_code = await socket.ended
