"""A Python client made by openapi-python-client, checked by mypy, and used by a program of a user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.generated import packages

PACKAGE: Final = "tradewind_generated"
PROGRAMS: Final = ("every_operation.py", "wrong_uses.py")
_SECONDS: Final = 120


def made(document: Path, folder: Path) -> Path:
    """Generate the client of a document into a folder, beside the programs. Raises AssertionError for any warning."""
    config = folder / "config.yaml"
    # Formatting and fixing what is made is its user's wish, and hides nothing here.
    config.write_text("post_hooks: []\n")
    done = _python(
        *("-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(document), "--output-path", str(folder / PACKAGE), "--config", str(config)),
        folder=folder,
        path=packages.generator(),
    )
    # What it cannot read it leaves out, with a warning: an operation or a schema would be missing.
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for name in PROGRAMS:
        shutil.copy(packages.PROGRAMS / name, folder)
    return folder


def type_check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the client and the programs strictly, with no setting of ours."""
    options = ("--strict", "--warn-unreachable", "--config-file=", "--python-version=3.11", "--cache-dir=cache")
    return _python("-m", "mypy", *options, PACKAGE, *PROGRAMS, folder=folder)


def call_everything(folder: Path, url: str, key: str) -> subprocess.CompletedProcess[str]:
    """Run the program that calls every operation."""
    return _python("every_operation.py", url, key, folder=folder, path=folder)


def _python(*arguments: str, folder: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": "" if path is None else str(path)}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
