"""Storing orders of accounts that have limits: exactly as many as the limits allow, over all executors."""

from collections.abc import Mapping, Sequence

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from executor_service.adapters.order_inserts import answer_of, first_event, firsts_of, insert
from executor_service.adapters.postgres_accounts import LOCK, MAKE, USE, account_of, use_of
from executor_service.application.account_ports import Prices
from executor_service.application.measure_orders import refusals_of
from executor_service.application.ports import Accepted, NewOrder, StoredEvent
from executor_service.domain.risk import AccountUse, RiskLimits, TradingAccount
from servicekit.errors import DomainError


async def add_measured(
    connection: AsyncConnection[TupleRow], batch: Sequence[NewOrder], *, defaults: RiskLimits, prices: Prices
) -> tuple[Sequence[StoredEvent], Sequence[Accepted | DomainError]]:
    """Store what the limits allow, in one transaction. Return the first events of that, and an answer for each order.

    The transaction holds the rows of its accounts, so its counts stay true until the commit. Rows are created before it
    and locked in a fixed order, so that two transactions cannot deadlock.
    """
    named = {"accounts": sorted({new.order.account_id for new in batch})}
    await connection.execute(MAKE, named)
    async with connection.transaction():
        accounts = [account_of(row) for row in await (await connection.execute(LOCK, named)).fetchall()]
        known = await firsts_of(connection, batch)
        uses = await _uses_of(connection, accounts, defaults)
        refusals = refusals_of(
            batch,
            accounts={account.account_id: account for account in accounts},
            uses=uses,
            known=known.keys(),
            defaults=defaults,
            prices=prices,
        )
        allowed = [new for new in batch if new.order.order_id not in refusals]
        events = [first_event(new) for new in allowed]
        added = await insert(connection, allowed, events)
        firsts = await firsts_of(connection, [new for new in allowed if new.order.order_id not in added])
    answers = [refusals.get(new.order.order_id) or answer_of(new, added, firsts) for new in batch]
    return [event for event in events if event.order_id in added], answers


async def _uses_of(
    connection: AsyncConnection[TupleRow], accounts: Sequence[TradingAccount], defaults: RiskLimits
) -> Mapping[str, AccountUse]:
    """Return how much of their limits the accounts use. Only what has a limit is counted."""
    limits = [account.limits_in_force(defaults) for account in accounts]
    counted = {
        "accounts": [account.account_id for account in accounts],
        "in_flight": [limit.orders_in_flight_max is not None for limit in limits],
        "minute": [limit.orders_per_minute_max is not None for limit in limits],
    }
    cursor = await connection.execute(USE, counted)
    return {row[0]: use_of(row) for row in await cursor.fetchall()}
