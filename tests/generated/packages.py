"""What makes the clients and lints the documents: packages of npm beside this file, and a generator of PyPI."""

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests import node_packages
from tests.stack import REPOSITORY

HERE: Final = Path(__file__).parent
PROGRAMS: Final = HERE / "programs"
GENERATOR_LOCK: Final = REPOSITORY / "requirements" / "generator.txt"
_INSTALL_SECONDS: Final = 300


def npm() -> Path:
    """Return the folder whose `node_modules` holds the linters, the generator of types and the compiler."""
    return node_packages.install(HERE, what="What generates TypeScript and lints the interface documents")


def generator() -> Path:
    """Return a folder to put on PYTHONPATH: openapi-python-client with what it needs, which differs from our own pins.

    It is installed once below .venv, by hash. Raises AssertionError with pip's words when it cannot be had.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(GENERATOR_LOCK.read_bytes()).hexdigest()
    folder = Path(sys.prefix) / "python-generator" / f"{version}-{digest[:16]}"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _pip_install(folder)
    return folder


def _pip_install(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        fresh = Path(place) / "packages"
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"),
            *("--only-binary", ":all:", "--no-deps", "--target", str(fresh), "--requirement", str(GENERATOR_LOCK)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
        assert done.returncode == 0, (
            "openapi-python-client could not be installed: these tests need a package index, the usual one or the one "
            f"that pip's settings name. pip's words:\n{done.stdout}\n{done.stderr}"
        )
        fresh.rename(folder)
