"""What the orders meet: a wire that drops, delays and repeats, a database that forgets to answer, a market
that lands swaps late or never, workers that are killed or frozen, clients that change their minds.

Faults come from one seeded generator and cease after `FAULTS_UNTIL`, so that every order must end before `END`.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from executor_service.application.drive_orders import DriveOrders, Permits
from executor_service.application.execute_order import ExecuteOrder
from executor_service.application.ports import OutOfReach, SwapResult, SwapState
from executor_service.domain.lifecycle import OrderEvent
from executor_service.domain.order import Order
from executor_service.domain.retry import RetryPolicy
from executor_service.domain.route import Route
from servicekit.errors import Rejected, Unavailable
from tests.builders import a_route
from tests.campaigns.simulation.virtual_time import VirtualClock
from tests.fakes import MemoryFeed, MemoryLeasedOrders
from tests.memory_tables import MemoryTables

Answer = TypeVar("Answer")

FAULTS_UNTIL: Final = 20.0
END: Final = 90.0
LEASE_SECONDS: Final = 3.0
SWAP_VALID_SECONDS: Final = 6.0


class Odds:
    """The seeded generator, and when it stops to do harm."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def strikes(self, probability: float) -> bool:
        """Tell whether a fault happens now."""
        at = asyncio.get_running_loop().time()
        return at < FAULTS_UNTIL and self.random.random() < probability

    async def hop(self) -> None:
        """Take some time, sometimes a lot."""
        await asyncio.sleep(self.random.choice((0.0, 0.001, 0.005, 0.02)))
        if self.strikes(0.01):
            await asyncio.sleep(self.random.uniform(0.2, 5.0))


@dataclass
class Worker:
    """One incarnation of a worker process."""

    worker_id: UUID
    driver: DriveOrders
    frozen: asyncio.Event
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)


class SimulatedLeasedOrders:
    """The database as a worker meets it. A lost answer leaves the write done."""

    def __init__(self, inner: MemoryLeasedOrders, odds: Odds, thaw: Callable[[], Awaitable[object]]) -> None:
        self._inner = inner
        self._odds = odds
        self._thaw = thaw

    async def start(self, order_ids: Sequence[UUID], at: datetime) -> Sequence[Order]:
        return await self._call(lambda: self._inner.start(order_ids, at))

    async def claim(self, order_ids: Sequence[UUID]) -> Sequence[Order]:
        return await self._call(lambda: self._inner.claim(order_ids))

    async def claim_abandoned(self, limit: int, at: datetime) -> Sequence[Order]:
        return await self._call(lambda: self._inner.claim_abandoned(limit, at))

    async def owned(self, order_id: UUID) -> Order | None:
        return await self._call(lambda: self._inner.owned(order_id))

    async def record(self, order: Order, *events: OrderEvent, at: datetime) -> Order:
        return await self._call(lambda: self._inner.record(order, *events, at=at))

    async def hand_back(self) -> Sequence[UUID]:
        return await self._call(self._inner.hand_back)

    async def _call(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        await self._odds.hop()
        await self._thaw()
        if self._odds.strikes(0.005):
            raise Unavailable
        answer = await call()
        await self._odds.hop()
        await self._thaw()
        if self._odds.strikes(0.005):
            raise Unavailable
        return answer


class SimulatedRouter:
    """A router that is away, finds no venue, or answers."""

    def __init__(self, odds: Odds) -> None:
        self._odds = odds

    async def route(self, order: Order) -> Route:
        await self._odds.hop()
        if self._odds.strikes(0.05):
            raise OutOfReach
        if self._odds.strikes(0.05):
            raise Unavailable("QUOTES_UNAVAILABLE")
        if self._odds.strikes(0.01):
            raise Rejected("NO_ROUTE")
        return a_route(self._odds.random.randrange(200_000_000, 230_000_000), amount_in=order.amount_in)


@dataclass
class LedgerEntry:
    """One swap the market took."""

    swap_id: UUID
    order_id: UUID
    result: SwapResult


class SimulatedMarket:
    """Executes each identity at most once; lands late, fails, or never lands and then expires."""

    def __init__(self, odds: Odds) -> None:
        self._odds = odds
        self.ledger: dict[UUID, LedgerEntry] = {}
        self.sent: list[UUID] = []

    async def send(self, order: Order) -> SwapResult:
        assert order.swap_id is not None
        self.sent.append(order.swap_id)
        await self._odds.hop()
        if self._odds.strikes(0.05):
            # Still on the wire: it arrives when the caller has long given up, or never.
            if self._odds.strikes(0.5):
                asyncio.get_running_loop().call_later(self._odds.random.uniform(0, 8), self._take, order)
            raise OutOfReach
        result = self._take(order)
        if self._odds.strikes(0.05):
            asyncio.get_running_loop().call_later(self._odds.random.uniform(0, 8), self._take, order)
        await self._odds.hop()
        if self._odds.strikes(0.05):
            raise OutOfReach
        return result

    async def find(self, swap_id: UUID) -> SwapResult:
        await self._odds.hop()
        if self._odds.strikes(0.05):
            raise OutOfReach
        return self._state(swap_id)

    async def outcome(self, swap_id: UUID) -> SwapResult:
        await asyncio.sleep(0.4)
        return await self.find(swap_id)

    def _state(self, swap_id: UUID) -> SwapResult:
        entry = self.ledger.get(swap_id)
        return SwapResult(SwapState.UNKNOWN) if entry is None else entry.result

    def _take(self, order: Order) -> SwapResult:
        assert order.swap_id is not None
        assert order.min_amount_out is not None
        if order.swap_id in self.ledger:
            return self.ledger[order.swap_id].result
        entry = LedgerEntry(order.swap_id, order.order_id, SwapResult(SwapState.IN_FLIGHT))
        self.ledger[order.swap_id] = entry
        loop = asyncio.get_running_loop()
        if self._odds.strikes(0.1):
            expired = SwapResult(SwapState.EXPIRED, reason="SWAP_EXPIRED")
            loop.call_later(SWAP_VALID_SECONDS, setattr, entry, "result", expired)
        elif self._odds.strikes(0.2):
            refused = SwapResult(SwapState.FAILED, reason="SLIPPAGE_EXCEEDED", tx_signature="5bad")
            loop.call_later(self._odds.random.uniform(0, 3), setattr, entry, "result", refused)
        else:
            landed = SwapResult(SwapState.LANDED, order.min_amount_out + 1, f"5{order.swap_id}", 9)
            loop.call_later(self._odds.random.uniform(0, 3), setattr, entry, "result", landed)
        return entry.result


class World:
    """All of it, and the workers. `execute` and `leased` may be replaced by ones with a planted bug."""

    def __init__(
        self,
        seed: int,
        *,
        execute: type[ExecuteOrder] = ExecuteOrder,
        leased: type[MemoryLeasedOrders] = MemoryLeasedOrders,
    ) -> None:
        self.odds = Odds(seed)
        self.tables = MemoryTables(now=lambda: asyncio.get_running_loop().time())
        self.feed = MemoryFeed()
        self.market = SimulatedMarket(self.odds)
        self.clock = VirtualClock()
        self.workers: list[Worker] = []
        self._execute = execute
        self._leased = leased

    def boot(self) -> Worker:
        """Start a worker process with a lease."""
        worker_id = UUID(int=self.odds.random.getrandbits(128))
        frozen = asyncio.Event()
        frozen.set()
        leased = SimulatedLeasedOrders(self._leased(self.tables, self.feed, worker_id), self.odds, frozen.wait)
        execute = self._execute(
            orders=leased,
            router=SimulatedRouter(self.odds),
            market=self.market,
            clock=self.clock,
            retry=RetryPolicy(),
        )
        driver = DriveOrders(orders=leased, execute=execute, clock=self.clock, permits=Permits(100))
        worker = Worker(worker_id, driver, frozen)
        worker.tasks = [
            asyncio.create_task(worker.driver.sweep()),
            asyncio.create_task(self._keep_lease(worker)),
            asyncio.create_task(self._reboot_in_doubt(worker)),
        ]
        self.workers.append(worker)
        return worker

    async def kill(self, worker: Worker) -> None:
        """End a worker as kill -9 does: nothing it holds is handed back, its lease runs out by itself."""
        if worker not in self.workers:
            return
        self.workers.remove(worker)
        asyncio.get_running_loop().call_later(
            self.odds.random.uniform(0, LEASE_SECONDS), self.tables.alive.discard, worker.worker_id
        )
        for task in worker.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        await worker.driver.stop()

    async def point_at(self, order_id: UUID) -> None:
        """Deliver a hint to some worker: late, twice, or not at all."""
        await self.odds.hop()
        for _ in range(self.odds.random.choice((1, 1, 1, 2))):
            if self.odds.strikes(0.1) or not self.workers:
                continue
            worker = self.odds.random.choice(self.workers)
            if worker.driver.permits.take_now(1):
                await worker.driver.take_up([order_id])

    async def _keep_lease(self, worker: Worker) -> None:
        """A frozen worker does not renew; its lease runs out, and when it wakes it is a zombie for a moment."""
        while True:
            await asyncio.sleep(1.0)
            if worker.frozen.is_set():
                continue
            try:
                async with asyncio.timeout(LEASE_SECONDS - 1.0):
                    await worker.frozen.wait()
            except TimeoutError:
                self.tables.alive.discard(worker.worker_id)
                await worker.frozen.wait()
                await asyncio.sleep(self.odds.random.uniform(0, 1))
                asyncio.create_task(self._replace(worker))  # noqa: RUF006  # it cancels this very task
                return

    async def _reboot_in_doubt(self, worker: Worker) -> None:
        await worker.driver.until_lease_in_doubt()
        asyncio.create_task(self._replace(worker))  # noqa: RUF006  # it cancels this very task

    async def _replace(self, worker: Worker) -> None:
        await self.kill(worker)
        self.boot()
