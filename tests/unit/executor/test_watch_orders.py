"""Watches: everything once and in order, whatever the feed loses or repeats."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import REGISTRY

from executor_service.application import watch_orders
from executor_service.application.outbox import OUTBOX_EVENTS_MAX, Outbox
from executor_service.application.watch_orders import WatchHub
from executor_service.domain.lifecycle import OrderFailed
from executor_service.domain.order import Order
from servicekit.errors import Rejected, Unavailable
from tests.builders import NOON, a_new_order, an_id
from tests.fakes import MemoryFeed, MemoryLeasedOrders, MemoryOrderStore, MemoryQueue
from tests.memory_tables import MemoryTables


@dataclass
class World:
    tables: MemoryTables
    store: MemoryOrderStore
    feed: MemoryFeed
    leased: MemoryLeasedOrders
    hub: WatchHub

    async def accepted(self) -> Order:
        new = a_new_order()
        await self.store.add(new)
        return new.order

    async def started(self, order: Order) -> Order:
        return (await self.leased.start([order.order_id], NOON))[0]

    async def failed(self, order: Order) -> Order:
        return await self.leased.record(order, OrderFailed("NO_ROUTE", ""), at=NOON)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(watch_orders, "SILENCE_SECONDS", 0.02)
    tables, feed = MemoryTables(), MemoryFeed()
    store = MemoryOrderStore(tables, feed, MemoryQueue())
    hub = WatchHub(store=store, feed=feed)
    running = asyncio.create_task(hub.run())
    await asyncio.sleep(0)
    yield World(tables, store, feed, MemoryLeasedOrders(tables, feed, an_id(7)), hub)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _away(*_: object) -> Any:
    raise Unavailable("UNAVAILABLE")


async def _until_end(outbox: Outbox) -> list[tuple[int, int]]:
    """Return (watch, sequence) as delivered, until a watch ends."""
    seen: list[tuple[int, int]] = []
    async with asyncio.timeout(30):
        async for delivery in outbox.deliveries():
            for watch_id, events in delivery.events.items():
                seen += [(watch_id, event.sequence) for event in events]
            if delivery.ended:
                return seen
    raise AssertionError("the outbox ended by itself")


async def test_a_late_watcher_gets_everything_from_the_beginning(world: World) -> None:
    order = await world.failed(await world.started(await world.accepted()))
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_replay_goes_over_into_live(world: World) -> None:
    order = await world.accepted()
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    await world.failed(await world.started(order))
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_a_watcher_that_comes_a_moment_late_needs_no_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await world.started(await world.accepted())
    await asyncio.sleep(0)
    monkeypatch.setattr(world.store, "heads", _away)
    monkeypatch.setattr(world.store, "events_after", _away)
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 1)
    await world.failed(order)
    assert await _until_end(outbox) == [(1, 2), (1, 3)]


async def test_what_memory_lacks_comes_from_the_database(world: World) -> None:
    order = await world.accepted()
    await asyncio.sleep(0)
    world.feed.lossy = True
    await world.failed(await world.started(order))
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_memory_is_not_trusted_after_the_feed_was_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await world.accepted()
    world.feed.reconnect()
    await asyncio.sleep(0)
    monkeypatch.setattr(world.store, "heads", _away)
    with pytest.raises(Unavailable):
        await world.hub.add(world.hub.open_outbox(), 1, "local", order.order_id, 0)


async def test_a_watcher_that_comes_back_gets_only_the_rest(world: World) -> None:
    order = await world.failed(await world.started(await world.accepted()))
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 2)
    assert await _until_end(outbox) == [(1, 3)]


async def test_a_watcher_that_has_everything_ends_at_once(world: World) -> None:
    order = await world.failed(await world.started(await world.accepted()))
    outbox = world.hub.open_outbox()
    assert await world.hub.add(outbox, 1, "local", order.order_id, 3) is None
    assert await _until_end(outbox) == []


async def test_a_lossy_feed_costs_time_and_no_event(world: World) -> None:
    order = await world.accepted()
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    world.feed.lossy = True
    started = await world.started(order)
    world.feed.lossy = False
    await world.failed(started)
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_a_silent_feed_is_noticed(world: World) -> None:
    order = await world.accepted()
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    world.feed.lossy = True
    await world.failed(await world.started(order))
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_repeated_events_are_passed_on_once(world: World) -> None:
    order = await world.accepted()
    outbox = world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    await world.started(order)
    world.feed.publish(list(world.tables.events[order.order_id]))
    world.feed.reconnect()
    await world.failed((await world.store.get(order.order_id)) or order)
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]


async def test_two_watches_of_one_order_each_get_their_own(world: World) -> None:
    order = await world.started(await world.accepted())
    outbox, other = world.hub.open_outbox(), world.hub.open_outbox()
    await world.hub.add(outbox, 1, "local", order.order_id, 0)
    await world.hub.add(other, 9, "local", order.order_id, 2)
    await world.failed(order)
    assert await _until_end(outbox) == [(1, 1), (1, 2), (1, 3)]
    assert await _until_end(other) == [(9, 3)]


@pytest.mark.parametrize("account", ["other", "LOCAL"])
async def test_an_order_of_another_account_does_not_exist(world: World, account: str) -> None:
    order = await world.accepted()
    with pytest.raises(Rejected, match="ORDER_NOT_FOUND"):
        await world.hub.add(world.hub.open_outbox(), 1, account, order.order_id, 0)


async def test_an_unknown_order_is_refused(world: World) -> None:
    with pytest.raises(Rejected, match="ORDER_NOT_FOUND"):
        await world.hub.add(world.hub.open_outbox(), 1, "local", an_id(404), 0)


async def test_a_removed_watch_hears_nothing_more(world: World) -> None:
    order = await world.accepted()
    outbox = world.hub.open_outbox()
    watch = await world.hub.add(outbox, 1, "local", order.order_id, 1)
    assert watch is not None
    world.hub.remove(watch)
    await world.failed(await world.started(order))
    await asyncio.sleep(0.05)
    assert watch.last == 1
    assert world.hub._watches == {}


async def test_a_reader_that_is_too_slow_is_told_so() -> None:
    outbox = Outbox()
    event: Any = object()
    for _ in range(OUTBOX_EVENTS_MAX + 1):
        outbox.add_event(1, event)
    with pytest.raises(Unavailable, match="SLOW_READER"):
        await anext(outbox.deliveries())


async def test_nothing_more_is_gathered_for_a_reader_that_was_too_slow() -> None:
    outbox = Outbox()
    event: Any = object()
    dropped = REGISTRY.get_sample_value("tradewind_slow_readers_dropped_total") or 0
    for _ in range(OUTBOX_EVENTS_MAX + 100):
        outbox.add_event(1, event)
    outbox.add_watch(2, 1)
    outbox.end_watch(1)
    assert sys.getrefcount(event) < 10
    assert REGISTRY.get_sample_value("tradewind_slow_readers_dropped_total") == dropped + 1


async def test_draining_asks_every_reader_to_come_back(world: World) -> None:
    outbox = world.hub.open_outbox()
    world.hub.drain()
    with pytest.raises(Unavailable, match="SHUTTING_DOWN"):
        await anext(outbox.deliveries())
