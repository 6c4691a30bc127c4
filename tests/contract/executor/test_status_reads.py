"""What the executor tells of its stores and workers, from the real Postgres and Redis; and while one is away."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis

from deploy.local.ports import free_port
from deploy.local.servers.redis import EmbeddedRedis
from executor_service.adapters.postgres_leased_orders import PostgresLeasedOrders
from executor_service.adapters.status_reads import SECONDS_MAX, StatusReads
from executor_service.adapters.worker_lease import LEASE, take_lease
from servicekit.postgres import open_pool
from tests.builders import a_new_order
from tests.order_stores import an_order_store


@pytest.fixture
async def redis(redis_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_server.url)
    yield client
    await client.aclose()


async def test_workers_are_told_with_their_lease_and_the_orders_they_claimed(
    pool: AsyncConnectionPool, redis: Redis
) -> None:
    store = an_order_store(pool)
    for number in range(3):
        await store.add(a_new_order(client_order_id=str(number)))
    busy, idle, dead = uuid4(), uuid4(), uuid4()
    for worker_id, name in ((busy, "worker-1"), (idle, "worker-2"), (dead, "worker-3")):
        await take_lease(pool, worker_id, name)
    async with pool.connection() as connection:
        await connection.execute("UPDATE orders SET owner = %s WHERE client_order_id <> '2'", [busy])
        await connection.execute("UPDATE workers SET lease_until = clock_timestamp() WHERE id = %s", [dead])

    told = await StatusReads(pool, redis).collect()

    assert told.executor.workers_known
    assert told.executor.open_orders == 3
    assert [(worker.worker_id, worker.name, worker.orders) for worker in told.executor.workers] == [
        (str(busy), "worker-1", 2),
        (str(idle), "worker-2", 0),
    ]
    for worker in told.executor.workers:
        assert 0 < worker.lease_left_ms <= LEASE.total_seconds() * 1000
        assert worker.started_at.seconds > 0


async def test_stores_are_told_with_their_versions(pool: AsyncConnectionPool, redis: Redis) -> None:
    postgres, valkey = (await StatusReads(pool, redis).collect()).stores

    async with pool.connection() as connection:
        assert postgres.version == str(connection.info.parameter_status("server_version")).partition(" ")[0]
    assert valkey.version.split(".")[0].isdigit()
    for store in (postgres, valkey):
        assert store.answers
        assert 0 < store.round_trip_us < SECONDS_MAX * 1_000_000


async def test_a_store_that_is_away_is_told_and_hides_nothing_else(pool: AsyncConnectionPool, redis: Redis) -> None:
    async with (
        open_pool(f"postgresql://nobody@127.0.0.1:{free_port()}/none", size=2) as no_postgres,
        Redis(port=free_port()) as no_redis,
    ):
        without_postgres = await StatusReads(no_postgres, redis).collect()
        without_redis = await StatusReads(pool, no_redis).collect()

    assert [(store.name, store.answers) for store in without_postgres.stores] == [("postgres", False), ("redis", True)]
    assert not without_postgres.executor.workers_known
    assert [(store.name, store.answers) for store in without_redis.stores] == [("postgres", True), ("redis", False)]
    assert without_redis.executor.workers_known


async def test_an_order_that_has_been_handed_back_is_nobodys(pool: AsyncConnectionPool, redis: Redis) -> None:
    worker_id = uuid4()
    await an_order_store(pool).add(a_new_order())
    await take_lease(pool, worker_id, "worker-1")
    leased = PostgresLeasedOrders(pool, worker_id=worker_id, feed=None, orders_max=10)  # type: ignore[arg-type]  # says nothing
    await leased.hand_back()

    told = await StatusReads(pool, redis).collect()
    assert (told.executor.open_orders, list(told.executor.workers)) == (1, [])
