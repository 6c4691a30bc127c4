"""The package of clients/typescript as its users have it: beside what its lock names, in a folder of the tests."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests import node_packages
from tests.stack import REPOSITORY

SOURCE: Final = REPOSITORY / "clients" / "typescript"
# What a machine that has worked there holds besides.
_MADE: Final = ("node_modules", "dist")
_SECONDS: Final = 110


def copied(folder: Path) -> Path:
    """Return a copy of the package beside what its lock names."""
    place = folder / "client"
    shutil.copytree(SOURCE, place, ignore=shutil.ignore_patterns(*_MADE))
    installed = node_packages.install(SOURCE, what="The TypeScript compiler")
    (place / "node_modules").symlink_to(installed / "node_modules")
    return place


def compile_project(place: Path, project: str) -> None:
    """Run the compiler. Raises AssertionError with its words."""
    compiler = place / "node_modules" / "typescript" / "bin" / "tsc"
    done = node_packages.run(compiler, "--project", project, folder=place, seconds=_SECONDS)
    assert done.returncode == 0, done.stdout


def node(place: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the package with Node."""
    program, *rest = arguments
    return node_packages.run(Path(program), *rest, folder=place, seconds=_SECONDS, **variables)
