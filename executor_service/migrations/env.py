"""Alembic's way in. Concurrent migrations wait for each other on an advisory lock."""

from alembic import context
from sqlalchemy import text

from executor_service.adapters.tables import metadata
from servicekit.migrating import migration_engine

# Any number, the same for every process that migrates these tables.
_LOCK = 7_130_421


def _run() -> None:
    with migration_engine(context.config.attributes["database_url"]).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, target_metadata=metadata, version_table="executor_migrations")
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=metadata, version_table="executor_migrations")
    with context.begin_transaction():
        context.run_migrations()
else:
    _run()
