"""In-memory ports of the executor. Each passes the contract suite that the real adapter passes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from executor_service.application.account_ports import Prices
from executor_service.application.measure_orders import refusals_of
from executor_service.application.ports import (
    Accepted,
    Attempt,
    LeaseLost,
    NewOrder,
    OrderFilter,
    OrderHead,
    StaleOrder,
    StoredEvent,
    SwapResult,
    SwapState,
)
from executor_service.domain.lifecycle import (
    OrderAccepted,
    OrderEvent,
    OrderStatus,
    RoutingStarted,
)
from executor_service.domain.order import Order, apply
from executor_service.domain.risk import NO_LIMITS, AccountUse, RiskLimits
from executor_service.domain.route import Route
from servicekit.errors import Rejected
from tests.account_fakes import FixedPrices, MemoryAccounts
from tests.builders import NOON, a_route
from tests.memory_tables import MemoryTables, StoredRow


class ManualClock:
    """The market's time, moved by hand or by those who sleep."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self.slept_ms: list[int] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, **delta: float) -> None:
        self._now += timedelta(**delta)

    async def sleep_until(self, moment: datetime) -> None:
        self.slept_ms.append(round((moment - self._now).total_seconds() * 1000))
        self._now = max(self._now, moment)
        await asyncio.sleep(0)


class MemoryFeed:
    """Implements EventFeed inside one event loop."""

    def __init__(self) -> None:
        self.published: list[StoredEvent] = []
        self.lossy = False
        self._readers: list[asyncio.Queue[Sequence[StoredEvent]]] = []

    def publish(self, events: Sequence[StoredEvent]) -> None:
        self.published.extend(events)
        if self.lossy or not events:
            return
        for reader in self._readers:
            reader.put_nowait(list(events))

    def reconnect(self) -> None:
        for reader in self._readers:
            reader.put_nowait([])

    async def batches(self) -> AsyncIterator[Sequence[StoredEvent]]:
        reader: asyncio.Queue[Sequence[StoredEvent]] = asyncio.Queue()
        self._readers.append(reader)
        yield []
        while True:
            yield await reader.get()


class MemoryQueue:
    """Implements Queue: remembers what it was offered."""

    def __init__(self) -> None:
        self.offered: list[UUID] = []

    def offer(self, order_ids: Sequence[UUID]) -> None:
        self.offered.extend(order_ids)


class MemoryOrderStore:
    """Implements OrderStore on tables in memory."""

    def __init__(
        self,
        tables: MemoryTables,
        feed: MemoryFeed,
        queue: MemoryQueue,
        *,
        accounts: MemoryAccounts | None = None,
        prices: Prices | None = None,
        defaults: RiskLimits = NO_LIMITS,
    ) -> None:
        self._tables = tables
        self._feed = feed
        self._queue = queue
        self._accounts = accounts or MemoryAccounts()
        self._accounts.usage = self._use
        self._prices = prices or FixedPrices({})
        self._defaults = defaults

    async def add(self, new: NewOrder) -> Accepted:
        order = new.order
        for row in self._tables.rows.values():
            same = row.order.account_id == order.account_id and row.order.client_order_id == order.client_order_id
            if same and order.client_order_id is not None:
                if row.body_hash != new.body_hash:
                    raise Rejected("IDEMPOTENCY_KEY_REUSED")
                return Accepted(row.order.order_id, row.order.status, row.order.created_at, replayed=True)
        refusals = refusals_of(
            [new],
            accounts={order.account_id: await self._accounts.get(order.account_id)},
            uses={order.account_id: self._use(order.account_id)},
            known=(),
            defaults=self._defaults,
            prices=self._prices,
        )
        if refusals:
            raise refusals[order.order_id]
        self._tables.rows[order.order_id] = StoredRow(order, new.body_hash, self._tables.now())
        self._feed.publish([self._tables.append(order, OrderAccepted(new.symbol_in, new.symbol_out))])
        self._queue.offer([order.order_id])
        return Accepted(order.order_id, order.status, order.created_at, replayed=False)

    def _use(self, account_id: str) -> AccountUse:
        mine = [row for row in self._tables.rows.values() if row.order.account_id == account_id]
        ages = [self._tables.now() - row.stored_at for row in mine]
        young = [age for age in ages if age < 60]
        return AccountUse(
            in_flight=sum(not row.order.is_terminal for row in mine),
            last_minute=len(young),
            frees_in_ms=round((60 - max(young, default=0)) * 1000),
        )

    async def get(self, order_id: UUID) -> Order | None:
        row = self._tables.rows.get(order_id)
        return None if row is None else row.order

    async def attempts(self, order_id: UUID) -> Sequence[Attempt]:
        return [attempt for _, attempt in sorted(self._tables.tries.get(order_id, {}).items())]

    async def find(self, wanted: OrderFilter) -> Sequence[Order]:
        orders = sorted((row.order for row in self._tables.rows.values()), key=lambda o: o.order_id, reverse=True)
        return [order for order in orders if _matches(order, wanted)][: wanted.limit]

    async def events_after(self, cursors: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        return [
            event
            for order_id, after in sorted(cursors)
            for event in self._tables.events.get(order_id, [])
            if event.sequence > after
        ]

    async def heads(self, order_ids: Sequence[UUID]) -> Sequence[OrderHead]:
        rows = [self._tables.rows[order_id].order for order_id in order_ids if order_id in self._tables.rows]
        return [OrderHead(o.order_id, o.account_id, o.version, o.is_terminal) for o in rows]

    async def heads_since(self, first_id: UUID) -> Sequence[OrderHead]:
        return await self.heads([order_id for order_id in self._tables.rows if order_id >= first_id])

    async def open_orders(self, account_id: str | None) -> Sequence[tuple[UUID, int]]:
        orders = sorted((row.order for row in self._tables.rows.values()), key=lambda o: o.order_id)
        return [(o.order_id, o.version) for o in orders if not o.is_terminal and account_id in (None, o.account_id)]

    async def count_open(self, limit: int) -> int:
        return min(limit, sum(not row.order.is_terminal for row in self._tables.rows.values()))

    async def cancel(self, order: Order, event: OrderEvent, at: datetime) -> Order:
        row = self._tables.rows.get(order.order_id)
        if row is None or row.order.version != order.version:
            raise StaleOrder
        before, row.order = row.order, apply(row.order, event, at)
        row.owner, row.token = None, row.token + 1
        row.order = replace(row.order, owner_token=row.token, next_attempt_at=None)
        if self._tables.tries.get(order.order_id, {}).get(row.order.attempt) is not None:
            self._tables.note_attempt(before, row.order, event)
        self._feed.publish([self._tables.append(row.order, event)])
        return row.order


class MemoryLeasedOrders:
    """Implements LeasedOrders on tables in memory, for one lease."""

    def __init__(self, tables: MemoryTables, feed: MemoryFeed, worker_id: UUID) -> None:
        self._tables = tables
        self._feed = feed
        self._me = worker_id
        tables.alive.add(worker_id)

    async def start(self, order_ids: Sequence[UUID], at: datetime) -> Sequence[Order]:
        fresh = [
            row
            for order_id in order_ids
            if (row := self._tables.rows.get(order_id)) is not None
            and row.owner is None
            and row.order.version == 1
            and row.order.status is OrderStatus.PENDING
            and self._me in self._tables.alive
        ]
        return [self._take_and_route(row, at) for row in fresh]

    async def claim(self, order_ids: Sequence[UUID]) -> Sequence[Order]:
        rows = [self._tables.rows[order_id] for order_id in order_ids if order_id in self._tables.rows]
        return [self._take(row) for row in rows if not row.order.is_terminal and self._is_free(row)]

    async def claim_abandoned(self, limit: int, at: datetime) -> Sequence[Order]:
        waiting = [
            row
            for _, row in sorted(self._tables.rows.items())
            if not row.order.is_terminal
            and (row.order.next_attempt_at is None or row.order.next_attempt_at <= at)
            and (row.owner is not None or row.stored_at < self._tables.now() - 2)
            and self._is_free(row)
        ]
        return [self._take(row) for row in waiting[:limit]]

    async def owned(self, order_id: UUID) -> Order | None:
        row = self._tables.rows.get(order_id)
        if row is None or row.owner != self._me or row.order.is_terminal:
            return None
        return row.order

    async def record(self, order: Order, *events: OrderEvent, at: datetime) -> Order:
        after = order
        steps: list[tuple[Order, Order, OrderEvent]] = []
        for event in events:
            before, after = after, apply(after, event, at)
            steps.append((before, after, event))
        await asyncio.sleep(0)
        if self._me not in self._tables.alive:
            raise LeaseLost
        row = self._tables.rows[order.order_id]
        if row.owner != self._me or row.token != order.owner_token or row.order.version != order.version:
            raise StaleOrder
        row.order = after
        for before, step, event in steps:
            self._feed.publish([self._tables.append(step, event)])
            self._tables.note_attempt(before, step, event)
        return after

    async def hand_back(self) -> Sequence[UUID]:
        self._tables.alive.discard(self._me)
        mine = [row for row in self._tables.rows.values() if row.owner == self._me and not row.order.is_terminal]
        for row in mine:
            row.owner = None
        return [row.order.order_id for row in mine]

    def _is_free(self, row: StoredRow) -> bool:
        return self._me in self._tables.alive and (row.owner is None or row.owner not in self._tables.alive)

    def _take(self, row: StoredRow) -> Order:
        row.owner, row.token = self._me, row.token + 1
        row.order = replace(row.order, owner_token=row.token)
        return row.order

    def _take_and_route(self, row: StoredRow, at: datetime) -> Order:
        order = apply(self._take(row), RoutingStarted(), at)
        row.order = order
        self._feed.publish([self._tables.append(order, RoutingStarted())])
        return order


class FakeRouter:
    """Answers with a route, or with what a test puts into `answers` first."""

    def __init__(self) -> None:
        self.answers: list[Route | Exception] = []
        self.asked: list[Order] = []

    async def route(self, order: Order) -> Route:
        self.asked.append(order)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else a_route(amount_in=order.amount_in)
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeMarket:
    """Lands every swap at once, or does what a test puts into `script` first: results to give to new swaps."""

    def __init__(self) -> None:
        self.swaps: dict[UUID, SwapResult] = {}
        self.sent: list[UUID] = []
        self.found: list[UUID] = []
        self.script: list[SwapResult | Exception] = []

    async def send(self, order: Order) -> SwapResult:
        assert order.swap_id is not None
        assert order.min_amount_out is not None
        self.sent.append(order.swap_id)
        await asyncio.sleep(0)
        if order.swap_id in self.swaps:
            return self.swaps[order.swap_id]
        answer = self.script.pop(0) if self.script else landed(order.min_amount_out)
        if isinstance(answer, Exception):
            raise answer
        if answer.state is not SwapState.UNKNOWN:
            self.swaps[order.swap_id] = answer
        return answer

    async def find(self, swap_id: UUID) -> SwapResult:
        self.found.append(swap_id)
        await asyncio.sleep(0)
        return self.swaps.get(swap_id, SwapResult(SwapState.UNKNOWN))

    async def outcome(self, swap_id: UUID) -> SwapResult:
        await asyncio.sleep(0)
        if self.swaps[swap_id].state is SwapState.IN_FLIGHT:
            self.swaps[swap_id] = landed(225_000_000)
        return self.swaps[swap_id]


def landed(amount_out: int) -> SwapResult:
    """A swap that executed."""
    return SwapResult(SwapState.LANDED, amount_out, "5sig", 78)


def failed(reason: str = "SLIPPAGE_EXCEEDED") -> SwapResult:
    """A swap that executed and was refused."""
    return SwapResult(SwapState.FAILED, 0, "5sig", 78, reason, "the price moved")


def _matches(order: Order, wanted: OrderFilter) -> bool:
    return (
        (wanted.account_id is None or order.account_id == wanted.account_id)
        and (wanted.before is None or order.order_id < wanted.before)
        and (not wanted.statuses or order.status in wanted.statuses)
        and (not wanted.order_types or order.order_type in wanted.order_types)
        and (wanted.mint is None or wanted.mint in (order.mint_in, order.mint_out))
        and (wanted.client_order_id is None or order.client_order_id == wanted.client_order_id)
        and (wanted.since is None or order.created_at >= wanted.since)
        and (wanted.until is None or order.created_at < wanted.until)
    )
