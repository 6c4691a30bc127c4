"""A worker's orders in flight: claimed when a hint names them or when no worker drives them, then run to their end.

`Permits` bound how many run at once. The queue's threads take them, so that orders beyond the bound stay safe in
the queue.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from executor_service import execution_quality, telemetry
from executor_service.application.execute_order import ExecuteOrder
from executor_service.application.ports import Clock, LeasedOrders, LeaseLost
from executor_service.domain.order import Order
from servicekit.cancelling import cancel_all
from servicekit.errors import Unavailable

SWEEP_EVERY_SECONDS: Final = 1.0
SWEEP_ORDERS_MAX: Final = 500
DEFECT_PAUSE_SECONDS: Final = 1.0


class PermitsClosed(Exception):
    """The worker takes no more orders."""


class Permits:
    """A bounded number of permits. Threads wait for one; the event loop takes what is free."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._closed = False
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        """How many are free now."""
        return self._free

    def take(self, wanted: int) -> int:
        """Wait until at least one is free and take up to `wanted`. Raises PermitsClosed."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0 or self._closed)
            if self._closed:
                raise PermitsClosed
            return self._take_now(wanted)

    def take_now(self, wanted: int) -> int:
        """Take up to `wanted` without waiting, perhaps none."""
        with self._changed:
            return 0 if self._closed else self._take_now(wanted)

    def give_back(self, count: int) -> None:
        """Return permits."""
        with self._changed:
            self._free += count
            self._changed.notify_all()

    def close(self) -> None:
        """Refuse all further and waiting takers."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take_now(self, wanted: int) -> int:
        taken = min(self._free, wanted)
        self._free -= taken
        return taken


class DriveOrders:
    """Runs the orders of one lease. When the lease is in doubt it stops, and other workers take the orders over."""

    def __init__(self, *, orders: LeasedOrders, execute: ExecuteOrder, clock: Clock, permits: Permits) -> None:
        self._orders = orders
        self._execute = execute
        self._clock = clock
        self.permits = permits
        self._runs: set[asyncio.Task[None]] = set()
        self._lease_in_doubt = asyncio.Event()

    @property
    def in_flight(self) -> int:
        """Number of orders being driven."""
        return len(self._runs)

    async def take_up(self, order_ids: Sequence[UUID]) -> None:
        """Claim these orders and drive them; the caller holds a permit for each."""
        with self._drive_found(len(order_ids)) as found:
            found.extend(await self._orders.start(order_ids, self._clock.now()))
            missing = set(order_ids) - {order.order_id for order in found}
            if missing:
                found.extend(await self._orders.claim(list(missing)))

    async def sweep(self) -> None:
        """Each second claim the orders that should move and that no worker drives. This needs no queue."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_SECONDS)
            permits = self.permits.take_now(SWEEP_ORDERS_MAX)
            if not permits:
                continue
            with self._drive_found(permits) as found:
                found.extend(await self._orders.claim_abandoned(permits, self._clock.now()))
                if found:
                    telemetry.orders_taken_over(found)

    async def until_lease_in_doubt(self) -> None:
        """Return when a write's outcome is unknown or the lease is lost."""
        await self._lease_in_doubt.wait()

    async def stop(self) -> None:
        """Stop every run. Each order's row says where the next worker goes on."""
        await cancel_all(tuple(self._runs))

    @contextmanager
    def _drive_found(self, permits: int) -> Iterator[list[Order]]:
        """Drive the orders that the body finds, each with one of the permits; return the other permits at once.

        After a defect in the body some claimed orders may have no run, so the worker gives its lease up.
        """
        found: list[Order] = []
        try:
            yield found
        except (Unavailable, LeaseLost):
            self._lease_in_doubt.set()
        except BaseException as error:
            self.permits.give_back(permits)
            if not isinstance(error, Exception):
                raise
            telemetry.claim_crashed(error)
            self._lease_in_doubt.set()
            return
        self.permits.give_back(permits - len(found))
        self._drive(found)

    def _drive(self, orders: Sequence[Order]) -> None:
        for order in orders:
            run = asyncio.get_running_loop().create_task(self._run(order))
            self._runs.add(run)
            run.add_done_callback(self._free_permit)

    async def _run(self, order: Order) -> None:
        telemetry.order_claimed(order)
        try:
            await self._run_in_spite_of_defects(order)
        except (Unavailable, LeaseLost):
            self._lease_in_doubt.set()

    async def _run_in_spite_of_defects(self, order: Order) -> None:
        found: Order | None = order
        while found is not None:
            try:
                ended = await self._execute.run(found)
                if ended is not None:
                    execution_quality.order_ended(ended)
                return
            except (Unavailable, LeaseLost):
                raise
            except Exception as error:
                # A defect must not lose the order or stop the other runs: log it, read the order and run it again.
                telemetry.run_crashed(order, error)
                await asyncio.sleep(DEFECT_PAUSE_SECONDS)
                found = await self._orders.owned(order.order_id)

    def _free_permit(self, run: asyncio.Task[None]) -> None:
        self._runs.discard(run)
        self.permits.give_back(1)
