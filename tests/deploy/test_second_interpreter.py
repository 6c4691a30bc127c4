"""The build tests a second Python, and says loudly when it finds none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is of Python 3.11 and whose suites only say that they ran, and where."""
    root = tmp_path / "checkout"
    (root / ".ci").mkdir(parents=True)
    shutil.copy(REPOSITORY / ".ci" / "second-interpreter", root / ".ci")
    _python(root / ".venv" / "bin" / "python", "3.11")
    (root / "Makefile").write_text('test-suites:\n\t@echo "ran by $(PYTHON) in $(CURDIR)"; exit $(or $(FAILS),0)\n')
    subprocess.run("git init -q . && git add Makefile .ci", shell=True, check=True, cwd=root)
    return root


def _python(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def _run(checkout: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    tools = checkout / "tools"
    tools.mkdir(exist_ok=True)
    for folder in os.get_exec_path():  # every program of this machine but its interpreters
        for program in Path(folder).glob("[!.]*"):
            if not program.name.startswith("python") and not (tools / program.name).is_symlink():
                (tools / program.name).symlink_to(program)
    return subprocess.run(
        [tools / "bash", ".ci/second-interpreter"],
        cwd=checkout,
        env={"PATH": str(tools), "HOME": str(checkout), **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_none_is_said_loudly(checkout: Path) -> None:
    _python(checkout / ".pyenv" / "versions" / "3.11.7" / "bin" / "python", "3.11")  # the same as the first
    done = _run(checkout)
    assert done.returncode == 0
    assert "# NO SECOND INTERPRETER: only Python 3.11 was tested.\n" in done.stdout


def test_the_newest_other_one_runs_the_suites_in_a_folder_with_a_space(checkout: Path) -> None:
    for version in ("3.12.1", "3.13.0", "3.15.0"):
        _python(checkout / ".pyenv" / "versions" / version / "bin" / "python", version[:4])
    done = _run(checkout)
    assert done.returncode == 0, done.stderr
    assert f"ran by {checkout}/.pyenv/versions/3.13.0/bin/python in " in done.stdout
    assert done.stdout.rstrip().endswith("/a folder with a space")


def test_its_failure_is_the_builds(checkout: Path) -> None:
    second = _python(checkout / "python", "3.12")
    assert _run(checkout, SECOND_PYTHON=str(second), FAILS="1").returncode != 0
    assert _run(checkout, SECOND_PYTHON=str(_python(checkout / "old", "3.9"))).returncode == 1


def test_the_build_asks_for_it() -> None:
    assert "\n.ci/second-interpreter </dev/null\n" in (REPOSITORY / ".ci" / "run").read_text()
    assert os.access(REPOSITORY / ".ci" / "second-interpreter", os.X_OK)
