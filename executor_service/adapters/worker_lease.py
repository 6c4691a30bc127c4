"""A worker's lease: one row, renewed on the database's clock. While it holds, the worker owns its claimed orders."""

import asyncio
from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from executor_service.application.ports import LeaseLost
from servicekit.errors import Unavailable
from servicekit.postgres import outages_named

LEASE: Final = timedelta(seconds=3)
RENEW_EVERY_SECONDS: Final = 1.0

_TAKE: Final[LiteralString] = """
    INSERT INTO workers (id, name, lease_until) VALUES (%(me)s, %(name)s, clock_timestamp() + %(lease)s)
"""
# An expired lease is never renewed: other workers may have taken its orders over.
_RENEW: Final[LiteralString] = """
    UPDATE workers SET lease_until = clock_timestamp() + %(lease)s
    WHERE id = %(me)s AND lease_until > clock_timestamp()
    RETURNING id
"""
_FORGET_THE_DEAD: Final[LiteralString] = """
    DELETE FROM workers WHERE lease_until < clock_timestamp() - interval '1 minute'
"""


async def take_lease(pool: AsyncConnectionPool, worker_id: UUID, name: str) -> None:
    """Start a lease. Raises Unavailable."""
    with outages_named():
        async with pool.connection() as connection:
            await connection.execute(_FORGET_THE_DEAD)
            await connection.execute(_TAKE, {"me": worker_id, "name": name, "lease": LEASE})


async def keep_lease(pool: AsyncConnectionPool, worker_id: UUID) -> None:
    """Renew the lease each second. Raises LeaseLost when the lease has run out; it never returns."""
    loop = asyncio.get_running_loop()
    good_until = loop.time() + LEASE.total_seconds()
    while True:
        await asyncio.sleep(RENEW_EVERY_SECONDS)
        asked_at = loop.time()
        try:
            async with asyncio.timeout_at(good_until):
                renewed = await _renew(pool, worker_id)
        except (Unavailable, TimeoutError):
            if loop.time() >= good_until:
                raise LeaseLost from None
            continue
        if not renewed:
            raise LeaseLost
        # Counted from before the call, so that this clock ends the lease before the database does.
        good_until = asked_at + LEASE.total_seconds()


async def _renew(pool: AsyncConnectionPool, worker_id: UUID) -> bool:
    with outages_named():
        async with pool.connection() as connection:
            cursor = await connection.execute(_RENEW, {"me": worker_id, "lease": LEASE})
            return await cursor.fetchone() is not None
