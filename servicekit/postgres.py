"""Postgres: sessions, the pool of every service, and outages as errors of the table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from servicekit.errors import Unavailable
from servicekit.postgres_session import apply_statement, unfit
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.sentences import sentence

# Both together stay below the deadline of every call that needs the database, so that the caller learns of a slow
# database and not of a missed deadline.
STATEMENT_TIMEOUT_MS: Final = 2_500
CONNECTION_WAIT_SECONDS: Final = 2.0

# A dead server is noticed within seconds: by missing acknowledgements of sent data, and by missing keepalives.
# A busy server does not read either, so a large message sent behind a statement of five seconds looks the same.
SESSION_PARAMETERS: Final[Mapping[str, Any]] = {
    "client_encoding": "UTF8",
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def connect(
    database_url: str, *, autocommit: bool = False, connect_timeout: int = 5, application_name: str = "tradewind"
) -> "psycopg.Connection[TupleRow]":
    """Return a session that relies on nothing of its role, database or environment. Raises psycopg.Error."""
    address = read_postgres_url(database_url)
    ours = {"connect_timeout": connect_timeout, "application_name": application_name, **SESSION_PARAMETERS}
    connection = psycopg.connect(
        address.url,
        autocommit=True,
        # What this session is for takes a statement or two of each kind: preparing them would only cost.
        prepare_threshold=5 if address.is_prepared else None,
        **address.arguments(**ours),
    )
    try:
        connection.execute(apply_statement(address.search_path))
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


async def connect_async(
    database_url: str, *, connect_timeout: int = 5, application_name: str = "tradewind"
) -> AsyncConnection[TupleRow]:
    """Return a session in autocommit, which prepares every statement where it may; `make_ours` makes it ours."""
    address = read_postgres_url(database_url)
    ours = {"connect_timeout": connect_timeout, "application_name": application_name, **SESSION_PARAMETERS}
    return await AsyncConnection.connect(
        address.url,
        autocommit=True,
        prepare_threshold=0 if address.is_prepared else None,
        **address.arguments(**ours),
    )


async def make_ours(connection: AsyncConnection[TupleRow], database_url: str, settings: Sequence[str] = ()) -> None:
    """Set what a session relies on, then `settings`: statements of the caller's own. The session is in autocommit."""
    await connection.execute(apply_statement(read_postgres_url(database_url).search_path))
    for setting in settings:
        await connection.execute(setting.encode())


def session_problem(database_url: str, *, connect_timeout: int = 2) -> str | None:
    """Return why sessions at the address would not keep what Tradewind relies on, and what is allowed.

    None when they do, and when Postgres does not answer: an outage is no wrong setting, and callers wait for its end.
    """
    address = read_postgres_url(database_url)
    try:
        with connect(database_url, autocommit=True, connect_timeout=connect_timeout) as connection:
            return unfit(connection, address.search_path, pooled=address.is_pooled)
    except psycopg.Error:
        return None


def session_sentence(database_url: str, environ: Mapping[str, str]) -> str | None:
    """Return the refusal of DATABASE_URL for `session_problem`, or None."""
    problem = session_problem(database_url)
    return sentence(["DATABASE_URL"], environ, problem) if problem else None


def open_pool(
    database_url: str,
    *,
    size: int,
    settings: Sequence[str] = (),
    application_name: str = "tradewind",
    reconnect_seconds: float = 30.0,
) -> AsyncConnectionPool:
    """Return a pool that is not open yet: autocommit, prepared statements, each session ours with `settings` applied.

    A connection that a transaction-pooling proxy shares (`?pgbouncer=true`) gets no prepared statements, and what the
    address says itself (`connect_timeout`, `application_name`, keepalives) goes before what is said here.
    """

    address = read_postgres_url(database_url)
    ours = {"connect_timeout": 5, "application_name": application_name, **SESSION_PARAMETERS}

    async def configure(connection: AsyncConnection[TupleRow]) -> None:
        await make_ours(connection, database_url, (f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}", *settings))

    return AsyncConnectionPool(
        address.url,
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
            "prepare_threshold": 0 if address.is_prepared else None,
            **address.arguments(**ours),
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
