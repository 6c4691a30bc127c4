"""Spectral and Redocly, the linters of interface documents that strangers run."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tests import node_packages
from tests.generated import packages

Lint = Callable[[str, Sequence[Path]], list[str]]
_SECONDS: Final = 120
_PROGRAMS: Final = {
    "spectral": Path("@stoplight", "spectral-cli", "dist", "index.js"),
    "redocly": Path("@redocly", "cli", "bin", "cli.js"),
}
_ARGUMENTS: Final = {
    "spectral": ("--ruleset", str(packages.HERE / "spectral.yaml"), "--format", "json", "--quiet"),
    "redocly": ("--extends", "recommended", "--format", "json", "--max-problems", "1000"),
}


def lint(name: str, documents: Sequence[Path]) -> list[str]:
    """Return the errors that a linter finds in these documents, a line each; warnings are not told."""
    program = packages.npm() / "node_modules" / _PROGRAMS[name]
    arguments = ("lint", *map(str, documents), *_ARGUMENTS[name])
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = node_packages.run(program, *arguments, folder=documents[0].parent, seconds=_SECONDS, **quiet)
    found = _spectral_errors(done) if name == "spectral" else _redocly_errors(done)
    assert bool(found) == (done.returncode != 0), f"{name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return found


def _spectral_errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        f"{Path(it['source']).name} {'/'.join(map(str, it['path']))}: {it['code']}: {it['message']}"
        for it in findings
        if it["severity"] == 0
    ]


def _redocly_errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    # One document of JSON for each file, one behind the other.
    decoder, rest, errors = json.JSONDecoder(), done.stdout.strip(), []
    while rest:
        told, end = decoder.raw_decode(rest)
        rest = rest[end:].lstrip()
        errors += [it for it in told["problems"] if it["severity"] == "error"]
    return [f"{_place(it)}: {it['ruleId']}: {it['message']}" for it in errors]


def _place(problem: dict[str, Any]) -> str:
    location = problem["location"][0]
    return f"{Path(location['source']['ref']).name} {location.get('pointer', '')}"
