"""Postgres: addresses as users write them, the pool of every service, and outages as errors of the table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from servicekit.addresses import PORT_IS_NO_NUMBER, UNREADABLE
from servicekit.errors import Unavailable
from servicekit.postgres_session import apply_statement, unfit

# Parameters of other ecosystems' clients that mean nothing to libpq, which refuses what it does not know.
_FOREIGN_PARAMETERS: Final = frozenset(
    {"pgbouncer", "connection_limit", "pool_timeout", "statement_cache_size", "schema", "sslaccept"}
)

# Both together stay below the deadline of every call that needs the database, so that the caller learns of a slow
# database and not of a missed deadline.
STATEMENT_TIMEOUT_MS: Final = 2_500
CONNECTION_WAIT_SECONDS: Final = 2.0

# A dead server is noticed within seconds: by missing acknowledgements of sent data, and by missing keepalives.
# A busy server does not read either, so a large message sent behind a statement of five seconds looks the same.
TCP_PARAMETERS: Final[Mapping[str, Any]] = {
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def libpq_url(database_url: str) -> str:
    """Return the address for psycopg: `postgres://` and `postgresql+driver://` are accepted, as is `?pgbouncer=`.

    The rest stays as it is written. Raises ValueError, without a part of the address in it, when libpq cannot read it.
    """
    address, _, query = database_url.split("://", 1)[-1].partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair and not _is_foreign(pair))
    url = f"postgresql://{address}{'?' if kept else ''}{kept}"
    _check(url)
    return url


def _is_foreign(pair: str) -> bool:
    return unquote(pair.partition("=")[0]) in _FOREIGN_PARAMETERS


def _check(url: str) -> None:
    # libpq's own words repeat what it cannot read: the whole address, the password, or the part it takes for a port.
    try:
        ports = str(conninfo_to_dict(url).get("port", ""))
    except psycopg.ProgrammingError:
        raise ValueError(UNREADABLE) from None
    if not all(port.isdecimal() for port in ports.split(",") if port):
        raise ValueError(PORT_IS_NO_NUMBER)


def connect(
    database_url: str, *, autocommit: bool = False, connect_timeout: int = 5, application_name: str = "tradewind"
) -> "psycopg.Connection[TupleRow]":
    """Return a session that relies on nothing of its role, database or environment. Raises psycopg.Error."""
    url = libpq_url(database_url)
    connection = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=connect_timeout,
        application_name=application_name,
        client_encoding="UTF8",
        **TCP_PARAMETERS,
    )
    try:
        connection.execute(apply_statement(url))
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


async def make_ours(connection: AsyncConnection[TupleRow], database_url: str, settings: Sequence[str] = ()) -> None:
    """Set what a session relies on, then `settings`: statements of the caller's own. The session is in autocommit."""
    await connection.execute(apply_statement(libpq_url(database_url)))
    for setting in settings:
        await connection.execute(setting.encode())


def session_problem(database_url: str, *, connect_timeout: int = 2) -> str | None:
    """Return why sessions at the address would not keep what Tradewind relies on, in one sentence with the fix.

    None when they do, and when Postgres does not answer: an outage is no wrong setting, and callers wait for its end.
    """
    try:
        with connect(database_url, autocommit=True, connect_timeout=connect_timeout) as connection:
            return unfit(connection, libpq_url(database_url), pooled=_is_pooled(database_url))
    except psycopg.Error:
        return None


def _is_pooled(database_url: str) -> bool:
    return "pgbouncer=true" in database_url.lower()


def open_pool(
    database_url: str,
    *,
    size: int,
    settings: Sequence[str] = (),
    application_name: str = "tradewind",
    reconnect_seconds: float = 30.0,
) -> AsyncConnectionPool:
    """Return a pool that is not open yet: autocommit, prepared statements, each session ours with `settings` applied.

    A connection that a transaction-pooling proxy shares (`?pgbouncer=true`) gets no prepared statements.
    """

    async def configure(connection: AsyncConnection[TupleRow]) -> None:
        await make_ours(connection, database_url, (f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}", *settings))

    return AsyncConnectionPool(
        libpq_url(database_url),
        min_size=min(2, size),
        max_size=size,
        open=False,
        timeout=CONNECTION_WAIT_SECONDS,
        reconnect_timeout=reconnect_seconds,
        max_waiting=2_000,
        check=None,
        configure=configure,
        kwargs={
            "autocommit": True,
            "prepare_threshold": None if _is_pooled(database_url) else 0,
            "connect_timeout": 5,
            "application_name": application_name,
            "client_encoding": "UTF8",
            **TCP_PARAMETERS,
        },
    )


@contextmanager
def outages_named() -> Iterator[None]:
    """Turn psycopg's exceptions for a server that is away, full or read-only into Unavailable.

    The outcome of a write that ends this way is unknown: it may have been committed.
    """
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, TooManyRequests) as error:
        raise Unavailable("UNAVAILABLE", "the database is not available") from error
    except psycopg.InternalError as error:
        raise Unavailable("UNAVAILABLE", "the database refuses to work") from error
