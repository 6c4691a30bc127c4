"""The executor's store on a real database, as tests want it."""

from collections.abc import Mapping

from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_order_store import PostgresOrderStore
from executor_service.application.account_limits import AccountLimits
from executor_service.domain.risk import NO_LIMITS, RiskLimits
from tests.account_fakes import FixedPrices
from tests.fakes import ManualClock, MemoryFeed, MemoryQueue


def an_order_store(
    pool: AsyncConnectionPool,
    *,
    feed: MemoryFeed | None = None,
    queue: MemoryQueue | None = None,
    defaults: RiskLimits = NO_LIMITS,
    prices: Mapping[str, int] | None = None,
) -> PostgresOrderStore:
    """Return a store like one executor's. It has not read which accounts have limits, so it measures every order."""
    limits = AccountLimits(accounts=PostgresAccounts(pool), clock=ManualClock(), defaults=defaults)
    return PostgresOrderStore(
        pool,
        feed=feed or MemoryFeed(),
        queue=queue or MemoryQueue(),
        accounts=limits,
        prices=FixedPrices(dict(prices or {})),
    )
