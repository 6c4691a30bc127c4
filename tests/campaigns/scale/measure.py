"""`python -m tests.campaigns.scale.measure`: what an order costs the stores, measured and kept for the calculation.

CPU is the benchmark's part (`make bench`). This adds what it does not look at: write-ahead log, rows, disk, commits,
Redis commands, and the memory of an open socket. Everything is per order of a full pipeline, sockets apart.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
import psutil
import psycopg
import redis

from deploy.local.health import grpc_serving
from deploy.local.ports import free_port
from tests.campaigns.bench.database import Database
from tests.campaigns.scale.crowd import ORDER
from tests.stack import REPOSITORY, Stack, eventually

STORAGE: Final = REPOSITORY / "docs/performance/storage.json"
WARM_UP: Final = 500
ORDERS: Final = 4_000
CONNECTIONS: Final = 64
SOCKETS: Final = 1_000
IDLE_SECONDS: Final = 5.0
TABLES: Final = ("orders", "order_events", "order_attempts")


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """Per order, except for the socket. Log is what the sessions wrote; vacuum and checkpoints come on top."""

    at: str
    orders: int
    engine_wal_bytes: float
    market_wal_bytes: float
    commits: float
    event_rows: float
    disk_bytes: float
    redis_commands: float
    # What one more executor costs that serves nobody and hears all events: its CPU, and what Redis sends it.
    listening_cpu_ms: float
    feed_bytes: float
    socket_bytes: float


def read_storage() -> Storage:
    """Return the figures that were measured last."""
    return msgspec.json.decode(STORAGE.read_bytes(), type=Storage)


def main() -> None:
    """Measure and write docs/performance/storage.json."""
    folder = Path(tempfile.mkdtemp(prefix="tradewind-measure-"))
    folder.chmod(0o711)
    stack = Stack(folder / "stack").start()
    try:
        with _listener(stack) as listener:
            storage = asyncio.run(_measure(stack, listener))
    finally:
        stack.stop()
        shutil.rmtree(folder)
    STORAGE.write_text(json.dumps(msgspec.to_builtins(storage), indent=2) + "\n")
    print(STORAGE.read_text())


@contextmanager
def _listener(stack: Stack) -> Iterator[psutil.Process]:
    """Run an executor that no gateway knows."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "executor_service", "server"],
        env={**os.environ, **stack.env(), "EXECUTOR_PORT": str(port), "LOG_LEVEL": "WARNING"},
        cwd=REPOSITORY,
    )
    try:
        eventually(lambda: asyncio.run(_serves(port)), within_seconds=30)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


async def _serves(port: int) -> bool:
    return await grpc_serving(f"127.0.0.1:{port}")()


async def _measure(stack: Stack, listener: psutil.Process) -> Storage:
    database = Database(stack.env()["DATABASE_URL"])
    await _submit(stack, WARM_UP)
    database.wait_until_all_ended()
    idle = await _idle_ms_a_second(listener)
    began, before = time.monotonic(), _counters(stack, listener)
    await _submit(stack, ORDERS)
    database.wait_until_all_ended()
    database.close()
    after, seconds = _counters(stack, listener), time.monotonic() - began
    cost = {name: (after[name] - before[name]) / ORDERS for name in after}
    return Storage(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        orders=ORDERS,
        engine_wal_bytes=round(cost["tradewind"]),
        market_wal_bytes=round(cost["tradewind-market"]),
        commits=round(cost["commits"], 3),
        event_rows=round(cost["event_rows"], 2),
        disk_bytes=round(cost["disk"]),
        redis_commands=round(cost["redis"], 3),
        listening_cpu_ms=round(cost["listening"] - idle * seconds / ORDERS, 4),
        # The stack's own executor hears them too.
        feed_bytes=round(cost["sent"] / 2),
        socket_bytes=round(await _socket_bytes(stack)),
    )


async def _idle_ms_a_second(process: psutil.Process) -> float:
    before = process.cpu_times()
    await asyncio.sleep(IDLE_SECONDS)
    after = process.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system) / IDLE_SECONDS


async def _submit(stack: Stack, count: int) -> None:
    numbers = iter(range(count))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as http:

        async def one_after_another() -> None:
            for _ in numbers:
                async with http.post(f"{stack.url}/api/orders/execute", json=ORDER) as response:
                    assert response.status == 202, await response.text()

        await asyncio.gather(*(one_after_another() for _ in range(CONNECTIONS)))


def _counters(stack: Stack, listener: psutil.Process) -> dict[str, float]:
    """Return what has been counted so far; times in milliseconds."""
    used = listener.cpu_times()
    counted = {**_postgres_counters(stack.env()["DATABASE_URL"]), **_redis_counters(stack.env()["REDIS_URL"])}
    return {**counted, "listening": 1000 * (used.user + used.system)}


def _postgres_counters(url: str) -> dict[str, float]:
    """Return log bytes by application, commits, rows of events, bytes on disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        log = connection.execute(
            "SELECT application_name, sum((pg_stat_get_backend_wal(pid)).wal_bytes)::float8 FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name IN ('tradewind', 'tradewind-market') GROUP BY 1"
        ).fetchall()
        [[commits]] = connection.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        ).fetchall()
        [[rows]] = connection.execute("SELECT count(*) FROM order_events").fetchall()
        [[disk]] = connection.execute(
            "SELECT sum(pg_total_relation_size(name::regclass))::float8 FROM unnest(%s::text[]) AS t(name)", [[*TABLES]]
        ).fetchall()
    return {**dict(log), "commits": commits, "event_rows": rows, "disk": disk}


def _redis_counters(url: str) -> dict[str, float]:
    """Return commands, those in scripts too, and bytes sent."""
    with redis.Redis.from_url(url) as client:
        commands = sum(entry["calls"] for entry in client.info("commandstats").values())
        return {"redis": commands, "sent": client.info("stats")["total_net_output_bytes"]}


async def _socket_bytes(stack: Stack) -> float:
    """Return by how much the gateway grows for each open socket."""
    gateway = psutil.Process(stack.pid("gateway"))
    before = gateway.memory_info().rss
    async with AsyncExitStack() as sockets:
        http = await sockets.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        for _ in range(SOCKETS):
            await sockets.enter_async_context(http.ws_connect(f"{stack.ws_url}/api/stream"))
        return (gateway.memory_info().rss - before) / SOCKETS


if __name__ == "__main__":
    main()
