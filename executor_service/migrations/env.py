"""Alembic's way in. Concurrent migrations wait for each other on an advisory lock."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from executor_service.adapters.tables import metadata

# Any number, the same for every process that migrates these tables.
_LOCK = 7_130_421


def _run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=NullPool)
    with engine.begin() as connection:
        # A role may have a limit that suits the engine's statements and no migration.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
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
