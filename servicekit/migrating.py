"""The engine that migrations run on: SQLAlchemy over sessions that are as much ours as the services' own."""

from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from servicekit.postgres import connect
from servicekit.settings.postgres_url import libpq_url

# What an address must lead to, for a migration.
MIGRATABLE: Final = "a Postgres that answers there, and a role that may migrate it"


def first_line(error: Exception) -> str:
    """Return the database's own sentence about an error, without the statement and the library's remarks behind it."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(original).strip().split("\n", 1)[0].rstrip(".")


def migration_engine(database_url: str) -> Engine:
    """Return an engine that keeps no connections. Raises ValueError when the address cannot be read."""
    libpq_url(database_url)
    return create_engine("postgresql+psycopg://", creator=lambda: connect(database_url), poolclass=NullPool)
