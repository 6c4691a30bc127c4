"""Measures the machine's limits on the servers of a stack that is idle."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import redis

from deploy.local.ports import free_port
from tests.campaigns.bench.bench import Bench, run_load
from tests.campaigns.bench.limits.group_commit import group_commit_rate
from tests.campaigns.bench.limits.grpc_echo import echo_rate
from tests.stack import REPOSITORY, eventually

_UVICORN = (
    *("-m", "uvicorn", "tests.campaigns.bench.limits.echo_app:app", "--host", "127.0.0.1", "--log-level", "warning"),
    *("--no-access-log", "--lifespan", "off", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
)

HTTP_ECHO = "bare ASGI echo, 64 connections"
SOCKET_ECHO = "bare ASGI WebSocket, 400 at once"
GRPC_ECHO = "gRPC unary echo, 64 in flight"
GROUP_COMMIT = "Postgres group commit of an order's rows"
REDIS_TRIPS = "Redis round trips, one connection"
REDIS_PIPELINED = "Redis commands, pipelined by 64"


def run(bench: Bench) -> None:
    """Note every limit."""
    note = bench.results.note
    seconds = 1.0 if bench.options.quick else 3.0
    for _ in range(bench.options.repeats):
        with _child(*_UVICORN, "--port") as port:
            echo = run_load(port, mode="post", connections=64, seconds=seconds)
            note("limits", HTTP_ECHO, echo.accepted / echo.seconds, unit="/s", better="more")
            count = bench.options.sized(400)
            sockets = run_load(port, mode="watch", count=count)
            note("limits", SOCKET_ECHO, count / sockets.seconds, unit="orders/s", better="more")
        with _child("-m", "tests.campaigns.bench.limits.grpc_echo") as port:
            note("limits", GRPC_ECHO, asyncio.run(echo_rate(port, seconds)), unit="/s", better="more")
        url = bench.stack.env()["DATABASE_URL"]
        rate = asyncio.run(group_commit_rate(url, bench.options.sized(5_000)))
        note("limits", GROUP_COMMIT, rate, unit="orders/s", better="more")
        _redis(bench, seconds / 3)


def _redis(bench: Bench, seconds: float) -> None:
    with redis.Redis.from_url(bench.stack.env()["REDIS_URL"]) as client:
        began, trips = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            client.get("bench")
            trips += 1
        bench.results.note("limits", REDIS_TRIPS, trips / seconds, unit="/s", better="more")
        began, commands = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            with client.pipeline(transaction=False) as pipeline:
                for _ in range(64):
                    pipeline.get("bench")
                pipeline.execute()
            commands += 64
        bench.results.note("limits", REDIS_PIPELINED, commands / seconds, unit="/s", better="more")


@contextlib.contextmanager
def _child(*arguments: str) -> Iterator[int]:
    port = free_port()
    with subprocess.Popen([sys.executable, *arguments, str(port)], cwd=REPOSITORY) as process:
        try:
            eventually(lambda: _listens(port), within_seconds=20)
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
