"""POST as fast as some connections go, for a time or for a number of orders."""

import asyncio
import time
from collections import Counter
from itertools import count

from tests.campaigns.bench.load.http import HttpConnection
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.load.orders import post
from tests.campaigns.bench.load.task import Task


async def run_posts(task: Task) -> LoadReport:
    """Keep one request under way on every connection."""
    connections = [await HttpConnection.open(task.host, task.port) for _ in range(task.connections)]
    numbers = iter(range(task.count)) if task.count else count()
    codes: Counter[str] = Counter()
    latencies: list[float] = []
    began, cpu = time.time(), time.process_time()
    stop = time.perf_counter() + (task.seconds or task.deadline)

    async def keep_asking(connection: HttpConnection) -> None:
        for number in numbers:
            sent = time.perf_counter()
            if sent >= stop:
                return
            answer = await connection.ask(post(task.host, number))
            latencies.append((time.perf_counter() - sent) * 1000)
            codes[str(answer.status)] += 1

    await asyncio.gather(*map(keep_asking, connections))
    report = LoadReport(began, time.time(), time.process_time() - cpu, dict(codes), latencies)
    for connection in connections:
        connection.close()
    return report
