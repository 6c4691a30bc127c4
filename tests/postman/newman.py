"""Newman, the runner of Postman collections, from the lock file beside this one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests import node_packages

HERE: Final = Path(__file__).parent
RUN_SECONDS: Final = 240


@dataclass(frozen=True)
class Run:
    """What newman did: its exit code, the names of the requests it sent, its checks and those that failed."""

    exit_code: int
    requests: list[str]
    checks: int
    failures: list[str]


def run(collection: Path, *, folders: list[str], variables: dict[str, str], report: Path) -> Run:
    """Run some folders of a collection, every request of them whatever fails before it."""
    packages = node_packages.install(HERE, what="newman")
    arguments = [
        *("run", str(collection), "--reporters", "json", "--reporter-json-export", str(report)),
        *("--timeout-request", "30000", "--timeout-script", "10000"),
        *(part for folder in folders for part in ("--folder", folder)),
        *(part for name, value in variables.items() for part in ("--env-var", f"{name}={value}")),
    ]
    program = packages / "node_modules" / "newman" / "bin" / "newman.js"
    done = node_packages.run(program, *arguments, folder=report.parent, seconds=RUN_SECONDS)
    assert report.exists(), f"newman told nothing:\n{done.stdout}\n{done.stderr}"
    told: dict[str, Any] = json.loads(report.read_text())["run"]
    return Run(
        done.returncode,
        [execution["item"]["name"] for execution in told["executions"]],
        told["stats"]["assertions"]["total"],
        [f"{failure['source']['name']}: {failure['error']['message']}" for failure in told["failures"]],
    )
