"""`make key`: the executor's own command, on the stack whose data folder this is."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from deploy.local.refusal import Refusal
from deploy.local.settings import REPOSITORY
from deploy.local.surroundings import made_environ

_OPTIONS: Final = {"SCOPES": "--scopes", "KEY_NAME": "--name", "EXPIRES_IN": "--expires-in"}


def make_key(data_dir: Path, environ: Mapping[str, str]) -> int:
    """Make a key for the ACCOUNT in the environment, print it alone on standard output, and return the exit code.

    Raises Refusal when no account is named, or when no stack has written its database's address.
    """
    if not environ.get("ACCOUNT"):
        raise Refusal("say whose key it is: make key ACCOUNT=alice SCOPES=trade,read")
    told = _written_by_the_stack(data_dir / "env")
    options = [f"{option}={environ[name]}" for name, option in _OPTIONS.items() if environ.get(name)]
    command = [sys.executable, "-m", "executor_service", "keys", "create", f"--account={environ['ACCOUNT']}", *options]
    done = subprocess.run(  # noqa: S603 - a list without a shell; the command checks what each option holds
        command, env={**_surroundings(environ), **told}, cwd=REPOSITORY, check=False
    )
    return done.returncode


def _surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    return made_environ(environ, own_postgres=bool(environ.get("DATABASE_URL") or environ.get("DB_HOST")))


def _written_by_the_stack(file: Path) -> dict[str, str]:
    if not file.exists():
        raise Refusal(f"no stack runs on {file.parent}: start one with `make run`, or set TRADEWIND_DATA_DIR")
    return {name: value for name, value in dotenv_values(file, interpolate=False).items() if value}
