"""Running the product's own commands with settings that are said, and none of the caller's."""

import os
import re
import subprocess
import sys

from tests.stack import REPOSITORY

# The one form of a refusal.
FORM = re.compile(r"(tradewind: )?[A-Z_]+(=.+?)?( and [A-Z_]+(=.+?)?)*: .+; allowed: .+")


def run(*command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of ours in an environment that holds no setting but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG", "VIRTUAL_ENV") if name in os.environ}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=REPOSITORY,
        env={**kept, "TRADEWIND_ENV_FILE": os.devnull, "PYTHONPATH": f"{REPOSITORY}:protos/gen", **environ},
    )


def python(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m` one of our packages in such an environment."""
    return run(sys.executable, "-m", *arguments, **environ)
