"""Metrics that are read every few seconds: the open orders, and the lengths of the queues."""

import asyncio
from typing import Final, LiteralString

from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from redis.exceptions import RedisError

from executor_service import telemetry
from executor_service.adapters.dramatiq_queue import QUEUE
from servicekit.errors import Unavailable
from servicekit.postgres import outages_named

READ_EVERY_SECONDS: Final = 5.0
REDIS_SECONDS_MAX: Final = 1.0
# The count stops here, which bounds the work of one reading.
ORDERS_MAX: Final = 100_000

_OPEN: Final[LiteralString] = """
    SELECT status, count(*), extract(epoch FROM clock_timestamp() - min(stored_at))::float8
    FROM (SELECT status, stored_at FROM orders WHERE ended_at IS NULL ORDER BY id LIMIT %(limit)s) open
    GROUP BY status
"""
_WAITING: Final = f"dramatiq:{QUEUE}"
_DELAYED: Final = f"dramatiq:{QUEUE}.DQ"
_DEAD: Final = f"dramatiq:{QUEUE}.XQ"


class Gauges:
    """Reads Postgres and Redis every few seconds. Reports a store that does not answer as unknown."""

    def __init__(self, pool: AsyncConnectionPool, redis: Redis) -> None:
        self._pool = pool
        self._redis = redis

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self.run_once()
            await asyncio.sleep(READ_EVERY_SECONDS)

    async def run_once(self) -> None:
        """Read both."""
        await asyncio.gather(self.read_orders(), self.read_queues())

    async def read_orders(self) -> None:
        """Report the open orders."""
        try:
            with outages_named():
                async with self._pool.connection() as connection:
                    cursor = await connection.execute(_OPEN, {"limit": ORDERS_MAX})
                    rows = await cursor.fetchall()
        except Unavailable:
            telemetry.open_orders_unknown()
            return
        oldest = max((row[2] for row in rows), default=0.0)
        telemetry.open_orders_seen({row[0]: row[1] for row in rows}, oldest)

    async def read_queues(self) -> None:
        """Report the lengths of the queue, of its delayed messages and of its dead messages."""
        try:
            async with asyncio.timeout(REDIS_SECONDS_MAX), self._redis.pipeline(transaction=False) as pipeline:
                pipeline.llen(_WAITING)
                pipeline.llen(_DELAYED)
                pipeline.zcard(_DEAD)
                waiting, delayed, dead = await pipeline.execute()
        except (RedisError, OSError, TimeoutError):
            telemetry.queue_unknown()
            return
        telemetry.queue_seen({QUEUE: waiting, f"{QUEUE}.DQ": delayed, f"{QUEUE}.XQ": dead})
