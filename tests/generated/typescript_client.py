"""A TypeScript client made by openapi-typescript for openapi-fetch, checked by tsc, and used by a program of a user."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests import node_packages
from tests.generated import packages

TYPES: Final = "api.ts"
PROGRAMS: Final = ("every_operation.ts", "wrong_uses.ts", "tsconfig.json")
_SECONDS: Final = 120


def made(document: Path, folder: Path) -> Path:
    """Generate the types of a document into a folder, beside the programs and the packages they import."""
    installed = packages.npm() / "node_modules"
    done = node_packages.run(
        *(installed / "openapi-typescript" / "bin" / "cli.js", str(document), "--output", TYPES),
        folder=folder,
        seconds=_SECONDS,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    (folder / "node_modules").symlink_to(installed)
    (folder / "package.json").write_text('{"type": "module"}\n')
    for name in PROGRAMS:
        shutil.copy(packages.PROGRAMS / name, folder)
    return folder


def type_check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the types and the programs strictly."""
    compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
    return node_packages.run(compiler, "--project", ".", folder=folder, seconds=_SECONDS)


def call_everything(folder: Path, url: str, key: str) -> subprocess.CompletedProcess[str]:
    """Run the program that calls every operation."""
    return node_packages.run(folder / "every_operation.ts", url, key, folder=folder, seconds=_SECONDS)
