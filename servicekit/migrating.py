"""The SQLAlchemy engine of migrations, with the same session settings as the services."""

from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from servicekit.postgres import connect
from servicekit.settings.postgres_url import libpq_url

# What DATABASE_URL must be for a migration, for the error that refuses another.
MIGRATABLE: Final = "a Postgres that answers there, and a role that may migrate it"


def first_line(error: Exception) -> str:
    """Return the database's own message, without the statement and the remarks that the library adds."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(original).strip().split("\n", 1)[0].rstrip(".")


def migration_engine(database_url: str) -> Engine:
    """Return an engine that keeps no connections. Raises ValueError when the address cannot be read."""
    libpq_url(database_url)
    return create_engine("postgresql+psycopg://", creator=lambda: connect(database_url), poolclass=NullPool)
