"""In place of docker, kind and kubectl: programs that note what they hear and answer as they are told."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from deploy.up import __main__ as command
from deploy.up import image, release

# A shell starts Python, since no first line of a script can name a program in a folder with a space.
_PROGRAM = """#!/bin/sh
''':'
exec '{python}' -IS "$0" "$@"
'''
import json, pathlib, sys
folder = pathlib.Path({folder!r})
words = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
said = " ".join(words)
calls = folder / "calls"
before = calls.read_text().splitlines()
with calls.open("a") as file:
    file.write(said + "\\n")
answers = json.loads((folder / "answers.json").read_text())
for start, given in answers.items():
    if said.startswith(start):
        heard = sum(call.startswith(start) for call in before)
        code, text = given[min(heard, len(given) - 1)]
        (sys.stderr if code else sys.stdout).write(text)
        sys.exit(code)
"""
IDENTITY = "sha256:0f3a5c7e9b1d" + "0" * 52
NAMED = "tradewind:0f3a5c7e9b1d"
JOB = "migrate-0f3a5c7e9b1d"
KUBECTL = "kubectl --context kind-tradewind --namespace tradewind"
JOB_ASKED = f"{KUBECTL} get job/{JOB}"

Answer = tuple[int, str]
Cluster = Callable[..., list[str]]


def job(*conditions: str, reason: str = "", failed: int = 0) -> Answer:
    """Return what kubectl says of the migration job."""
    said = [{"type": name, "status": "True", "reason": reason} for name in conditions]
    return 0, json.dumps({"status": {"conditions": said, "failed": failed}})


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Puts the programs first on the path. Called with answers by the start of a command line, it returns the calls.

    A list of answers is given one after the other, the last of them from then on.
    """
    for name in ("docker", "kind", "kubectl"):
        program = tmp_path / name
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(tmp_path)))
        program.chmod(0o755)
    calls = tmp_path / "calls"
    calls.touch()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(release, "SECRETS", tmp_path / "secrets.env")
    monkeypatch.setattr(release, "PEPPER", tmp_path / "pepper.env")
    monkeypatch.setattr(release, "FOLDER", tmp_path / "release")
    monkeypatch.setattr(command, "send_one_order", lambda: calls.write_text(f"{calls.read_text()}one order\n"))
    monkeypatch.setattr("deploy.up.cluster._check_port", lambda: None)
    for name in ("OBSERVABILITY", "KIND_NODE_IMAGE", *release.OTHER_IMAGES.values(), *image._BUILD_ARGUMENTS):
        monkeypatch.delenv(name, raising=False)

    def answering(**answers: Answer | Sequence[Answer]) -> list[str]:
        usual: dict[str, Answer | Sequence[Answer]] = {
            "docker --version": (0, "Docker version 28.2.2, build e6534b4"),
            "docker image inspect": (0, IDENTITY),
            "kind version": (0, "kind v0.33.0 go1.24"),
            "kubectl version": (0, "Client Version: v1.36.2"),
            JOB_ASKED: job("Complete"),
        }
        given = {start: [said] if isinstance(said, tuple) else said for start, said in {**usual, **answers}.items()}
        (tmp_path / "answers.json").write_text(json.dumps(given))
        return calls.read_text().splitlines()

    return answering
