"""Ways in: `python -m executor_service server | worker | migrate`."""

import argparse
import asyncio
import os
import sys

from pydantic import ValidationError


def main() -> int:
    """Run the command named on the command line; 2 when the settings are not usable."""
    parser = argparse.ArgumentParser(prog="executor_service", description=__doc__)
    parser.add_argument("command", choices=["server", "worker", "migrate"])
    command = parser.parse_args().command
    # Dramatiq reads it when it is imported: how soon a consumer that lost Redis tries again.
    os.environ.setdefault("dramatiq_restart_delay", "250")
    from executor_service.settings import Settings  # noqa: PLC0415  # after the variable above
    from servicekit.telemetry import configure_logging  # noqa: PLC0415

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(map(str, problem["loc"])).upper()
            print(f"executor_service: {name}: {problem['msg']}", file=sys.stderr)  # noqa: T201  # the command's answer
        return 2
    configure_logging(settings.worker_name if command == "worker" else "executor", level=settings.log_level)
    if command == "migrate":
        from executor_service.migrations.upgrade import upgrade  # noqa: PLC0415

        upgrade(settings.database_url.get_secret_value())
        return 0
    return _serve(command)


def _serve(command: str) -> int:
    import uvloop  # noqa: PLC0415  # not needed to migrate

    from executor_service.server import run_server  # noqa: PLC0415
    from executor_service.settings import Settings  # noqa: PLC0415
    from executor_service.worker import run_worker  # noqa: PLC0415

    settings = Settings()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_server(settings) if command == "server" else run_worker(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
