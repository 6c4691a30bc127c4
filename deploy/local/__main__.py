"""`python -m deploy.local run | migrate | reset | key`: the whole stack on this machine."""

import argparse
import asyncio
import os
import sys

from deploy.local.folder import DataFolder
from deploy.local.keys import make_key
from deploy.local.migrations import migrate
from deploy.local.refusal import Refusal
from deploy.local.run import run_stack
from deploy.local.screen import say, warn
from deploy.local.servers.reasons import refused_by_system
from deploy.local.settings import StackSettings, merged_environ, read_settings
from deploy.local.surroundings import calm_own_process, open_standard_streams

_REFUSED = 2


def main() -> int:
    """Run the command and return the exit code: 2, after one sentence, when it cannot be done."""
    open_standard_streams()
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("command", choices=["run", "migrate", "reset", "key"])
    command = parser.parse_args().command
    settings = None
    try:
        environ = merged_environ(os.environ)
        settings = read_settings(environ)
        for note in settings.notes:
            warn(note)
        calm_own_process(os.environ, own_postgres=settings.database_url is not None)
        if command == "run":
            return asyncio.run(run_stack(settings))
        if command == "key":
            return make_key(settings.data_dir, environ)
        if command == "reset":
            _reset(settings)
        else:
            _migrate(settings)
    except Refusal as reason:
        for line in str(reason).splitlines():
            warn(line)
        return _REFUSED
    except OSError as error:  # a full disk or a closed folder is told as plainly as a wrong setting
        warn(refused_by_system(error, settings.data_dir) if settings else str(error))
        return _REFUSED
    return 0


def _reset(settings: StackSettings) -> None:
    """Delete a stack's data, and nothing else in its folder. Raises Refusal while a stack runs on it."""
    if not (settings.data_dir / "lock").exists():
        say(f"{settings.data_dir} holds no stack: nothing to delete")
        return
    folder = DataFolder(settings.data_dir)
    folder.acquire()
    folder.end_leftovers()
    folder.delete()
    say(f"deleted the data in {settings.data_dir}")


def _migrate(settings: StackSettings) -> None:
    """Migrate a database of the user's own; the embedded one is migrated by every start."""
    if settings.database_url is None:
        raise Refusal(
            "nothing to migrate: `make run` migrates the embedded Postgres itself; set DATABASE_URL for your own"
        )
    # A migration speaks to Postgres alone, but reads the settings of its service, which ask for Redis too.
    redis_url = settings.redis_url or "redis://127.0.0.1:6379/0"
    asyncio.run(migrate({**settings.environ, "DATABASE_URL": settings.database_url, "REDIS_URL": redis_url}))


if __name__ == "__main__":
    sys.exit(main())
