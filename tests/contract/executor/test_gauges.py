"""What is read for the metrics, from the real Postgres and Redis; and that nothing stale is shown when one is away."""

import math
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis

from deploy.local.ports import free_port
from deploy.local.servers.redis import EmbeddedRedis
from executor_service.adapters.dramatiq_queue import make_broker
from executor_service.adapters.gauges import Gauges
from servicekit.postgres import open_pool
from tests.builders import a_new_order, an_order
from tests.order_stores import an_order_store


@pytest.fixture
async def redis(redis_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_server.url)
    await client.flushdb()
    yield client
    await client.aclose()


def _sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_open_orders_are_told_by_status_with_the_age_of_the_oldest(
    pool: AsyncConnectionPool, redis: Redis
) -> None:
    store = an_order_store(pool)
    for number in range(3):
        await store.add(a_new_order(client_order_id=str(number)))
    await Gauges(pool, redis).read_orders()
    assert _sample("tradewind_orders_open_by_status", status="pending") == 3
    assert _sample("tradewind_orders_open_by_status", status="routing") == 0
    assert _sample("tradewind_orders_open_by_status", status="confirmed") is None
    assert 0 < (_sample("tradewind_orders_oldest_open_seconds") or 0) < 60


async def test_without_open_orders_the_oldest_has_no_age(pool: AsyncConnectionPool, redis: Redis) -> None:
    await Gauges(pool, redis).read_orders()
    assert _sample("tradewind_orders_oldest_open_seconds") == 0


async def test_queues_are_told_by_their_length(
    pool: AsyncConnectionPool, redis: Redis, redis_server: EmbeddedRedis
) -> None:
    broker = make_broker(redis_server.url, lambda order_ids: None)
    for _ in range(2):
        broker.send([an_order().order_id])
    await Gauges(pool, redis).read_queues()
    assert _sample("tradewind_queue_messages", queue="orders") == 2
    assert _sample("tradewind_queue_messages", queue="orders.DQ") == 0
    assert _sample("tradewind_queue_messages", queue="orders.XQ") == 0
    broker.close()


async def test_what_does_not_answer_shows_nothing(pool: AsyncConnectionPool, redis: Redis) -> None:
    await Gauges(pool, redis).run_once()
    nowhere = open_pool(f"postgresql://nobody@127.0.0.1:{free_port()}/none", size=1)
    nowhere.timeout = 0.2
    away = Gauges(nowhere, Redis.from_url(f"redis://127.0.0.1:{free_port()}"))
    async with nowhere:
        await away.run_once()
    assert _sample("tradewind_queue_messages", queue="orders") is None
    assert _sample("tradewind_orders_open_by_status", status="pending") is None
    assert math.isnan(_sample("tradewind_orders_oldest_open_seconds") or 0)
