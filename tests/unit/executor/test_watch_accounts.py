"""Account watches: open orders from where they stand, orders to come from their first event, each event once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from executor_service.application import watch_accounts, watch_orders
from executor_service.application.outbox import Outbox
from executor_service.application.ports import OrderHead
from executor_service.application.watch_accounts import AccountWatch, born_ms, first_id
from executor_service.application.watch_orders import WatchHub
from executor_service.domain.lifecycle import OrderFailed
from executor_service.domain.order import Order
from servicekit.errors import Unavailable
from tests.builders import NOON, a_new_order, an_id
from tests.fakes import MemoryFeed, MemoryLeasedOrders, MemoryOrderStore, MemoryQueue
from tests.memory_tables import MemoryTables

Told = list[tuple[UUID, int]]


@dataclass
class World:
    tables: MemoryTables
    store: MemoryOrderStore
    feed: MemoryFeed
    leased: MemoryLeasedOrders
    hub: WatchHub
    outbox: Outbox
    told: Told = field(default_factory=list)
    ended: list[tuple[int, str]] = field(default_factory=list)

    async def accepted(self, account_id: str = "local") -> Order:
        new = a_new_order(account_id=account_id)
        await self.store.add(new)
        return new.order

    async def started(self, order: Order) -> Order:
        return (await self.leased.start([order.order_id], NOON))[0]

    async def failed(self, order: Order) -> Order:
        return await self.leased.record(order, OrderFailed("NO_ROUTE", ""), at=NOON)

    async def lived(self, account_id: str = "local") -> Order:
        return await self.failed(await self.started(await self.accepted(account_id)))

    async def watch(self, account_id: str = "local", since_ms: int | None = None) -> AccountWatch:
        watch = await self.hub.add_account(self.outbox, 1, account_id, since_ms)
        assert watch is not None
        return watch

    async def listen(self) -> None:
        async for delivery in self.outbox.deliveries():
            self.ended += delivery.ended
            self.told += [(e.order_id, e.sequence) for events in delivery.events.values() for e in events]

    async def hears(self, expected: Told) -> None:
        """Return once everything expected was told; then wait whether more comes, and check that it was just that."""
        async with asyncio.timeout(30):
            while len(self.told) < len(expected):
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.06)
        assert sorted(self.told, key=lambda told: told[0]) == sorted(expected, key=lambda told: told[0])
        assert self.ended == []


def life(order: Order, first: int = 1) -> Told:
    return [(order.order_id, sequence) for sequence in range(first, 4)]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(watch_orders, "SILENCE_SECONDS", 0.02)
    monkeypatch.setattr(watch_accounts, "LOOK_SECONDS", 0.02)
    tables, feed = MemoryTables(), MemoryFeed()
    store = MemoryOrderStore(tables, feed, MemoryQueue())
    hub = WatchHub(store=store, feed=feed)
    made = World(tables, store, feed, MemoryLeasedOrders(tables, feed, an_id(7)), hub, hub.open_outbox())
    running = [asyncio.create_task(hub.run()), asyncio.create_task(made.listen())]
    await asyncio.sleep(0)
    yield made
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_orders_to_come_are_told_from_their_first_event(world: World) -> None:
    await world.watch()
    first, second = await world.lived(), await world.lived()
    await world.hears(life(first) + life(second))


async def test_open_orders_are_told_from_where_they_stand(world: World) -> None:
    ended, waiting, running = await world.lived(), await world.accepted(), await world.started(await world.accepted())
    await world.watch()
    await world.failed(running)
    await world.failed(await world.started(waiting))
    await world.hears(life(waiting, first=2) + life(running, first=3))
    assert ended.order_id not in dict(world.told)


async def test_what_happens_while_the_watch_is_being_made_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await world.started(await world.accepted())
    read, young = world.store.heads_since, []

    async def read_late(first_id: UUID) -> Sequence[OrderHead]:
        monkeypatch.setattr(world.store, "heads_since", read)
        await world.failed(order)
        young.append(await world.accepted())
        heads = await read(first_id)
        await world.failed(await world.started(young[0]))
        return heads

    monkeypatch.setattr(world.store, "heads_since", read_late)
    await world.watch()
    await world.hears(life(order, first=3) + life(young[0]))


async def test_orders_of_other_accounts_are_not_told(world: World) -> None:
    await world.watch("local")
    await world.lived("other")
    mine = await world.lived("local")
    await world.hears(life(mine))


async def test_the_watch_of_all_accounts_tells_of_all(world: World) -> None:
    await world.watch("")
    one, other = await world.lived("one"), await world.lived("other")
    await world.hears(life(one) + life(other))


async def test_an_order_whose_whole_life_the_feed_lost_is_told(world: World) -> None:
    await world.watch()
    world.feed.lossy = True
    order = await world.lived()
    await world.hears(life(order))


async def test_a_lost_first_event_is_read_when_the_second_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_accounts, "LOOK_SECONDS", 60.0)
    await world.watch()
    await asyncio.sleep(0.05)
    world.feed.lossy = True
    order = await world.accepted()
    world.feed.lossy = False
    await world.failed(await world.started(order))
    await world.hears(life(order))


async def test_repeats_and_reconnects_tell_nothing_twice(world: World) -> None:
    await world.watch()
    ended, order = await world.lived(), await world.started(await world.accepted())
    for _ in range(3):
        world.feed.publish([event for events in world.tables.events.values() for event in events])
        world.feed.reconnect()
        await asyncio.sleep(0.03)
    await world.failed(order)
    await world.hears(life(ended) + life(order))


async def test_an_ended_order_stays_told_after_it_was_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_accounts, "MEMORY_MS", 0)
    monkeypatch.setattr(watch_accounts, "OVERLAP_MS", 0)
    watch = await world.watch()
    order = await world.lived()
    async with asyncio.timeout(30):
        while order.order_id in watch.over or not world.told:
            await asyncio.sleep(0.005)
    world.feed.publish(world.tables.events[order.order_id])
    await world.hears(life(order))


async def test_a_watch_that_comes_back_hears_what_it_missed(world: World) -> None:
    watch = await world.watch()
    since_ms = watch.new_from_ms
    world.hub.remove(watch)
    missed, waiting = await world.lived(), await world.accepted()
    await world.watch(since_ms=since_ms)
    await world.failed(await world.started(waiting))
    await world.hears(life(missed) + life(waiting))


async def test_a_database_away_costs_time_and_no_event(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.watch()
    world.feed.lossy = True
    reads = world.store.heads_since

    async def away(first_id: UUID) -> None:
        raise Unavailable

    monkeypatch.setattr(world.store, "heads_since", away)
    order = await world.lived()
    await asyncio.sleep(0.06)
    assert world.told == []
    monkeypatch.setattr(world.store, "heads_since", reads)
    await world.hears(life(order))


async def test_a_removed_watch_hears_nothing_more_and_leaves_nothing_behind(world: World) -> None:
    await world.accepted()
    watch = await world.watch()
    world.hub.remove(watch)
    await world.lived()
    await asyncio.sleep(0.05)
    assert world.told == []
    assert world.hub._watches == {}


async def test_an_account_with_too_many_open_orders_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_accounts, "OPEN_ORDERS_MAX", 2)
    await world.accepted()
    await world.accepted()
    assert await world.hub.add_account(world.outbox, 1, "local", None) is None
    await asyncio.sleep(0.01)
    assert world.ended == [(1, "OVERLOADED")]


def test_an_identity_tells_when_it_was_made() -> None:
    at = NOON + timedelta(milliseconds=7)
    moment_ms = int(at.timestamp() * 1_000)
    assert born_ms(first_id(moment_ms)) == moment_ms
    assert first_id(moment_ms) < first_id(moment_ms + 1)
