"""One seed, one history, one verdict."""

import asyncio
import contextlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from executor_service.application.cancel_order import CancelOrder
from executor_service.application.ports import SwapState
from executor_service.domain.lifecycle import TRANSITIONS, OrderStatus
from servicekit.errors import DomainError
from tests.builders import a_new_order
from tests.campaigns.simulation.virtual_time import VirtualLoop
from tests.campaigns.simulation.world import END, FAULTS_UNTIL, World
from tests.fakes import MemoryOrderStore, MemoryQueue

ORDERS: Final = 5
_STEPS: Final = {(before, after) for (before, _), after in TRANSITIONS.items()}


def breaches_of(seed: int, make_world: Callable[[int], World] = World) -> list[str]:
    """Run one seed and return every invariant it broke, in words; none is a pass."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_history(make_world(seed)))


async def _history(world: World) -> list[str]:
    world.boot()
    world.boot()
    store = MemoryOrderStore(world.tables, world.feed, MemoryQueue())
    actors = [asyncio.create_task(_client(world, store)) for _ in range(ORDERS)]
    actors.append(asyncio.create_task(_trouble(world)))
    async with asyncio.timeout(END):
        await asyncio.gather(*actors)
        while not all(row.order.is_terminal for row in world.tables.rows.values()):
            if asyncio.get_running_loop().time() > END - 5:
                break
            await asyncio.sleep(0.5)
    # A swap that is still on the wire may land yet; it must not.
    await asyncio.sleep(20)
    found = _breaches(world)
    for worker in tuple(world.workers):
        await world.kill(worker)
    return found


async def _client(world: World, store: MemoryOrderStore) -> None:
    odds = world.odds
    await asyncio.sleep(odds.random.uniform(0, 8))
    new = a_new_order()
    await store.add(new)
    hint = asyncio.create_task(world.point_at(new.order.order_id))
    if odds.random.random() < 0.3:
        await asyncio.sleep(odds.random.choice((0.0, 0.01, 0.05, 0.5, 2.0)))
        # Too late is an answer like another.
        with contextlib.suppress(DomainError):
            await CancelOrder(store=store, clock=world.clock).cancel(new.order.order_id, "local")
    await hint


async def _trouble(world: World) -> None:
    """Kill and freeze workers until the faults cease; then see that at least one runs."""
    odds = world.odds
    while asyncio.get_running_loop().time() < FAULTS_UNTIL:
        await asyncio.sleep(odds.random.uniform(0.05, 3.0))
        if not world.workers:
            world.boot()
            continue
        worker = odds.random.choice(world.workers)
        match odds.random.choice(("kill", "freeze", "nothing")):
            case "kill":
                await world.kill(worker)
                asyncio.get_running_loop().call_later(odds.random.uniform(0, 2), world.boot)
            case "freeze":
                worker.frozen.clear()
                asyncio.get_running_loop().call_later(odds.random.uniform(0.5, 8), worker.frozen.set)
    if not world.workers:
        world.boot()


def _breaches(world: World) -> list[str]:
    found: list[str] = []
    landed: dict[Any, list[int]] = {}
    for entry in world.market.ledger.values():
        if entry.result.state is SwapState.LANDED:
            landed.setdefault(entry.order_id, []).append(entry.result.amount_out)
    for order_id, row in world.tables.rows.items():
        order = row.order
        events = world.tables.events[order_id]
        statuses = [event.status for event in events]
        fills = landed.get(order_id, [])
        checks = {
            "not ended": order.is_terminal,
            "more than one landed swap": len(fills) <= 1,
            "landed but not confirmed": not fills or order.status is OrderStatus.CONFIRMED,
            "confirmed but not landed": order.status is not OrderStatus.CONFIRMED or len(fills) == 1,
            "confirmed with another amount": not fills or order.executed_amount_out == fills[0],
            "a gap in the events": [event.sequence for event in events] == list(range(1, order.version + 1)),
            "an illegal transition": all(step in _STEPS for step in pairwise(statuses)),
            "failed more than once": statuses.count(OrderStatus.FAILED) <= 1,
            "more than three attempts": order.attempt <= 3,
        }
        found += [f"{name}: {' '.join(statuses)}" for name, holds in checks.items() if not holds]
    return found
