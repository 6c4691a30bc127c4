"""Committed events over Redis pub/sub. Each carries its whole frame, so that a watch rarely reads the database.

Delivery is at most once. A watch notices a lost message by a gap or a silence and then reads the database.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from executor_service import telemetry
from executor_service.adapters.flat_frames import flat_frame
from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderStatus

CHANNEL: Final = "tradewind:events"
EVENTS_WAITING_MAX: Final = 20_000
EVENTS_A_MESSAGE: Final = 256
PAUSE_AFTER_ERROR_SECONDS: Final = 0.25

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(list[tuple[bytes, int, str, str, str]])


class RedisEventFeed:
    """Implements EventFeed. Only `run` publishes.

    With `order_channels` each event goes to its order's own channel as well, for consumers of an earlier engine.
    """

    def __init__(self, redis: Redis, *, order_channels: bool = False) -> None:
        self._redis = redis
        self._order_channels = order_channels
        # Each event with the monotonic time of its commit.
        self._waiting: deque[tuple[float, StoredEvent]] = deque(maxlen=EVENTS_WAITING_MAX)
        self._has_waiting = asyncio.Event()

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Queue events for the next message. While Redis does not answer, the oldest are dropped in the end."""
        now = time.monotonic()
        self._waiting.extend((now, event) for event in events)
        if self._waiting:
            self._has_waiting.set()

    async def run(self) -> None:
        """Publish what is queued, until cancelled."""
        while True:
            await self._has_waiting.wait()
            self._has_waiting.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), EVENTS_A_MESSAGE))]
                try:
                    await self._send([event for _, event in batch])
                    telemetry.published(time.monotonic() - batch[0][0])
                except (RedisError, OSError) as error:
                    telemetry.feed_unreachable(error)
                    await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)

    async def _send(self, batch: Sequence[StoredEvent]) -> None:
        if not self._order_channels:
            await self._redis.publish(CHANNEL, _encode(batch))
            return
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.publish(CHANNEL, _encode(batch))
            for event in batch:
                if (frame := flat_frame(event)) is not None:
                    pipeline.publish(order_channel(event.order_id), frame)
            await pipeline.execute()

    async def batches(self) -> AsyncIterator[Sequence[StoredEvent]]:
        """Yield published events; an empty batch after every (re)connection."""
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    yield []
                    async for message in subscription.listen():
                        if message["type"] == "message":
                            yield _decode(message["data"])
            except (RedisError, OSError) as error:
                telemetry.feed_unreachable(error)
                await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)


def order_channel(order_id: UUID) -> str:
    """Return the name of the channel that carries one order's events."""
    return f"order:{order_id}"


def _encode(events: Sequence[StoredEvent]) -> bytes:
    return _ENCODER.encode([(e.order_id.bytes, e.sequence, e.status.value, e.payload, e.account_id) for e in events])


def _decode(message: bytes) -> list[StoredEvent]:
    return [
        StoredEvent(UUID(bytes=order_id), sequence, OrderStatus(status), payload, account_id)
        for order_id, sequence, status, payload, account_id in _DECODER.decode(message)
    ]
