"""Ways in: `python -m executor_service server | worker | migrate`."""

import argparse
import asyncio
import os
import sys

import uvloop
from pydantic import ValidationError

from executor_service.migrations.upgrade import upgrade
from executor_service.settings import MigrationSettings, Settings
from servicekit.telemetry import configure_logging


def main() -> int:
    """Run the command named on the command line; 2 when the settings are not usable."""
    parser = argparse.ArgumentParser(prog="executor_service", description=__doc__)
    parser.add_argument("command", choices=["server", "worker", "migrate"])
    command = parser.parse_args().command
    try:
        return _migrate(MigrationSettings()) if command == "migrate" else _serve(command, Settings())
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(map(str, problem["loc"])).upper()
            sys.stderr.write(f"executor_service: {name}: {problem['msg']}\n")
        return 2


def _migrate(settings: MigrationSettings) -> int:
    configure_logging("migrate", level=settings.log_level)
    upgrade(settings.database_url.get_secret_value())
    return 0


def _serve(command: str, settings: Settings) -> int:
    configure_logging(settings.worker_name if command == "worker" else "executor", level=settings.log_level)
    # Dramatiq reads it when it is imported: how soon a consumer that lost Redis tries again.
    os.environ.setdefault("dramatiq_restart_delay", "250")
    from executor_service.server import run_server  # noqa: PLC0415  # after the variable
    from executor_service.worker import run_worker  # noqa: PLC0415  # after the variable

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_server(settings) if command == "server" else run_worker(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
