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


def sqlalchemy_url(database_url: str) -> str:
    """Return the address for SQLAlchemy on psycopg."""
    return libpq_url(database_url).replace("postgresql://", "postgresql+psycopg://", 1)


def open_pool(database_url: str, *, size: int, settings: Sequence[str] = ()) -> AsyncConnectionPool:
    """Return a pool that is not open yet: autocommit, prepared statements, each connection with `settings` applied.

    A connection that a transaction-pooling proxy shares (`?pgbouncer=true`) gets no prepared statements.
    """
    shared = "pgbouncer=true" in database_url.lower()

    async def configure(connection: AsyncConnection[TupleRow]) -> None:
        for setting in (f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}", *settings):
            await connection.execute(setting.encode())

    return AsyncConnectionPool(
        libpq_url(database_url),
        min_size=min(2, size),
        max_size=size,
        open=False,
        timeout=CONNECTION_WAIT_SECONDS,
        reconnect_timeout=30,
        max_waiting=2_000,
        check=None,
        configure=configure,
        kwargs={
            "autocommit": True,
            "prepare_threshold": None if shared else 0,
            "connect_timeout": 5,
            "application_name": "tradewind",
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
