"""`python -m market_service [migrate | check]`."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from market_service.genesis.definition import DefinitionError, read_definition
from market_service.ledger.check import check_ledger, table_of
from market_service.migrations.apply import migrate
from market_service.process import CannotRun, serve
from market_service.settings import pooled_market_remark, read_ledger_settings, read_market_settings
from servicekit.garbage import calm_garbage_collector
from servicekit.migrating import MIGRATABLE, first_line
from servicekit.postgres import session_sentence
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.sentences import SettingsError, sentence
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing

EXIT_FAILED: Final = 1
EXIT_MISUSED: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Run a command and return the exit code: 2 when an argument or a setting is wrong, 1 when it failed."""
    command = COMMANDS.get(" ".join(arguments))
    if command is None:
        sys.stderr.write("usage: python -m market_service [migrate | check]\n")
        return EXIT_MISUSED
    try:
        return command()
    except (SettingsError, DefinitionError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_MISUSED
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED


def _serve() -> int:
    settings = read_market_settings()
    definition = read_definition(settings.market_file)
    configure_logging("market", level=settings.log_level)
    calm_garbage_collector()
    _check_sessions(settings.database_url.get_secret_value())
    if read_postgres_url(settings.database_url.get_secret_value()).is_pooled:
        sys.stderr.write(f"{pooled_market_remark(settings.database_url.get_secret_value())}\n")
    with tracing("market"), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, definition))
    return 0


def _migrate() -> int:
    settings = read_ledger_settings()
    configure_logging("market", level=settings.log_level)
    _check_sessions(settings.database_url.get_secret_value())
    try:
        migrate(settings.database_url.get_secret_value())
    except SQLAlchemyError as error:
        why = f"the ledger cannot be migrated ({first_line(error)}); allowed: {MIGRATABLE}"
        raise CannotRun(sentence(["DATABASE_URL"], os.environ, why)) from error
    return 0


def _check() -> int:
    try:
        report = check_ledger(read_ledger_settings().database_url.get_secret_value())
    except psycopg.Error as error:
        why = f"the ledger cannot be read ({first_line(error)}); allowed: a migrated database that answers there"
        raise CannotRun(sentence(["DATABASE_URL"], os.environ, why)) from error
    sys.stdout.write(table_of(report) + "\n")
    return 0 if report.is_sound else EXIT_FAILED


def _check_sessions(database_url: str) -> None:
    if refused := session_sentence(database_url, os.environ):
        raise SettingsError(refused)


COMMANDS: Final[Mapping[str, Callable[[], int]]] = {"": _serve, "migrate": _migrate, "check": _check}
