"""Brings a database to the newest schema. Safe to run at the same time from several places."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from servicekit.migrating import migration_engine

# One number for the whole product's ledger migrations; any constant does.
_LOCK: Final = 7_205_759_403_001


def migrate(database_url: str) -> None:
    """Apply what is missing, in one transaction. A second caller waits for the first. Raises SQLAlchemyError."""
    engine = migration_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS market"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
