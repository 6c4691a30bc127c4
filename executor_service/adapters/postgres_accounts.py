"""The switches and limits of accounts in Postgres, and how much of the limits is used."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, LiteralString

from psycopg_pool import AsyncConnectionPool

from executor_service.domain.risk import MINUTE_MS, AccountUse, RiskLimits, TradingAccount, TradingState
from servicekit.postgres import outages_named

ACCOUNT_COLUMNS: Final[LiteralString] = """
    account_id, trading_state, own_limits, order_usd_micros_max, orders_in_flight_max, orders_per_minute_max,
    slippage_bps_max, mints_allowed, updated_at
"""

# A transaction that holds the row makes every other acceptance of the account wait.
LOCK: Final[LiteralString] = f"""
    SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE account_id = ANY(%(accounts)s::text[]) ORDER BY account_id FOR UPDATE
"""
MAKE: Final[LiteralString] = """
    INSERT INTO accounts (account_id) SELECT unnest(%(accounts)s::text[]) ON CONFLICT DO NOTHING
"""

# `stored_at` decides, by the database's clock. An order's id begins with the time at which an executor made it, which
# only narrows what is read: by a minute more than needed, for clocks that differ and orders that waited to be stored.
# Statement_timestamp() is the one that is read after the lock was given and that an index can still be searched by.
USE: Final[LiteralString] = """
    SELECT a.account_id, in_flight.count, minute.count,
        ceil(extract(epoch FROM minute.first + interval '60 s' - statement_timestamp()) * 1000)::int
    FROM unnest(%(accounts)s::text[], %(in_flight)s::bool[], %(minute)s::bool[]) AS a(account_id, in_flight, minute),
    LATERAL (
        SELECT count(*) FROM orders o WHERE a.in_flight AND o.account_id = a.account_id AND o.ended_at IS NULL
    ) AS in_flight,
    LATERAL (
        SELECT count(*), min(o.stored_at) AS first FROM orders o
        WHERE a.minute AND o.account_id = a.account_id AND o.stored_at > statement_timestamp() - interval '60 s'
            AND o.id >= rpad(lpad(to_hex(
                (extract(epoch FROM statement_timestamp() - interval '120 s') * 1000)::bigint), 12, '0'), 32, '0')::uuid
    ) AS minute
"""

_GET: Final[LiteralString] = f"SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE account_id = %(account)s"
_SET_UP: Final[LiteralString] = f"""
    SELECT {ACCOUNT_COLUMNS} FROM accounts WHERE own_limits OR trading_state <> 'active'
"""
_SET: Final[LiteralString] = """
    UPDATE accounts SET trading_state = %(state)s, own_limits = %(own)s, order_usd_micros_max = %(usd)s,
        orders_in_flight_max = %(in_flight)s, orders_per_minute_max = %(minute)s, slippage_bps_max = %(bps)s,
        mints_allowed = %(mints)s, updated_at = %(at)s
    WHERE account_id = %(account)s
"""


class PostgresAccounts:
    """Implements AccountStore."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def get(self, account_id: str) -> TradingAccount:
        """Return the account."""
        rows = await self._fetch(_GET, {"account": account_id})
        return account_of(rows[0]) if rows else TradingAccount(account_id=account_id)

    async def change(self, account_id: str, change: Callable[[TradingAccount], TradingAccount]) -> TradingAccount:
        """Change the account under its lock."""
        locked = {"accounts": [account_id]}
        with outages_named():
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute(MAKE, locked)
                row = await (await connection.execute(LOCK, locked)).fetchone()
                assert row is not None, "accounts are never deleted"
                after = change(account_of(row))
                await connection.execute(_SET, _row_of(after))
                return after

    async def set_up(self) -> Sequence[TradingAccount]:
        """Return the accounts that are halted or have limits of their own."""
        return [account_of(row) for row in await self._fetch(_SET_UP, {})]

    async def use(self, account_id: str) -> AccountUse:
        """Return the account's use."""
        [row] = await self._fetch(USE, {"accounts": [account_id], "in_flight": [True], "minute": [True]})
        return use_of(row)

    async def _fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[Any]:
        with outages_named():
            async with self._pool.connection() as connection:
                return await (await connection.execute(statement, parameters)).fetchall()


def account_of(row: Sequence[Any]) -> TradingAccount:
    """Return the account of a row selected by ACCOUNT_COLUMNS."""
    account_id, state, own_limits, usd, in_flight, minute, bps, mints, updated_at = row
    limits = RiskLimits(
        order_usd_micros_max=None if usd is None else int(usd),
        orders_in_flight_max=in_flight,
        orders_per_minute_max=minute,
        slippage_bps_max=bps,
        mints_allowed=tuple(mints),
    )
    return TradingAccount(
        account_id=account_id,
        trading_state=TradingState(state),
        limits=limits if own_limits else None,
        updated_at=updated_at,
    )


def use_of(row: Sequence[Any]) -> AccountUse:
    """Return the use of a row of USE."""
    _, in_flight, last_minute, frees_in_ms = row
    return AccountUse(
        in_flight=in_flight,
        last_minute=last_minute,
        frees_in_ms=MINUTE_MS if frees_in_ms is None else max(1, frees_in_ms),
    )


def _row_of(account: TradingAccount) -> dict[str, Any]:
    limits = account.limits or RiskLimits()
    return {
        "account": account.account_id,
        "state": account.trading_state.value,
        "own": account.limits is not None,
        "usd": limits.order_usd_micros_max,
        "in_flight": limits.orders_in_flight_max,
        "minute": limits.orders_per_minute_max,
        "bps": limits.slippage_bps_max,
        "mints": list(limits.mints_allowed),
        "at": account.updated_at,
    }
