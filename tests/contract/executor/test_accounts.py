"""One suite for the accounts' port, on the fake and on Postgres."""

import asyncio
from dataclasses import replace

import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.application.account_ports import AccountStore
from executor_service.domain.risk import AccountUse, RiskLimits, TradingAccount, TradingState
from tests.account_fakes import MemoryAccounts
from tests.builders import NOON, SOL, USDC

EVERY_LIMIT = RiskLimits(
    order_usd_micros_max=2**64 - 1,
    orders_in_flight_max=2**32 - 1,
    orders_per_minute_max=1,
    slippage_bps_max=0,
    mints_allowed=(USDC, SOL),
)


@pytest.fixture
async def memory_accounts() -> MemoryAccounts:
    return MemoryAccounts()


@pytest.fixture
async def postgres_accounts(pool: AsyncConnectionPool) -> PostgresAccounts:
    return PostgresAccounts(pool)


@pytest.fixture(params=["memory", "postgres"])
def accounts(request: pytest.FixtureRequest) -> AccountStore:
    found: AccountStore = request.getfixturevalue(f"{request.param}_accounts")
    return found


async def test_an_account_that_nobody_set_up_is_active_with_the_servers_limits(accounts: AccountStore) -> None:
    assert await accounts.get("new") == TradingAccount(account_id="new", limits=None, updated_at=None)
    assert await accounts.use("new") == AccountUse(in_flight=0, last_minute=0)
    assert await accounts.set_up() == []


async def test_what_was_set_is_read_again(accounts: AccountStore) -> None:
    halted = TradingAccount(account_id="alice", trading_state=TradingState.HALTED, limits=EVERY_LIMIT, updated_at=NOON)
    assert await accounts.change("alice", lambda _: halted) == halted
    assert await accounts.get("alice") == halted
    assert await accounts.set_up() == [halted]


async def test_no_limits_of_its_own_differ_from_the_servers_limits(accounts: AccountStore) -> None:
    unlimited = await accounts.change("alice", lambda account: replace(account, limits=RiskLimits()))
    assert await accounts.get("alice") == unlimited
    assert unlimited.limits == RiskLimits()
    assert await accounts.set_up() == [unlimited]
    back = await accounts.change("alice", lambda account: replace(account, limits=None))
    assert await accounts.get("alice") == back
    assert await accounts.set_up() == []


async def test_concurrent_changes_lose_nothing(accounts: AccountStore) -> None:
    def one_more(account: TradingAccount) -> TradingAccount:
        before = (account.limits or RiskLimits()).orders_in_flight_max or 0
        return replace(account, limits=RiskLimits(orders_in_flight_max=before + 1))

    await asyncio.gather(*(accounts.change("alice", one_more) for _ in range(8)))
    assert (await accounts.get("alice")).limits == RiskLimits(orders_in_flight_max=8)
