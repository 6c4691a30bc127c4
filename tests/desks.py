"""The executor's desk on a real database, as tests want it."""

from collections.abc import Mapping

from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_desk import PostgresOrderDesk
from executor_service.application.account_book import AccountBook
from executor_service.domain.risk import NO_LIMITS, RiskLimits
from tests.account_fakes import FixedPrices
from tests.fakes import ManualClock, MemoryFeed, MemoryQueue


def a_desk(
    pool: AsyncConnectionPool,
    *,
    feed: MemoryFeed | None = None,
    queue: MemoryQueue | None = None,
    defaults: RiskLimits = NO_LIMITS,
    prices: Mapping[str, int] | None = None,
) -> PostgresOrderDesk:
    """Return a desk like one executor's. It has not read which accounts have limits, so it measures every order."""
    book = AccountBook(accounts=PostgresAccounts(pool), clock=ManualClock(), defaults=defaults)
    return PostgresOrderDesk(
        pool,
        feed=feed or MemoryFeed(),
        queue=queue or MemoryQueue(),
        accounts=book,
        prices=FixedPrices(dict(prices or {})),
    )
