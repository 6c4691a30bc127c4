"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(database_url: str, *, revision: str = "head") -> None:
    """Apply what is missing; nothing when nothing is. Concurrent calls wait for each other."""
    config = Config()
    # A percent sign in the checkout's path would be read as the start of a reference.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)
