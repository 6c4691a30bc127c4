"""Limits where orders are stored: one suite for the store of the fakes and the one on Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.application.account_ports import AccountStore
from executor_service.application.ports import NewOrder, OrderStore
from executor_service.domain.lifecycle import OrderCancelled
from executor_service.domain.risk import NO_LIMITS, RiskLimits, TradingAccount, TradingState
from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable
from tests.account_fakes import FixedPrices, MemoryAccounts
from tests.builders import NOON, SOL, USDC, a_new_order
from tests.fakes import MemoryFeed, MemoryOrderStore, MemoryQueue
from tests.memory_tables import MemoryTables
from tests.order_stores import an_order_store

PRICES = {SOL: 150_000_000}
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB8YaB1pPB263"


class Ports(Protocol):
    """A store with its accounts, and a way to make orders older."""

    store: OrderStore
    accounts: AccountStore

    async def age(self, order_id: UUID, seconds: float) -> None: ...
    async def another(self, defaults: RiskLimits) -> OrderStore: ...


@dataclass
class InMemory:
    tables: MemoryTables
    store: OrderStore
    accounts: MemoryAccounts

    async def age(self, order_id: UUID, seconds: float) -> None:
        self.tables.rows[order_id].stored_at -= seconds

    async def another(self, defaults: RiskLimits) -> OrderStore:
        prices = FixedPrices(PRICES)
        return MemoryOrderStore(
            self.tables, MemoryFeed(), MemoryQueue(), accounts=self.accounts, prices=prices, defaults=defaults
        )


@dataclass
class OnPostgres:
    pool: AsyncConnectionPool
    store: OrderStore
    accounts: PostgresAccounts

    async def age(self, order_id: UUID, seconds: float) -> None:
        async with self.pool.connection() as connection:
            older = "UPDATE orders SET stored_at = stored_at - %s WHERE id = %s"
            await connection.execute(older, (timedelta(seconds=seconds), order_id))

    async def another(self, defaults: RiskLimits) -> OrderStore:
        return an_order_store(self.pool, defaults=defaults, prices=PRICES)


@pytest.fixture
async def memory_ports() -> InMemory:
    tables, accounts = MemoryTables(), MemoryAccounts()
    store = MemoryOrderStore(tables, MemoryFeed(), MemoryQueue(), accounts=accounts, prices=FixedPrices(PRICES))
    return InMemory(tables, store, accounts)


@pytest.fixture
async def postgres_ports(pool: AsyncConnectionPool) -> OnPostgres:
    return OnPostgres(pool, an_order_store(pool, prices=PRICES), PostgresAccounts(pool))


@pytest.fixture(params=["memory", "postgres"])
def ports(request: pytest.FixtureRequest) -> Ports:
    found: Ports = request.getfixturevalue(f"{request.param}_ports")
    return found


async def _set(ports: Ports, state: TradingState = TradingState.ACTIVE, **limits: Any) -> None:
    account = TradingAccount(account_id="local", trading_state=state, limits=RiskLimits(**limits), updated_at=NOON)
    await ports.accounts.change("local", lambda _: account)


async def _refusal(adding: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await adding
    return refused.value


async def _accepted_of(store: OrderStore, orders: list[NewOrder]) -> list[int]:
    """Submit all at once and return the positions of those that were accepted."""
    answers = await asyncio.gather(*map(store.add, orders), return_exceptions=True)
    return [position for position, answer in enumerate(answers) if not isinstance(answer, BaseException)]


async def test_an_account_without_limits_is_not_limited(ports: Ports) -> None:
    assert await _accepted_of(ports.store, [a_new_order() for _ in range(20)]) == list(range(20))


async def test_orders_in_flight_are_accepted_exactly_up_to_the_limit_in_their_order(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=3)
    assert await _accepted_of(ports.store, [a_new_order() for _ in range(5)]) == [0, 1, 2]
    refused = await _refusal(ports.store.add(a_new_order()))
    assert isinstance(refused, Unavailable)
    assert (refused.reason, refused.retry_after_ms) == ("TOO_MANY_ORDERS", 1_000)
    assert refused.detail == "3 orders have not ended; the account's limit is 3"


async def test_an_order_that_ends_makes_room(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=1)
    first = a_new_order()
    await ports.store.add(first)
    await ports.store.cancel(first.order, OrderCancelled(), NOON)
    await ports.store.add(a_new_order())
    assert (await ports.accounts.use("local")).in_flight == 1


async def test_a_minute_holds_so_many_and_says_when_the_oldest_leaves(ports: Ports) -> None:
    await _set(ports, orders_per_minute_max=2)
    first = a_new_order()
    await ports.store.add(first)
    await ports.age(first.order.order_id, 20)
    await ports.store.add(a_new_order())
    refused = await _refusal(ports.store.add(a_new_order()))
    assert isinstance(refused, Unavailable)
    assert refused.reason == "TOO_MANY_ORDERS"
    assert 30_000 < refused.retry_after_ms <= 40_000
    await ports.age(first.order.order_id, 40)
    await ports.store.add(a_new_order())
    assert (await ports.accounts.use("local")).last_minute == 2


async def test_a_repeat_is_answered_with_its_first_and_never_measured(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=1)
    first = await ports.store.add(a_new_order(client_order_id="mine"))
    for limits in ({"orders_in_flight_max": 1}, {"orders_per_minute_max": 1}, {"mints_allowed": (BONK,)}):
        await _set(ports, TradingState.HALTED, **limits)
        again = await ports.store.add(a_new_order(client_order_id="mine"))
        assert (again.order_id, again.replayed) == (first.order_id, True)
    other = await _refusal(ports.store.add(a_new_order(body_hash=b"o" * 32, client_order_id="mine")))
    assert other.reason == "IDEMPOTENCY_KEY_REUSED"


async def test_repeats_that_come_together_take_one_place(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=2)
    orders = [a_new_order(client_order_id=name) for name in ("a", "a", "b", "a", "c", "b")]
    answers = await asyncio.gather(*map(ports.store.add, orders), return_exceptions=True)
    told = [a.reason if isinstance(a, DomainError) else a.replayed for a in answers]  # type: ignore[union-attr]  # an Accepted
    assert told == [False, True, False, True, "TOO_MANY_ORDERS", True]


async def test_a_halted_account_stores_nothing_and_other_accounts_go_on(ports: Ports) -> None:
    await _set(ports, TradingState.HALTED)
    refused, accepted = await asyncio.gather(
        _refusal(ports.store.add(a_new_order())), ports.store.add(a_new_order(account_id="other"))
    )
    assert isinstance(refused, Rejected)
    assert refused.reason == "ACCOUNT_HALTED"
    assert await ports.store.open_orders(None) == [(accepted.order_id, 1)]


async def test_an_order_may_be_worth_the_limit_and_not_a_millionth_more(ports: Ports) -> None:
    await _set(ports, order_usd_micros_max=225_000_000)
    await ports.store.add(a_new_order(amount_in=1_500_000_000))
    refused = await _refusal(ports.store.add(a_new_order(amount_in=1_500_000_001)))
    assert refused.reason == "RISK_LIMIT_EXCEEDED"
    detail = "the order is worth 225.000001 USD; the account's limit is 225 USD an order"
    assert refused.violations == (FieldViolation("amount_in", detail, "order_too_large"),)


async def test_without_a_price_a_limit_in_dollars_refuses_for_now(ports: Ports) -> None:
    await _set(ports, order_usd_micros_max=225_000_000)
    refused = await _refusal(ports.store.add(a_new_order(mint_in=BONK)))
    assert isinstance(refused, Unavailable)
    assert refused.reason == "UNAVAILABLE"


async def test_everything_an_order_is_beyond_is_told_at_once(ports: Ports) -> None:
    await _set(ports, order_usd_micros_max=1, slippage_bps_max=49, mints_allowed=(BONK,))
    refused = await _refusal(ports.store.add(a_new_order(slippage_bps=50)))
    assert [(violation.field, violation.code) for violation in refused.violations] == [
        ("amount_in", "order_too_large"),
        ("slippage_bps", "slippage_too_high"),
        ("mint_in", "token_not_allowed"),
        ("mint_out", "token_not_allowed"),
    ]
    assert "50 bps" in refused.violations[1].detail
    assert SOL in refused.violations[2].detail


async def test_what_the_limits_allow_passes(ports: Ports) -> None:
    await _set(ports, slippage_bps_max=50, mints_allowed=(SOL, USDC))
    await ports.store.add(a_new_order(slippage_bps=50))
    await ports.store.add(a_new_order(mint_in=USDC, mint_out=SOL, slippage_bps=0))


async def test_accounts_that_nobody_set_up_have_the_servers_limits_and_others_their_own(ports: Ports) -> None:
    await _set(ports)
    store = await ports.another(RiskLimits(orders_in_flight_max=1))
    assert await _accepted_of(store, [a_new_order(account_id="stranger") for _ in range(3)]) == [0]
    assert await _accepted_of(store, [a_new_order() for _ in range(3)]) == [0, 1, 2]


async def test_an_account_that_is_halted_while_orders_stream_in_accepts_none_after(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=10_000)
    submitting = [asyncio.ensure_future(ports.store.add(a_new_order())) for _ in range(300)]
    await submitting[0]
    await _set(ports, TradingState.HALTED)
    accepted_before = (await ports.accounts.use("local")).in_flight
    answers = await asyncio.gather(*submitting, return_exceptions=True)
    accepted = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert 1 <= len(accepted) == accepted_before == (await ports.accounts.use("local")).in_flight
    assert {answer.reason for answer in answers if isinstance(answer, DomainError)} <= {"ACCOUNT_HALTED"}


async def test_an_executor_that_stands_still_while_it_measures_holds_up_nobody_for_long(
    pool: AsyncConnectionPool,
) -> None:
    store = an_order_store(pool)
    await store.add(a_new_order())
    async with pool.connection() as frozen:
        await frozen.execute("BEGIN")
        await frozen.execute("SELECT 1 FROM accounts FOR UPDATE")
        await store.add(a_new_order())
        assert (await PostgresAccounts(pool).use("local")).in_flight == 2
        with pytest.raises(psycopg.Error):
            await frozen.execute("COMMIT")


async def test_a_burst_over_two_executors_never_passes_a_limit(ports: Ports) -> None:
    await _set(ports, orders_in_flight_max=25)
    stores: list[Callable[[NewOrder], Awaitable[object]]] = [
        ports.store.add,
        (await ports.another(NO_LIMITS)).add,
        (await ports.another(NO_LIMITS)).add,
    ]
    answers = await asyncio.gather(
        *(stores[number % 3](a_new_order()) for number in range(300)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 25
    assert (await ports.accounts.use("local")).in_flight == 25
