"""The status of the executor's stores, and which workers hold a lease."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final, LiteralString

from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.errors import Unavailable
from servicekit.postgres import outages_named
from tradewind.status.v1 import status_pb2 as pb

# Shorter than the caller's deadline, so that a store that hangs is reported as such and not as an executor without an
# answer.
SECONDS_MAX: Final = 0.7
ORDERS_MAX: Final = 100_000
WORKERS_MAX: Final = 1_000

_VERSION: Final[LiteralString] = "SELECT current_setting('server_version')"
_WORKERS: Final[LiteralString] = """
    SELECT id, name, started_at, extract(epoch FROM lease_until - clock_timestamp()) * 1000
    FROM workers WHERE lease_until > clock_timestamp() ORDER BY name, id LIMIT %(limit)s
"""
_OPEN: Final[LiteralString] = """
    SELECT owner, count(*) FROM (SELECT owner FROM orders WHERE ended_at IS NULL LIMIT %(limit)s) open GROUP BY owner
"""


class StatusReads:
    """Checks both stores in parallel, each with a time limit."""

    def __init__(self, pool: AsyncConnectionPool, redis: Redis) -> None:
        self._pool = pool
        self._redis = redis

    async def collect(self) -> pb.GetStatusResponse:
        """Return stores and facts. A store that does not answer is reported as away; no error is raised for it."""
        (postgres, facts), redis = await asyncio.gather(self._read_postgres(), self._ask_redis())
        return pb.GetStatusResponse(stores=[postgres, redis], executor=facts)

    async def _read_postgres(self) -> tuple[pb.Store, pb.ExecutorFacts]:
        try:
            async with asyncio.timeout(SECONDS_MAX):
                return await self._read()
        except (Unavailable, TimeoutError):
            return pb.Store(name="postgres"), pb.ExecutorFacts()

    async def _read(self) -> tuple[pb.Store, pb.ExecutorFacts]:
        with outages_named():
            async with self._pool.connection() as connection:
                began = time.perf_counter()
                (version,) = await _one(await connection.execute(_VERSION))
                store = _store("postgres", str(version).partition(" ")[0], began)
                workers = await (await connection.execute(_WORKERS, {"limit": WORKERS_MAX})).fetchall()
                claimed: dict[Any, int] = dict(
                    await (await connection.execute(_OPEN, {"limit": ORDERS_MAX})).fetchall()
                )
        facts = pb.ExecutorFacts(
            workers=[_worker(row, claimed.get(row[0], 0)) for row in workers],
            open_orders=sum(claimed.values()),
            workers_known=True,
        )
        return store, facts

    async def _ask_redis(self) -> pb.Store:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(SECONDS_MAX):
                told = await self._redis.info("server")
        except (RedisError, OSError, TimeoutError):
            return pb.Store(name="redis")
        # Valkey names its own version beside the one of Redis that it stands in for.
        return _store("redis", str(told.get("valkey_version") or told.get("redis_version", "")), began)


async def _one(cursor: Any) -> Sequence[Any]:
    row: Sequence[Any] = await cursor.fetchone()
    return row


def _store(name: str, version: str, began: float) -> pb.Store:
    return pb.Store(name=name, answers=True, version=version, round_trip_us=int((time.perf_counter() - began) * 1e6))


def _worker(row: Sequence[Any], orders: int) -> pb.Worker:
    worker_id, name, started_at, left_ms = row
    worker = pb.Worker(worker_id=str(worker_id), name=name, lease_left_ms=max(0, int(left_ms)), orders=orders)
    worker.started_at.FromDatetime(started_at)
    return worker
