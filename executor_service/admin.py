"""Wiring of the operator's commands. They use only the stores, so that Postgres alone is enough."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from psycopg.errors import UndefinedTable

from executor_service.adapters.market_time import RealTime
from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_keys import PostgresKeys
from executor_service.application.account_ports import AccountStore
from executor_service.application.manage_keys import ManageKeys
from executor_service.application.ports import Clock
from executor_service.domain.risk import RiskLimits
from executor_service.settings import AccountSettings
from servicekit.errors import Unavailable
from servicekit.postgres import open_pool


@dataclass(slots=True)
class AdminParts:
    """What the operator's commands use. `defaults` are the limits of accounts that have none of their own."""

    keys: ManageKeys
    accounts: AccountStore
    clock: Clock
    defaults: RiskLimits
    pepper: bytes | None = field(repr=False)


@asynccontextmanager
async def admin_parts(settings: AccountSettings) -> AsyncIterator[AdminParts]:
    """Open what the operator's commands need. Raises Unavailable, also when the tables do not exist yet."""
    clock = RealTime()
    async with open_pool(settings.database_url.get_secret_value(), size=1) as pool:
        try:
            yield AdminParts(
                keys=ManageKeys(keys=PostgresKeys(pool), clock=clock),
                accounts=PostgresAccounts(pool),
                clock=clock,
                defaults=settings.risk_limits,
                pepper=settings.pepper,
            )
        except UndefinedTable as error:
            detail = "the database has no tables yet; allowed: one that `python -m executor_service migrate` has made"
            raise Unavailable("UNAVAILABLE", detail) from error
