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
from servicekit.migrating import first_line
from servicekit.postgres import session_problem
from servicekit.setting_types import SettingsError, read_settings
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing


def main() -> int:
    """Run the command line. Return 2 for a wrong command or setting, 1 when the database does not answer."""
    asked = command_line().parse_args()
    try:
        settings = _settings_of(asked.command)
        if unfit := session_problem(settings.database_url.get_secret_value()):
            sys.stderr.write(f"executor_service: DATABASE_URL cannot be used: {unfit}\n")
            return 2
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


def _migrate(settings: MigrationSettings) -> int:
    configure_logging("migrate", level=settings.log_level)
    try:
        upgrade(settings.database_url.get_secret_value())
    except (SQLAlchemyError, psycopg.Error) as error:
        sys.stderr.write(f"The orders' schema cannot be migrated: {first_line(error)}.\n")
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
        hint = "DATABASE_URL: " if error.retryable else ""
        sys.stderr.write(f"executor_service: {hint}{error.detail}\n")
        return 1 if error.retryable else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
