"""`python -m deploy.container.postgres`: wait until Postgres answers, so that a migration is tried when it can succeed.

On a new cluster the database's image may take minutes to arrive. Waiting here costs time; a migration that fails and
is started again would cost attempts, of which a job has only so many.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Final

import psycopg

from market_service.settings import LedgerSettings
from servicekit.settings.postgres_url import libpq_url
from servicekit.settings.reading import read_settings
from servicekit.settings.sentences import SettingsError

# Below the job's deadline of 600 s: a pod that gives up keeps its words, and one that the deadline ends does not.
WITHIN_S: Final = 540.0
_ASK_AGAIN_S: Final = 1.0
_CONNECT_S: Final = 3


def obstacle(database_url: str) -> str:
    """Return why Postgres cannot be used, in words without a password; nothing when it answers."""
    try:
        with psycopg.connect(libpq_url(database_url), connect_timeout=_CONNECT_S, autocommit=True) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return f"Postgres does not answer: {(str(error).strip() or type(error).__name__).splitlines()[0]}"
    return ""


def wait(ask: Callable[[], str], *, within_s: float = WITHIN_S, again_after_s: float = _ASK_AGAIN_S) -> int:
    """Return 0 as soon as nothing is in the way, 1 when something still is in the end. New obstacles are said once."""
    deadline, said = time.monotonic() + within_s, ""
    while now := ask():
        if now != said:
            sys.stderr.write(f"waiting: {now}\n")
            said = now
        if time.monotonic() > deadline:
            sys.stderr.write(f"gave up after {within_s:.0f} s: {now}\n")
            return 1
        time.sleep(again_after_s)
    return 0


def main() -> int:
    """Wait for the Postgres of the environment and return as `wait` does, or 2 for a wrong address."""
    try:
        database_url = read_settings(LedgerSettings, os.environ).database_url.get_secret_value()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return wait(lambda: obstacle(database_url))


if __name__ == "__main__":
    sys.exit(main())
