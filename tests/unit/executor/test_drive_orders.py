"""Permits: what is not driven gives its permit back, whatever happened in between."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import pytest

from executor_service.application import drive_orders
from executor_service.application.drive_orders import DriveOrders, Permits
from executor_service.application.execute_order import ExecuteOrder
from executor_service.application.ports import Clock, LeaseLost
from executor_service.domain.order import Order
from servicekit.cancelling import cancel_all
from servicekit.errors import Unavailable
from tests.builders import NOON, a_new_order
from tests.fakes import MemoryLeasedOrders

LIMIT = 10


class ScriptedOrders:
    """Answers each call as the test says: with orders, an error, or never."""

    def __init__(self, *answers: Sequence[Order] | Exception | None) -> None:
        self._answers = list(answers)
        self.asked = asyncio.Event()

    async def start(self, order_ids: Sequence[UUID], at: datetime) -> Sequence[Order]:
        return await self._answer()

    async def claim(self, order_ids: Sequence[UUID]) -> Sequence[Order]:
        return await self._answer()

    async def claim_abandoned(self, limit: int, at: datetime) -> Sequence[Order]:
        return await self._answer()

    async def _answer(self) -> Sequence[Order]:
        self.asked.set()
        answer = self._answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return cast("Sequence[Order]", answer)


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOON


class Executes:
    """Drives orders until it is told to end."""

    def __init__(self) -> None:
        self.enough = asyncio.Event()

    async def run(self, order: Order) -> None:
        await self.enough.wait()


def drivers(leased: ScriptedOrders, permits: Permits) -> tuple[DriveOrders, Executes]:
    execute = Executes()
    driver = DriveOrders(
        orders=cast("MemoryLeasedOrders", leased),
        execute=cast("ExecuteOrder", execute),
        clock=cast("Clock", Noon()),
        permits=permits,
    )
    return driver, execute


def orders(count: int) -> list[Order]:
    return [a_new_order().order for _ in range(count)]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_orders, "SWEEP_EVERY_SECONDS", 0)


async def test_an_order_keeps_its_permit_while_it_is_driven() -> None:
    permits, found = Permits(LIMIT), orders(3)
    driver, execute = drivers(ScriptedOrders(found[:2], found[2:]), permits)
    await driver.take_up([order.order_id for order in found if permits.take_now(1)])
    assert (driver.in_flight, permits.free) == (3, LIMIT - 3)
    execute.enough.set()
    while driver.in_flight:
        await asyncio.sleep(0)
    assert permits.free == LIMIT


@pytest.mark.parametrize("error", [Unavailable("UNAVAILABLE"), LeaseLost(), ValueError("a defect")])
@pytest.mark.parametrize("started", [0, 2])
async def test_orders_that_could_not_be_claimed_hold_no_permit(error: Exception, started: int) -> None:
    permits, found = Permits(LIMIT), orders(4)
    answers: list[Any] = [found[:started], error] if started else [error]
    driver, _ = drivers(ScriptedOrders(*answers), permits)
    permits.take_now(len(found))
    await driver.take_up([order.order_id for order in found])
    assert permits.free == LIMIT - driver.in_flight
    await driver.until_lease_in_doubt()
    await driver.stop()
    assert permits.free == LIMIT


@pytest.mark.parametrize("error", [Unavailable("UNAVAILABLE"), LeaseLost(), ValueError("a defect")])
async def test_a_sweep_that_failed_holds_no_permit_and_puts_the_lease_in_doubt(error: Exception) -> None:
    permits = Permits(LIMIT)
    driver, _ = drivers(ScriptedOrders(error, None), permits)
    sweeping = asyncio.create_task(driver.sweep())
    await driver.until_lease_in_doubt()
    await cancel_all([sweeping])
    assert permits.free == LIMIT


async def test_a_sweep_that_is_ended_while_it_asks_holds_no_permit() -> None:
    permits, leased = Permits(LIMIT), ScriptedOrders(None)
    driver, _ = drivers(leased, permits)
    sweeping = asyncio.create_task(driver.sweep())
    await leased.asked.wait()
    assert permits.free == 0
    await cancel_all([sweeping])
    assert permits.free == LIMIT
