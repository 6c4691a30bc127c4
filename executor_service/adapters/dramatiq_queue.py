"""The queue of hints: Dramatiq on Redis, one message for a batch of orders, a wake-up instead of polling.

A message only names orders to look at. It is acknowledged when the event loop has the orders, long before they end;
Postgres keeps what happens to them.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from redis.backoff import NoBackoff
from redis.retry import Retry

from executor_service import telemetry

QUEUE: Final = "orders"
ACTOR: Final = "execute"
ORDERS_A_MESSAGE: Final = 64
WAITING_MAX: Final = 100_000
PREFETCH: Final = 256
DRAIN_SECONDS: Final = 1.0

_WAKE_UPS: Final = "tradewind:wake_ups"
_WAKE_UPS_MAX: Final = 64
_WAIT_SECONDS: Final = 1
_FULL_PAUSE_SECONDS: Final = 0.01


class HintBroker(RedisBroker):
    """Dramatiq's Redis broker, with consumers that block for a wake-up and acknowledge in batches."""

    def __init__(self, redis_url: str) -> None:
        # One try: a late hint is useless, and the sweeper finds orders without hints.
        client = redis.Redis.from_url(
            redis_url, retry=Retry(NoBackoff(), 0), socket_timeout=5, socket_connect_timeout=2, health_check_interval=0
        )
        # Messages that a dead process has fetched return to the queue after the heartbeat time-out.
        super().__init__(client=client, middleware=[], heartbeat_timeout=15_000, maintenance_chance=100_000)

    @property
    def consumer_class(self) -> Callable[..., Any]:
        """Our consumer for the queue of orders, Dramatiq's consumer for all others."""
        return lambda broker, name, prefetch, timeout: (
            _HintConsumer(broker, name, prefetch, timeout)
            if name == QUEUE
            else _RedisConsumer(broker, name, prefetch, timeout)
        )

    def send(self, order_ids: Sequence[UUID]) -> None:
        """Enqueue one message and wake one consumer. Blocks: not for the event loop. Raises redis.RedisError."""
        arguments = ([str(order_id) for order_id in order_ids],)
        self.enqueue(dramatiq.Message(QUEUE, ACTOR, arguments, {}, {}))
        with self.client.pipeline(transaction=False) as pipeline:
            pipeline.lpush(_WAKE_UPS, b"")
            pipeline.ltrim(_WAKE_UPS, 0, _WAKE_UPS_MAX - 1)
            pipeline.execute()


class _HintConsumer(_RedisConsumer):
    """Fetches messages. When the queue is empty it waits for a wake-up, for at most a second.

    Acknowledgements gather and are sent before the next fetch. If a process dies before it sends one, the message is
    delivered again; claiming an order twice is harmless.
    """

    def __init__(self, broker: HintBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, max(prefetch, PREFETCH), timeout)
        self._acknowledged: deque[str] = deque()

    def ack(self, message: Any) -> None:
        """Note that the message is done."""
        self._acknowledged.append(message.options["redis_message_id"])
        self.queued_message_ids.discard(message.message_id)

    def close(self) -> None:
        """Send the last acknowledgements, and return the fetched messages that were not read."""
        try:
            self._flush()
            unread = [dramatiq.Message.decode(data) for data in self.message_cache if data is not None]
            self.message_cache = []
            self.requeue(unread)
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None

    def __next__(self) -> Any:
        """Return the next message, or None after a while without one."""
        try:
            if not self.message_cache:
                self._flush()
                self._fetch_or_wait()
            if not self.message_cache:
                return None
            return self._next_message()
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None

    def _next_message(self) -> Any:
        data = self.message_cache.pop(0)
        if data is None:
            return None
        message = dramatiq.Message.decode(data)
        self.queued_message_ids.add(message.message_id)
        return dramatiq.broker.MessageProxy(message)

    def _fetch_or_wait(self) -> None:
        room = self.prefetch - self.outstanding_message_count
        if room <= 0:
            # Every thread is busy with a message; wait until one has finished.
            time.sleep(_FULL_PAUSE_SECONDS)
            return
        self.message_cache = self.broker.do_fetch(self.queue_name, room)
        if not self.message_cache:
            self.broker.client.blpop([_WAKE_UPS], timeout=_WAIT_SECONDS)

    def _flush(self) -> None:
        done = [self._acknowledged.popleft() for _ in range(len(self._acknowledged))]
        if not done:
            return
        broker = self.broker
        with broker.client.pipeline(transaction=False) as pipeline:
            pipeline.srem(f"{broker.namespace}:__acks__.{broker.broker_id}.{self.queue_name}", *done)
            pipeline.hdel(f"{broker.namespace}:{self.queue_name}.msgs", *done)
            pipeline.execute()


class DramatiqQueue:
    """Implements Queue: gathers ids while a message is being sent. Only `run` sends."""

    def __init__(self, broker: HintBroker) -> None:
        self._broker = broker
        self._waiting: deque[UUID] = deque(maxlen=WAITING_MAX)
        self._has_waiting = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def offer(self, order_ids: Sequence[UUID]) -> None:
        """Queue ids for the next message."""
        self._waiting.extend(order_ids)
        if self._waiting:
            self._is_idle.clear()
            self._has_waiting.set()

    async def drain(self) -> None:
        """Return when everything offered has been sent, or after a second."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._is_idle.wait()

    async def run(self) -> None:
        """Send what is queued, until cancelled. Drop what cannot be sent: the sweeper finds those orders."""
        while True:
            if not self._waiting:
                self._is_idle.set()
            await self._has_waiting.wait()
            self._has_waiting.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), ORDERS_A_MESSAGE))]
                try:
                    await asyncio.to_thread(self._broker.send, batch)
                except (redis.RedisError, OSError) as error:
                    telemetry.queue_unreachable(error)


def make_broker(redis_url: str, execute: Callable[[list[str]], None]) -> HintBroker:
    """Return a broker whose one actor is `execute`, called on Dramatiq's threads with order ids."""
    broker = HintBroker(redis_url)
    dramatiq.Actor(execute, broker=broker, actor_name=ACTOR, queue_name=QUEUE, priority=0, options={})
    return broker
