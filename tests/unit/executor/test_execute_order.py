"""The story of an order, on fakes: where it starts again after a crash, and what ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from executor_service.application import execute_order
from executor_service.application.execute_order import ExecuteOrder
from executor_service.application.ports import LeaseLost, OutOfReach, SwapResult, SwapState
from executor_service.domain.lifecycle import (
    OrderCancelled,
    OrderStatus,
    RouteChosen,
    SwapBuilt,
    SwapSubmitted,
)
from executor_service.domain.order import Order, swap_id_of
from executor_service.domain.retry import RetryPolicy
from servicekit.errors import Rejected, Unavailable
from tests.builders import a_new_order, a_route, an_id
from tests.fakes import (
    FakeMarket,
    FakeRouter,
    ManualClock,
    MemoryFeed,
    MemoryLeasedOrders,
    MemoryOrderStore,
    MemoryQueue,
    failed,
    landed,
)
from tests.memory_tables import MemoryTables


@dataclass
class World:
    """Everything an order meets, and a worker that drives it."""

    tables: MemoryTables
    store: MemoryOrderStore
    feed: MemoryFeed
    leased: MemoryLeasedOrders
    router: FakeRouter
    market: FakeMarket
    clock: ManualClock
    execute: ExecuteOrder

    async def routing_order(self) -> Order:
        new = a_new_order()
        await self.store.add(new)
        [order] = await self.leased.start([new.order.order_id], self.clock.now())
        return order

    async def submitted_order(self) -> Order:
        order = await self.routing_order()
        swap = SwapBuilt(swap_id_of(order.order_id, 1), 223_875_000)
        return await self.leased.record(order, RouteChosen(a_route()), swap, SwapSubmitted(), at=self.clock.now())

    def statuses(self, order_id: UUID) -> Sequence[str]:
        return [event.status.value for event in self.tables.events[order_id]]

    def worker(self) -> ExecuteOrder:
        return ExecuteOrder(
            orders=self.leased, router=self.router, market=self.market, clock=self.clock, retry=RetryPolicy()
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(execute_order, "OUTAGE_PAUSE_SECONDS", 0)
    tables, feed, clock = MemoryTables(), MemoryFeed(), ManualClock()
    made = World(
        tables=tables,
        store=MemoryOrderStore(tables, feed, MemoryQueue()),
        feed=feed,
        leased=MemoryLeasedOrders(tables, feed, an_id(7)),
        router=FakeRouter(),
        market=FakeMarket(),
        clock=clock,
        execute=None,  # type: ignore[arg-type]  # set below, it needs the rest
    )
    made.execute = made.worker()
    return made


HAPPY = ["pending", "routing", "routing_complete", "building", "submitted", "confirmed"]


async def test_an_order_runs_to_its_end(world: World) -> None:
    order = await world.routing_order()
    ended = await world.execute.run(order)
    assert ended is not None
    assert ended.status is OrderStatus.CONFIRMED
    assert ended.executed_amount_out == 223_875_000
    assert world.statuses(order.order_id) == HAPPY
    assert world.market.sent == [swap_id_of(order.order_id, 1)]


async def test_the_intent_is_recorded_before_the_swap_is_sent(world: World) -> None:
    order = await world.routing_order()
    seen: list[str] = []
    send = world.market.send

    async def spying_send(order: Order) -> SwapResult:
        seen.extend(world.statuses(order.order_id))
        return await send(order)

    world.market.send = spying_send  # type: ignore[method-assign]
    await world.execute.run(order)
    assert seen == HAPPY[:-1]


async def test_a_swap_in_flight_is_waited_for(world: World) -> None:
    world.market.script = [SwapResult(SwapState.IN_FLIGHT)]
    ended = await world.execute.run(await world.routing_order())
    assert ended is not None
    assert ended.status is OrderStatus.CONFIRMED


async def test_failed_attempts_are_repeated_with_new_quotes_and_growing_pauses(world: World) -> None:
    order = await world.routing_order()
    world.market.script = [failed(), failed("SWAP_FAILED"), landed(224_000_000)]
    ended = await world.execute.run(order)
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.CONFIRMED, 3)
    assert world.clock.slept_ms == [500, 1000]
    assert len(world.router.asked) == 3
    assert world.market.sent == [swap_id_of(order.order_id, attempt) for attempt in (1, 2, 3)]
    assert world.statuses(order.order_id).count("retrying") == 2


async def test_failed_comes_once_after_the_last_attempt(world: World) -> None:
    order = await world.routing_order()
    world.market.script = [failed(), failed(), failed()]
    ended = await world.execute.run(order)
    assert ended is not None
    assert (ended.status, ended.failure_reason) == (OrderStatus.FAILED, "SLIPPAGE_EXCEEDED")
    assert world.statuses(order.order_id).count("failed") == 1
    assert world.statuses(order.order_id)[-1] == "failed"


async def test_no_route_ends_the_order_at_once(world: World) -> None:
    world.router.answers = [Rejected("NO_ROUTE")]
    ended = await world.execute.run(await world.routing_order())
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.FAILED, 1)
    assert world.market.sent == []


async def test_silent_venues_cost_an_attempt(world: World) -> None:
    world.router.answers = [Unavailable("QUOTES_UNAVAILABLE")]
    ended = await world.execute.run(await world.routing_order())
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.CONFIRMED, 2)


async def test_an_outage_of_the_router_is_waited_out(world: World) -> None:
    world.router.answers = [OutOfReach(), OutOfReach()]
    ended = await world.execute.run(await world.routing_order())
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.CONFIRMED, 1)


async def test_a_lost_answer_is_an_unknown_outcome_and_not_a_failure(world: World) -> None:
    order = await world.routing_order()
    swap_id = swap_id_of(order.order_id, 1)
    world.market.script = [OutOfReach()]
    original = world.market.send

    async def taken_but_unheard(order: Order) -> SwapResult:
        world.market.swaps.setdefault(swap_id, landed(224_000_000))
        world.market.send = original  # type: ignore[method-assign]
        raise OutOfReach

    world.market.send = taken_but_unheard  # type: ignore[method-assign]
    ended = await world.execute.run(order)
    assert ended is not None
    assert (ended.status, ended.attempt, ended.executed_amount_out) == (OrderStatus.CONFIRMED, 1, 224_000_000)
    assert world.market.sent == []
    assert world.market.found == [swap_id]


async def test_a_swap_that_could_not_be_handed_over_keeps_its_attempt(world: World) -> None:
    order = await world.routing_order()
    swap_id = swap_id_of(order.order_id, 1)
    world.market.script = [Unavailable("OVERLOADED")]
    ended = await world.execute.run(order)
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.CONFIRMED, 1)
    assert (world.market.sent, world.market.found) == ([swap_id, swap_id], [swap_id])


async def test_only_the_markets_refusal_ends_an_attempt(world: World) -> None:
    world.market.script = [Rejected("INSUFFICIENT_FUNDS")]
    ended = await world.execute.run(await world.routing_order())
    assert ended is not None
    assert (ended.status, ended.failure_reason) == (OrderStatus.FAILED, "INSUFFICIENT_FUNDS")


async def test_an_order_found_in_submitted_asks_before_it_sends(world: World) -> None:
    order = await world.submitted_order()
    world.market.swaps[swap_id_of(order.order_id, 1)] = landed(224_000_000)
    ended = await world.worker().run(order)
    assert ended is not None
    assert ended.status is OrderStatus.CONFIRMED
    assert world.market.sent == []


async def test_a_submitted_swap_the_market_never_saw_is_sent_with_the_same_identity(world: World) -> None:
    order = await world.submitted_order()
    ended = await world.worker().run(order)
    assert ended is not None
    assert ended.status is OrderStatus.CONFIRMED
    assert world.market.sent == [swap_id_of(order.order_id, 1)]


async def test_a_new_attempt_starts_only_when_the_earlier_swap_can_never_land(world: World) -> None:
    order = await world.submitted_order()
    world.market.swaps[swap_id_of(order.order_id, 1)] = SwapResult(SwapState.EXPIRED, reason="SWAP_EXPIRED")
    ended = await world.worker().run(order)
    assert ended is not None
    assert (ended.status, ended.attempt) == (OrderStatus.CONFIRMED, 2)
    assert world.market.sent == [swap_id_of(order.order_id, 2)]


async def test_an_order_found_in_routing_takes_the_same_attempt_again(world: World) -> None:
    ended = await world.worker().run(await world.routing_order())
    assert ended is not None
    assert ended.attempt == 1


async def test_a_cancelled_order_stops_quietly(world: World) -> None:
    order = await world.routing_order()
    await world.store.cancel(order, OrderCancelled(), world.clock.now())
    assert await world.execute.run(order) is None
    assert world.market.sent == []
    assert not world.execute._unsent


async def test_a_lost_lease_is_raised(world: World) -> None:
    order = await world.routing_order()
    world.tables.alive.clear()
    with pytest.raises(LeaseLost):
        await world.execute.run(order)
    assert world.market.sent == []
