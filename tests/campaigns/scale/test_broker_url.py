"""The queue may live on a Redis of its own; what cannot be a broker is refused at the start, without its password."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from uuid import uuid4

import pytest
import redis
from prometheus_client import REGISTRY
from pydantic import SecretStr, ValidationError

from executor_service.adapters.dramatiq_queue import DramatiqQueue, make_broker
from executor_service.bootstrap import server_parts
from executor_service.settings import ExecutorSettings
from servicekit.settings.reading import read_settings
from tests.stack import REPOSITORY

STORES = {"DATABASE_URL": "postgresql://localhost/none", "REDIS_URL": "redis://:pass@events:6379/0"}


def settings(broker_url: str | None, stores: Mapping[str, str] = STORES) -> ExecutorSettings:
    return ExecutorSettings(
        database_url=SecretStr(stores["DATABASE_URL"]),
        redis_url=SecretStr(stores["REDIS_URL"]),
        broker_url=None if broker_url is None else SecretStr(broker_url),
    )


def test_without_one_the_queue_is_beside_the_events() -> None:
    assert settings(None).queue_url == STORES["REDIS_URL"]
    assert read_settings(ExecutorSettings, {**STORES, "BROKER_URL": ""}).queue_url == STORES["REDIS_URL"]


@pytest.mark.parametrize("url", ["redis://:other@queue:6379/1", "rediss://queue", "unix:///run/redis.sock"])
def test_the_queue_is_where_it_says(url: str) -> None:
    assert settings(url).queue_url == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("amqp://guest:hidden@rabbit:5672", "RabbitMQ cannot be the broker"),
        ("amqps://guest:hidden@rabbit:5671", "RabbitMQ cannot be the broker"),
        ("kafka://guest:hidden@kafka:9092", "begins with kafka://; allowed: redis://"),
        ("queue:hidden", "not an address; allowed: redis://"),
    ],
)
def test_another_kind_of_broker_is_refused_with_a_reason_and_no_secret(url: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(url)
    assert words in caught.value.errors()[0]["msg"]
    assert "hidden" not in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("command", ["server", "worker"])
def test_a_process_that_cannot_use_its_broker_says_so_and_ends(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "executor_service", command],
        env={**os.environ, **STORES, "BROKER_URL": "amqp://guest:hidden@rabbit"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert "BROKER_URL=amqp://***@rabbit: " in done.stderr
    assert "RabbitMQ cannot be the broker" in done.stderr
    assert "hidden" not in done.stderr


async def test_messages_and_wake_ups_are_all_on_the_broker(redis_url: str) -> None:
    broker_url = f"{redis_url.rpartition('/')[0]}/1"
    queue = DramatiqQueue(make_broker(broker_url, lambda order_ids: None))
    sending = asyncio.create_task(queue.run())
    queue.offer([uuid4()])
    await queue.drain()
    sending.cancel()
    with redis.Redis.from_url(redis_url) as events, redis.Redis.from_url(broker_url) as broker:
        assert events.keys() == []
        assert {b"dramatiq:orders", b"dramatiq:orders.msgs", b"tradewind:wake_ups"} <= set(broker.keys())


async def test_the_queues_length_is_read_from_the_broker(database_url: str, redis_url: str) -> None:
    broker_url = f"{redis_url.rpartition('/')[0]}/1"
    told = settings(broker_url, {"DATABASE_URL": database_url, "REDIS_URL": redis_url})
    broker = make_broker(told.queue_url, lambda order_ids: None)
    await asyncio.to_thread(broker.send, [uuid4()])
    async with server_parts(told, broker) as parts:
        await parts.gauges.read_queues()
    assert REGISTRY.get_sample_value("tradewind_queue_messages", {"queue": "orders"}) == 1
