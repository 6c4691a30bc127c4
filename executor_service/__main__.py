"""Ways in: `python -m executor_service server | worker | migrate | keys | accounts`."""

import argparse
import asyncio
import logging
import os
import sys

import psycopg
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from executor_service.admin import admin_parts
from executor_service.command_line import command_line
from executor_service.migrations.upgrade import upgrade
from executor_service.order_log import log_orders_of
from executor_service.settings import AccountSettings, ExecutorSettings, MigrationSettings
from servicekit.errors import DomainError
from servicekit.garbage import calm_garbage_collector
from servicekit.migrating import MIGRATABLE, first_line
from servicekit.postgres import session_sentence
from servicekit.settings.reading import read_settings
from servicekit.settings.redis_server import cluster_sentences
from servicekit.settings.sentences import SettingsError, sentence
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing


def main() -> int:
    """Run the command line. Return 2 for a wrong command or setting, 1 when the database does not answer."""
    asked = command_line().parse_args()
    try:
        settings = _settings_of(asked.command)
        _check_stores(settings)
        match settings:
            case ExecutorSettings():
                return _serve(asked.command, settings)
            case AccountSettings():
                return asyncio.run(_administer(asked, settings))
        return _migrate(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _settings_of(command: str) -> MigrationSettings:
    match command:
        case "migrate":
            return read_settings(MigrationSettings, os.environ)
        case "server" | "worker":
            return read_settings(ExecutorSettings, os.environ)
    return read_settings(AccountSettings, os.environ)


def _check_stores(settings: MigrationSettings) -> None:
    """Raise SettingsError for stores that answer and cannot serve; one that is away is waited for."""
    found = session_sentence(settings.database_url.get_secret_value(), os.environ)
    refused = [found] if found else []
    if isinstance(settings, ExecutorSettings):
        stores = {"REDIS_URL": settings.redis_url, "BROKER_URL": settings.broker_url}
        urls = {name: url.get_secret_value() for name, url in stores.items() if url is not None}
        refused += cluster_sentences(os.environ, urls)
    if refused:
        raise SettingsError("\n".join(refused))


def _migrate(settings: MigrationSettings) -> int:
    configure_logging("migrate", level=settings.log_level)
    try:
        upgrade(settings.database_url.get_secret_value())
    except (SQLAlchemyError, psycopg.Error) as error:
        told = {"DATABASE_URL": settings.database_url.get_secret_value()}
        why = f"the orders' schema cannot be migrated ({first_line(error)}); allowed: {MIGRATABLE}"
        sys.stderr.write(f"{sentence(told, told, why)}\n")
        return 1
    return 0


def _serve(command: str, settings: ExecutorSettings) -> int:
    configure_logging(settings.worker_name if command == "worker" else "executor", level=settings.log_level)
    # Dramatiq reads it when it is imported: how soon a consumer that lost Redis tries again.
    os.environ.setdefault("dramatiq_restart_delay", "250")
    from executor_service.server import run_server  # noqa: PLC0415  # after the variable
    from executor_service.worker import run_worker  # noqa: PLC0415  # after the variable

    calm_garbage_collector()
    log_orders_of(settings.log_orders)
    service, instance = (command, settings.worker_name) if command == "worker" else ("executor", "")
    with tracing(service, instance=instance), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_server(settings) if command == "server" else run_worker(settings))
    return 0


async def _administer(asked: argparse.Namespace, settings: AccountSettings) -> int:
    # The pool logs every failed try; the command prints one error in the end.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    try:
        async with admin_parts(settings) as parts:
            await asked.run(parts, asked)
    except DomainError as error:
        if not error.retryable:
            sys.stderr.write(f"executor_service: {error.detail}\n")
            return 2
        told = {"DATABASE_URL": settings.database_url.get_secret_value()}
        allowed = "" if "; allowed: " in error.detail else "; allowed: a Postgres that answers there"
        sys.stderr.write(f"{sentence(told, told, error.detail + allowed)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
