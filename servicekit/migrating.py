"""The engine that migrations run on: SQLAlchemy over sessions that are as much ours as the services' own."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from servicekit.postgres import connect, libpq_url


def migration_engine(database_url: str) -> Engine:
    """Return an engine that keeps no connections. Raises ValueError when the address cannot be read."""
    libpq_url(database_url)
    return create_engine("postgresql+psycopg://", creator=lambda: connect(database_url), poolclass=NullPool)
