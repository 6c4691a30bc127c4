"""The queue and the feed on a real Redis: hints arrive, a wiped or absent Redis loses no more than hints."""

import asyncio
import threading
from collections.abc import Sequence
from uuid import UUID, uuid4

import dramatiq.worker
import pytest
import redis as sync_redis
from redis.asyncio import Redis

from executor_service.adapters.dramatiq_queue import ORDERS_A_MESSAGE, QUEUE, DramatiqQueue, HintBroker, make_broker
from executor_service.adapters.redis_feed import RedisEventFeed
from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderStatus


class Actor:
    """Remembers the ids it was called with."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.seen = threading.Event()

    def __call__(self, order_ids: list[str]) -> None:
        self.calls.append(order_ids)
        self.seen.set()


def _ids(actor: Actor) -> list[UUID]:
    return [UUID(order_id) for call in actor.calls for order_id in call]


async def _wait(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 5), "nothing arrived"


async def test_offered_orders_reach_the_actor_in_batches(redis_url: str) -> None:
    actor = Actor()
    worker = dramatiq.worker.Worker(make_broker(redis_url, actor), worker_threads=2)
    worker.start()
    queue = DramatiqQueue(make_broker(redis_url, actor))
    sending = asyncio.create_task(queue.run())
    offered = [uuid4() for _ in range(ORDERS_A_MESSAGE + 1)]
    try:
        queue.offer(offered)
        async with asyncio.timeout(30):
            while len(_ids(actor)) < len(offered):
                await asyncio.sleep(0.01)
    finally:
        sending.cancel()
        await asyncio.to_thread(worker.stop, 5_000)
    assert sorted(_ids(actor)) == sorted(offered)
    assert sorted(map(len, actor.calls)) == [1, ORDERS_A_MESSAGE]


async def test_a_stopped_worker_leaves_no_message_unacknowledged(redis_url: str) -> None:
    actor = Actor()
    broker = make_broker(redis_url, actor)
    worker = dramatiq.worker.Worker(broker, worker_threads=1)
    worker.start()
    await asyncio.to_thread(broker.send, [uuid4()])
    await _wait(actor.seen)
    await asyncio.to_thread(worker.stop, 5_000)
    with sync_redis.Redis.from_url(redis_url) as client:
        assert client.hlen(f"dramatiq:{QUEUE}.msgs") == 0
        assert client.llen(f"dramatiq:{QUEUE}") == 0
        assert not list(client.scan_iter("dramatiq:__acks__*"))


async def test_a_waiting_consumer_is_woken(redis_url: str) -> None:
    actor = Actor()
    broker = make_broker(redis_url, actor)
    worker = dramatiq.worker.Worker(broker, worker_threads=1)
    worker.start()
    with sync_redis.Redis.from_url(redis_url) as client:
        async with asyncio.timeout(30):
            while not any(b"blpop" in str(c["cmd"]).encode() for c in client.client_list()):
                await asyncio.sleep(0.01)
    await asyncio.to_thread(broker.send, [uuid4()])
    await _wait(actor.seen)
    await asyncio.to_thread(worker.stop, 5_000)


async def test_a_wiped_queue_goes_on_with_what_comes_after(redis_url: str) -> None:
    actor = Actor()
    broker = make_broker(redis_url, actor)
    await asyncio.to_thread(broker.send, [uuid4()])
    with sync_redis.Redis.from_url(redis_url) as client:
        client.flushall()
    worker = dramatiq.worker.Worker(broker, worker_threads=1)
    worker.start()
    last = uuid4()
    await asyncio.to_thread(broker.send, [last])
    await _wait(actor.seen)
    await asyncio.to_thread(worker.stop, 5_000)
    assert _ids(actor) == [last]


async def test_an_absent_redis_costs_hints_and_raises_nothing(free_port: object) -> None:
    assert callable(free_port)
    queue = DramatiqQueue(HintBroker(f"redis://127.0.0.1:{free_port()}/0"))
    sending = asyncio.create_task(queue.run())
    queue.offer([uuid4()])
    async with asyncio.timeout(30):
        while queue._waiting:
            await asyncio.sleep(0.01)
    assert not sending.done()
    sending.cancel()


def _events(count: int) -> Sequence[StoredEvent]:
    order_id = uuid4()
    return [StoredEvent(order_id, n + 1, OrderStatus.ROUTING, f'{{"n":{n}}}', "local") for n in range(count)]


@pytest.mark.parametrize("count", [1, 1000])
async def test_published_events_arrive_whole_and_in_order(redis_url: str, count: int) -> None:
    async with Redis.from_url(redis_url) as redis:
        feed = RedisEventFeed(redis)
        publishing = asyncio.create_task(feed.run())
        reader = feed.batches()
        assert await anext(reader) == []
        events = _events(count)
        feed.publish(events)
        received: list[StoredEvent] = []
        async with asyncio.timeout(30):
            while len(received) < count:
                received += await anext(reader)
        assert received == list(events)
        publishing.cancel()
        await reader.aclose()  # type: ignore[attr-defined]  # an async generator behind the port's iterator
