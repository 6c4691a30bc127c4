"""One suite for the orders' ports, on the fake and on Postgres."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

import msgspec
import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.order_columns import route_text
from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_leased_orders import PostgresLeasedOrders
from executor_service.adapters.postgres_order_store import PostgresOrderStore
from executor_service.adapters.worker_lease import take_lease
from executor_service.application.account_limits import AccountLimits
from executor_service.application.ports import LeasedOrders, LeaseLost, OrderFilter, OrderStore, StaleOrder, StoredEvent
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import Order, swap_id_of
from executor_service.domain.risk import NO_LIMITS
from servicekit.errors import Rejected
from tests.account_fakes import FixedPrices
from tests.builders import NOON, a_new_order, a_route, an_order
from tests.fakes import ManualClock, MemoryFeed, MemoryLeasedOrders, MemoryOrderStore, MemoryQueue
from tests.memory_tables import MemoryTables
from tests.order_stores import an_order_store

LATER = NOON + timedelta(seconds=1)


class Ports(Protocol):
    """The tables, seen from both sides, and what they tell others."""

    store: OrderStore
    feed: MemoryFeed
    queue: MemoryQueue

    async def lease(self) -> LeasedOrders: ...
    async def kill(self, leased: LeasedOrders) -> None: ...
    async def age(self, order_id: UUID) -> None: ...


@dataclass
class InMemory:
    tables: MemoryTables
    store: OrderStore
    feed: MemoryFeed
    queue: MemoryQueue

    async def lease(self) -> LeasedOrders:
        return MemoryLeasedOrders(self.tables, self.feed, uuid4())

    async def kill(self, leased: LeasedOrders) -> None:
        assert isinstance(leased, MemoryLeasedOrders)
        self.tables.alive.discard(leased._me)

    async def age(self, order_id: UUID) -> None:
        self.tables.rows[order_id].stored_at -= 3


@dataclass
class OnPostgres:
    pool: AsyncConnectionPool
    store: OrderStore
    feed: MemoryFeed
    queue: MemoryQueue

    async def lease(self) -> LeasedOrders:
        worker_id = uuid4()
        await take_lease(self.pool, worker_id, "test")
        return PostgresLeasedOrders(self.pool, worker_id=worker_id, feed=self.feed, orders_max=1_000)

    async def kill(self, leased: LeasedOrders) -> None:
        assert isinstance(leased, PostgresLeasedOrders)
        await self._execute("UPDATE workers SET lease_until = clock_timestamp() WHERE id = %s", leased._me)

    async def age(self, order_id: UUID) -> None:
        await self._execute("UPDATE orders SET stored_at = stored_at - interval '3 s' WHERE id = %s", order_id)

    async def _execute(self, statement: str, value: UUID) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(statement.encode(), (value,))


@pytest.fixture
async def memory_ports() -> InMemory:
    tables, feed, queue = MemoryTables(), MemoryFeed(), MemoryQueue()
    return InMemory(tables, MemoryOrderStore(tables, feed, queue), feed, queue)


@pytest.fixture
async def postgres_ports(pool: AsyncConnectionPool) -> OnPostgres:
    feed, queue = MemoryFeed(), MemoryQueue()
    accounts = AccountLimits(accounts=PostgresAccounts(pool), clock=ManualClock(), defaults=NO_LIMITS)
    await accounts.refresh()
    store = PostgresOrderStore(pool, feed=feed, queue=queue, accounts=accounts, prices=FixedPrices({}))
    return OnPostgres(pool, store, feed, queue)


@pytest.fixture
async def measured_ports(pool: AsyncConnectionPool) -> OnPostgres:
    """The way that orders of accounts with limits take."""
    feed, queue = MemoryFeed(), MemoryQueue()
    return OnPostgres(pool, an_order_store(pool, feed=feed, queue=queue), feed, queue)


@pytest.fixture(params=["memory", "postgres", "measured"])
def ports(request: pytest.FixtureRequest) -> Ports:
    found: Ports = request.getfixturevalue(f"{request.param}_ports")
    return found


async def _accepted(ports: Ports, **changes: object) -> Order:
    new = a_new_order(**changes)  # type: ignore[arg-type]  # names of Order's fields
    await ports.store.add(new)
    return new.order


async def _routing(ports: Ports, leased: LeasedOrders) -> Order:
    order = await _accepted(ports)
    [started] = await leased.start([order.order_id], LATER)
    return started


def _submission(order: Order) -> list[OrderEvent]:
    return [RouteChosen(a_route()), SwapBuilt(swap_id_of(order.order_id, 1), 223_875_000), SwapSubmitted()]


async def _sequences(ports: Ports, order_id: UUID) -> list[tuple[int, str]]:
    return [(e.sequence, e.status) for e in await ports.store.events_after([(order_id, 0)])]


async def test_an_accepted_order_is_stored_told_and_queued(ports: Ports) -> None:
    order = await _accepted(ports, client_order_id="mine-1")
    assert await ports.store.get(order.order_id) == order
    assert await _sequences(ports, order.order_id) == [(1, "pending")]
    assert [(e.order_id, e.sequence) for e in ports.feed.published] == [(order.order_id, 1)]
    assert ports.queue.offered == [order.order_id]


async def test_an_unknown_order_is_none(ports: Ports) -> None:
    assert await ports.store.get(uuid4()) is None
    assert await ports.store.heads([uuid4()]) == []


async def test_a_repeated_identity_answers_with_the_first_order(ports: Ports) -> None:
    first = await ports.store.add(a_new_order(client_order_id="k"))
    again = await ports.store.add(a_new_order(client_order_id="k"))
    assert again == replace(first, replayed=True)
    assert len(ports.queue.offered) == 1


async def test_a_repeated_identity_with_another_body_is_refused(ports: Ports) -> None:
    await ports.store.add(a_new_order(client_order_id="k"))
    with pytest.raises(Rejected, match="IDEMPOTENCY_KEY_REUSED"):
        await ports.store.add(a_new_order(b"x" * 32, client_order_id="k"))


async def test_the_same_identity_in_another_account_is_another_order(ports: Ports) -> None:
    first = await ports.store.add(a_new_order(client_order_id="k"))
    other = await ports.store.add(a_new_order(client_order_id="k", account_id="other"))
    assert not other.replayed
    assert other.order_id != first.order_id


async def test_starting_claims_and_begins_the_first_attempt(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _accepted(ports)
    [started] = await leased.start([order.order_id], LATER)
    assert (started.status, started.version, started.attempt) == (OrderStatus.ROUTING, 2, 1)
    assert await _sequences(ports, order.order_id) == [(1, "pending"), (2, "routing")]
    assert msgspec.json.decode(ports.feed.published[-1].payload)["details"] == {"attempt": 1}


async def test_an_order_is_started_once(ports: Ports) -> None:
    leased, other = await ports.lease(), await ports.lease()
    order = await _accepted(ports)
    assert len(await leased.start([order.order_id], LATER)) == 1
    assert await other.start([order.order_id], LATER) == []
    assert await leased.start([order.order_id], LATER) == []


async def test_an_owned_order_is_not_claimed(ports: Ports) -> None:
    leased, other = await ports.lease(), await ports.lease()
    order = await _routing(ports, leased)
    assert await other.claim([order.order_id]) == []
    assert await other.claim_abandoned(10, LATER) == []


async def test_steps_move_the_row_and_append_their_events(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    submitted = await leased.record(order, *_submission(order), at=LATER)
    assert (submitted.status, submitted.version) == (OrderStatus.SUBMITTED, 5)
    confirmed = await leased.record(submitted, SwapConfirmed(224_000_000, "5sig", 90), at=LATER)
    stored = await ports.store.get(order.order_id)
    assert stored == confirmed
    assert [status for _, status in await _sequences(ports, order.order_id)] == [
        "pending",
        "routing",
        "routing_complete",
        "building",
        "submitted",
        "confirmed",
    ]
    assert [sequence for sequence, _ in await _sequences(ports, order.order_id)] == [1, 2, 3, 4, 5, 6]


async def test_the_second_writer_loses(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    await leased.record(order, *_submission(order), at=LATER)
    with pytest.raises(StaleOrder):
        await leased.record(order, *_submission(order), at=LATER)
    assert len(await _sequences(ports, order.order_id)) == 5


async def test_a_dead_workers_orders_are_taken_over_and_its_writes_fenced(ports: Ports) -> None:
    dead, heir = await ports.lease(), await ports.lease()
    order = await _routing(ports, dead)
    await ports.kill(dead)
    [taken] = await heir.claim_abandoned(10, LATER)
    assert taken.order_id == order.order_id
    assert taken.owner_token > order.owner_token
    with pytest.raises(LeaseLost):
        await dead.record(order, *_submission(order), at=LATER)
    assert (await heir.record(taken, *_submission(taken), at=LATER)).status is OrderStatus.SUBMITTED


async def test_a_worker_that_lost_its_lease_claims_nothing(ports: Ports) -> None:
    dead = await ports.lease()
    order = await _accepted(ports)
    await ports.age(order.order_id)
    await ports.kill(dead)
    assert await dead.start([order.order_id], LATER) == []
    assert await dead.claim([order.order_id]) == []
    assert await dead.claim_abandoned(10, LATER) == []


async def test_a_lost_hint_is_found_after_two_seconds(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _accepted(ports)
    assert await leased.claim_abandoned(10, LATER) == []
    await ports.age(order.order_id)
    assert [o.order_id for o in await leased.claim_abandoned(10, LATER)] == [order.order_id]


async def test_a_waiting_retry_is_left_alone_until_it_is_due(ports: Ports) -> None:
    dead, heir = await ports.lease(), await ports.lease()
    order = await _routing(ports, dead)
    due = LATER + timedelta(milliseconds=500)
    await dead.record(order, AttemptFailed("NO_QUOTE", "", due, 500), at=LATER)
    await ports.kill(dead)
    assert await heir.claim_abandoned(10, LATER) == []
    assert len(await heir.claim_abandoned(10, due)) == 1


async def test_handing_back_frees_orders_at_once(ports: Ports) -> None:
    leaver, heir = await ports.lease(), await ports.lease()
    order = await _routing(ports, leaver)
    assert await leaver.hand_back() == [order.order_id]
    [taken] = await heir.claim([order.order_id])
    assert taken.status is OrderStatus.ROUTING
    with pytest.raises(LeaseLost):
        await leaver.record(order, *_submission(order), at=LATER)


async def test_an_ended_order_is_never_claimed(ports: Ports) -> None:
    dead, heir = await ports.lease(), await ports.lease()
    order = await _routing(ports, dead)
    await dead.record(order, OrderFailed("NO_ROUTE", "no pool"), at=LATER)
    await ports.kill(dead)
    await ports.age(order.order_id)
    assert await heir.claim([order.order_id]) == []
    assert await heir.claim_abandoned(10, LATER) == []
    assert await heir.owned(order.order_id) is None


async def test_cancelling_fences_the_worker(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    cancelled = await ports.store.cancel(order, OrderCancelled(), LATER)
    assert cancelled.status is OrderStatus.CANCELLED
    with pytest.raises(StaleOrder):
        await leased.record(order, *_submission(order), at=LATER)
    assert [status for _, status in await _sequences(ports, order.order_id)] == ["pending", "routing", "cancelled"]


async def test_a_worker_that_was_faster_makes_the_cancel_stale(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    await leased.record(order, *_submission(order), at=LATER)
    with pytest.raises(StaleOrder):
        await ports.store.cancel(order, OrderCancelled(), LATER)


async def test_attempts_are_kept_one_by_one(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    order = await leased.record(order, *_submission(order), at=LATER)
    order = await leased.record(order, AttemptFailed("SLIPPAGE_EXCEEDED", "moved", LATER, 500, "5bad"), at=LATER)
    order = await leased.record(order, RoutingStarted(), at=LATER)
    second: list[OrderEvent] = [RouteChosen(a_route()), SwapBuilt(swap_id_of(order.order_id, 2), 1), SwapSubmitted()]
    order = await leased.record(order, *second, at=LATER)
    await leased.record(order, SwapConfirmed(224_000_000, "5good", 90), at=LATER)
    attempts = await ports.store.attempts(order.order_id)
    assert [(a.attempt, a.swap_id, a.result, a.tx_signature) for a in attempts] == [
        (1, swap_id_of(order.order_id, 1), "slippage_exceeded", "5bad"),
        (2, swap_id_of(order.order_id, 2), "landed", "5good"),
    ]
    assert all(a.ended_at == LATER and a.route_json for a in attempts)


async def test_a_known_value_is_never_overwritten_by_an_unknown_one(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    order = await leased.record(order, *_submission(order), at=LATER)
    order = await leased.record(order, AttemptFailed("SLIPPAGE_EXCEEDED", "moved", LATER, 500), at=LATER)
    stored = await ports.store.get(order.order_id)
    assert stored is not None
    assert stored.route is not None
    assert route_text(stored.route) == route_text(a_route())
    assert (stored.quoted_amount_out, stored.min_amount_out) == (225_000_000, 223_875_000)
    assert stored.swap_id == swap_id_of(order.order_id, 1)
    assert stored.failure_reason == "SLIPPAGE_EXCEEDED"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (OrderFilter(account_id="local"), ["a", "b"]),
        (OrderFilter(account_id=None), ["a", "b", "c"]),
        (OrderFilter(account_id="local", client_order_id="a"), ["a"]),
        (OrderFilter(account_id="local", statuses=[OrderStatus.CONFIRMED]), []),
        (OrderFilter(account_id=None, limit=1), ["c"]),
        (OrderFilter(account_id=None, since=LATER), []),
        (OrderFilter(account_id=None, mint="nothing"), []),
        (OrderFilter(account_id=None, mint=an_order().mint_in, order_types=["market"], until=LATER), ["a", "b", "c"]),
    ],
)
async def test_listing_filters(ports: Ports, wanted: OrderFilter, found: list[str]) -> None:
    for client_order_id, account in (("a", "local"), ("b", "local"), ("c", "other")):
        await _accepted(ports, client_order_id=client_order_id, account_id=account)
    assert sorted(str(order.client_order_id) for order in await ports.store.find(wanted)) == found


async def test_pages_continue_where_the_last_one_ended(ports: Ports) -> None:
    accepted = [await _accepted(ports) for _ in range(5)]
    first = await ports.store.find(OrderFilter(account_id=None, limit=3))
    rest = await ports.store.find(OrderFilter(account_id=None, limit=3, before=first[-1].order_id))
    assert [o.order_id for o in (*first, *rest)] == sorted((o.order_id for o in accepted), reverse=True)


async def test_young_heads_are_those_from_an_identity_on(ports: Ports) -> None:
    new = [a_new_order(account_id=account) for account in ("one", "other")]
    for order in new:
        await ports.store.add(order)
    first, second = sorted(order.order.order_id for order in new)
    heads = {head.order_id: head for head in await ports.store.heads_since(first)}
    assert heads.keys() == {first, second}
    assert {head.account_id for head in heads.values()} == {"one", "other"}
    assert [head.order_id for head in await ports.store.heads_since(second)] == [second]


async def test_open_orders_are_those_not_ended(ports: Ports) -> None:
    leased = await ports.lease()
    ended = await _routing(ports, leased)
    await leased.record(ended, OrderFailed("NO_ROUTE", ""), at=LATER)
    waiting = await _accepted(ports)
    assert await ports.store.open_orders("local") == [(waiting.order_id, 1)]
    assert await ports.store.open_orders("other") == []
    assert await ports.store.count_open(10) == 1
    await _accepted(ports)
    assert await ports.store.count_open(10) == 2
    assert await ports.store.count_open(1) == 1


async def test_events_are_read_behind_each_cursor(ports: Ports) -> None:
    leased = await ports.lease()
    one, two = await _routing(ports, leased), await _routing(ports, leased)
    events = await ports.store.events_after([(one.order_id, 1), (two.order_id, 0)])
    assert [(e.order_id, e.sequence) for e in events] == sorted(
        [(one.order_id, 2), (two.order_id, 1), (two.order_id, 2)]
    )


async def test_published_events_equal_the_stored_ones(ports: Ports) -> None:
    leased = await ports.lease()
    order = await _routing(ports, leased)
    await leased.record(order, *_submission(order), at=LATER)
    stored = await ports.store.events_after([(order.order_id, 0)])

    def essence(events: list[StoredEvent]) -> list[tuple[UUID, int, str, str]]:
        return [(e.order_id, e.sequence, e.status, e.payload) for e in events]

    assert essence(list(stored)) == essence(ports.feed.published)
