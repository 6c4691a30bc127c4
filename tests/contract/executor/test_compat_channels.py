"""Each order's events on a Redis channel of its own, as an earlier engine's consumers read them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from executor_service.adapters.redis_feed import CHANNEL, RedisEventFeed
from executor_service.application.ports import StoredEvent
from executor_service.domain.frames import frame_of
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import apply
from gateway.orders.dialects import FLAT, Narrator
from tests.builders import NOON, a_route, an_id, an_order

ATTEMPT: list[OrderEvent] = [
    RoutingStarted(),
    RouteChosen(a_route()),
    SwapBuilt(an_id(7), 223_875_000),
    SwapSubmitted(),
]
AGAIN = AttemptFailed("DROPPED", "lost", NOON + timedelta(seconds=1), 500)
LIVES: dict[str, list[OrderEvent]] = {
    "filled at once": [*ATTEMPT, SwapConfirmed(224_000_001, "5good", 90)],
    "filled by the second attempt": [*ATTEMPT, AGAIN, *ATTEMPT, SwapConfirmed(224_000_001, "5good", 90)],
    "failed": [*ATTEMPT, OrderFailed("SLIPPAGE_EXCEEDED", "moved")],
    "cancelled": [RoutingStarted(), OrderCancelled()],
}


def a_life(*events: OrderEvent) -> list[StoredEvent]:
    """Return an order's life as it is stored."""
    order = an_order()
    frames = [frame_of(order, OrderAccepted())]
    states = [order]
    for event in events:
        order = apply(order, event, NOON)
        states.append(order)
        frames.append(frame_of(order, event))
    return [
        StoredEvent(state.order_id, state.version, state.status, frame, state.account_id)
        for state, frame in zip(states, frames, strict=True)
    ]


def as_its_socket_tells(life: list[StoredEvent]) -> list[dict[str, Any]]:
    """Return what the gateway tells at /api/orders/status, without the decision it remembers from another event."""
    narrator = Narrator(FLAT)
    told = [json.loads(frame) for event in life if (frame := narrator.tell(event.payload))]
    return [{name: value for name, value in frame.items() if name != "decision"} for frame in told]


class Ear:
    """A consumer as that engine's are: subscribed to one channel, reading JSON."""

    def __init__(self, redis: Redis, channel: str) -> None:
        self._subscription = redis.pubsub(ignore_subscribe_messages=True)
        self._channel = channel

    async def listen(self) -> None:
        await self._subscription.subscribe(self._channel)
        # The first message is Redis saying that the subscription stands.
        await self._subscription.get_message(timeout=5)

    async def hear(self, count: int) -> list[Any]:
        heard: list[Any] = []
        async with asyncio.timeout(30):
            while len(heard) < count:
                message = await self._subscription.get_message(timeout=5)
                if message is not None:
                    heard.append(message["data"])
        return heard

    async def close(self) -> None:
        await self._subscription.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped


@asynccontextmanager
async def listening(redis: Redis, channel: str) -> AsyncIterator[Ear]:
    ear = Ear(redis, channel)
    await ear.listen()
    yield ear
    await ear.close()


@asynccontextmanager
async def publishing(redis: Redis, *, order_channels: bool) -> AsyncIterator[RedisEventFeed]:
    feed = RedisEventFeed(redis, order_channels=order_channels)
    running = asyncio.create_task(feed.run())
    yield feed
    running.cancel()


def own_channel(life: list[StoredEvent]) -> str:
    """Return the name that those consumers make for themselves."""
    return f"order:{life[0].order_id}"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as opened:
        yield opened


@pytest.mark.parametrize("name", LIVES)
async def test_s5_19_each_order_is_told_on_its_own_channel(redis: Redis, name: str) -> None:
    life, other = a_life(*LIVES[name]), a_life(RoutingStarted())
    expected = as_its_socket_tells(life)
    async with publishing(redis, order_channels=True) as feed, listening(redis, own_channel(life)) as ear:
        feed.publish([*other, *life])
        heard = [json.loads(frame) for frame in await ear.hear(len(expected))]
    assert heard == expected
    assert {frame["orderId"] for frame in heard} == {str(life[0].order_id)}


async def test_a_filled_order_s_frames_have_what_its_consumers_read(redis: Redis) -> None:
    life = a_life(*LIVES["filled at once"])
    async with publishing(redis, order_channels=True) as feed, listening(redis, own_channel(life)) as ear:
        feed.publish(life)
        told = {frame["status"]: frame for frame in map(json.loads, await ear.hear(5))}
    assert list(told) == ["pending", "routing", "building", "submitted", "confirmed"]
    assert told["building"]["chosen"] == "raydium"
    assert told["submitted"]["attempt"] == 1
    assert told["confirmed"]["txHash"] == "RAYDIUM-5good"


@pytest.mark.parametrize("order_channels", [False, True])
async def test_our_own_watchers_hear_the_same_either_way(redis: Redis, order_channels: bool) -> None:
    life = a_life(*LIVES["filled at once"])
    async with publishing(redis, order_channels=order_channels) as feed:
        reader = feed.batches()
        assert await anext(reader) == []
        feed.publish(life)
        async with asyncio.timeout(30):
            assert await anext(reader) == life
        await reader.aclose()  # type: ignore[attr-defined]  # an async generator behind the port's iterator


async def test_switched_off_nothing_goes_to_the_orders_channels(redis: Redis) -> None:
    life = a_life(*LIVES["filled at once"])
    async with publishing(redis, order_channels=False) as feed, listening(redis, own_channel(life)) as own:
        async with listening(redis, CHANNEL) as ours:
            feed.publish(life)
            await ours.hear(1)
        # Redis keeps the order of what it is sent: anything for the order's channel would have come before this.
        await redis.publish(own_channel(life), b"mark")
        assert await own.hear(1) == [b"mark"]
