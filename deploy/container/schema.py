"""`python -m deploy.container.schema`: wait until the database has the schema of this release.

Migrations are one job a release; every other process of the release waits for it here, so that none starts on tables
it does not know. A database that a newer release has migrated is good: its changes keep the older release working
while both run.
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from alembic.script import ScriptDirectory

from market_service.settings import LedgerSettings
from servicekit.postgres import connect
from servicekit.settings.reading import read_settings
from servicekit.settings.sentences import SettingsError

_APP: Final = Path(__file__).resolve().parents[2]
_WITHIN_S: Final = 300.0
_ASK_AGAIN_S: Final = 1.0
_CONNECT_S: Final = 3


@dataclass(frozen=True, slots=True)
class Schema:
    """One service's migrations and the statement that reads how far they went."""

    name: str
    scripts: Path
    query: LiteralString

    def is_current(self, connection: "psycopg.Connection[tuple[str]]") -> bool:
        """Return whether the newest migration here, or one that is newer still, was applied."""
        script = ScriptDirectory(str(self.scripts))
        known = {revision.revision for revision in script.walk_revisions()}
        row = connection.execute(self.query).fetchone()
        return row is not None and (row[0] == script.get_current_head() or row[0] not in known)


SCHEMAS: Final = (
    Schema(
        "executor",
        _APP / "executor_service" / "migrations",
        "SELECT version_num FROM executor_migrations",
    ),
    Schema(
        "market",
        _APP / "market_service" / "migrations",
        "SELECT version_num FROM market.alembic_version",
    ),
)


def behind(database_url: str) -> Iterator[str]:
    """Yield what is missing, in words: schemas that are not up to date, or why that cannot be found out."""
    try:
        with connect(database_url, connect_timeout=_CONNECT_S, autocommit=True) as connection:
            for schema in SCHEMAS:
                if not _is_current(schema, connection):
                    yield f"the {schema.name} schema is not up to date"
    except psycopg.OperationalError as error:
        yield f"Postgres does not answer: {str(error).strip().splitlines()[0]}"


def _is_current(schema: Schema, connection: "psycopg.Connection[tuple[str]]") -> bool:
    try:
        return schema.is_current(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return False


def main() -> int:
    """Return 0 as soon as both schemas are up to date, 1 when they are not in time, 2 for a wrong address.

    New obstacles are said once.
    """
    try:
        database_url = read_settings(LedgerSettings, os.environ).database_url.get_secret_value()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    deadline, said = time.monotonic() + _WITHIN_S, ""
    while missing := "; ".join(behind(database_url)):
        if missing != said:
            sys.stderr.write(f"waiting: {missing}\n")
            said = missing
        if time.monotonic() > deadline:
            return 1
        time.sleep(_ASK_AGAIN_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
