"""The virtual environment: of a Python that fits, whole, and made anew when it is not; a refusal is one sentence."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
OLD = "#!/bin/sh\nprintf 3.9\n"
PROMISE = "CPython 3.11 to 3.14"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of what makes the environment, in a folder with a space and a quote in its name."""
    root = tmp_path / "a trader's folder"
    (root / "deploy").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "deploy" / "setup", root / "deploy" / "setup")
    shutil.copy(REPOSITORY / "Makefile", root)
    return root


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder that is the whole PATH, with what the script and Make call."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "rm", "dirname", "uname", "find", "git", "make"):
        (folder / name).symlink_to(shutil.which(name) or "/bin/false")
    return folder


def _program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def _real(folder: Path, name: str) -> Path:
    """A Python that fits, under another name: a link, as distributions have it."""
    return _program(folder, name, f'#!/bin/sh\nexec "{_base()}" "$@"\n')


def _base() -> str:
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}")


# What `python -m venv` makes, without pip, which takes seconds: it shadows the standard library's by PYTHONPATH.
_BARE = """\
import pathlib, sys
root, python = pathlib.Path(sys.argv[-1]), pathlib.Path(sys.executable)
(root / "bin").mkdir(parents=True)
(root / "bin" / "python").symlink_to(python)
(root / "pyvenv.cfg").write_text(f"home = {python.parent}\\n")
"""


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """A PYTHONPATH that makes environments without pip."""
    folder = tmp_path / "bare"
    folder.mkdir()
    _program(folder, "venv.py", _BARE)
    return str(folder)


def _make(checkout: Path, commands: Path, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Ask for the environment alone."""
    return subprocess.run(
        [str(commands / "make"), *words, ".venv/.python"],
        cwd=checkout,
        env={"PATH": str(commands), "HOME": str(checkout), **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )


def _refusal(checkout: Path, commands: Path, *words: str, **env: str) -> str:
    done = _make(checkout, commands, *words, **env)
    assert done.returncode != 0
    assert not (checkout / ".venv").exists()
    first, *rest = [line for line in done.stderr.splitlines() if line]
    assert all("Error 1" in line for line in rest), done.stderr
    return first


def _mark(checkout: Path) -> str:
    return (checkout / ".venv" / ".python").read_text()


def test_a_python_that_fits_is_found_beside_an_old_python3(checkout: Path, commands: Path) -> None:
    _program(commands, "python3", OLD)
    _program(commands, "python3.14", "#!/bin/sh\nexit 127\n")  # a version manager's, with nothing behind it
    _real(commands, "python3.12")
    done = _make(checkout, commands)
    assert done.returncode == 0, done.stderr
    assert _mark(checkout).endswith(f"in {checkout}\n")
    answer = subprocess.run([checkout / ".venv/bin/python", "-m", "pip", "--version"], check=False, capture_output=True)
    assert answer.returncode == 0


def test_python3_14_alone_is_enough(checkout: Path, commands: Path, bare: str) -> None:
    _real(commands, "python3.14")
    assert _make(checkout, commands, PYTHONPATH=bare).returncode == 0


def test_a_python_without_venv_and_pip_is_told_how_to_get_them(checkout: Path, commands: Path, tmp_path: Path) -> None:
    _real(commands, "python3")
    for name in ("venv.py", "pip.py"):
        _program(tmp_path, name, "raise SystemExit(1)\n")
    # Without make, which keeps PYTHONPATH from its programs: it makes this Python one that lacks both.
    done = subprocess.run(
        ["/bin/sh", "deploy/setup/venv"],
        cwd=checkout,
        env={"PATH": str(commands), "HOME": str(checkout), "PYTHON": "", "PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    words = "make: python3 cannot make a virtual environment: install its venv and pip (Debian, Ubuntu: apt install "
    assert done.stderr.startswith(words)


@pytest.mark.parametrize(
    ("programs", "words", "sentence"),
    [
        ({}, [], f"make: no Python is installed: it takes {PROMISE}; install one that fits, or say make PYTHON="),
        ({"python3": "3.9"}, [], f"make: python3 is Python 3.9: it takes {PROMISE}; install one that fits, or say"),
        ({"python3": "3.15"}, [], f"make: python3 is Python 3.15: it takes {PROMISE}; install one"),
        ({"python2": "2.7"}, ["PYTHON=python2"], f"make: PYTHON=python2 is Python 2.7: it takes {PROMISE}; say make"),
        (
            {},
            ["PYTHON=/no where/python"],
            "make: PYTHON=/no where/python is not there: say make PYTHON=/path/to/python",
        ),
        ({"broken": ""}, ["PYTHON=broken"], "make: PYTHON=broken does not run; say make PYTHON=/path/to/python"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    checkout: Path, commands: Path, programs: Mapping[str, str], words: list[str], sentence: str
) -> None:
    for name, version in programs.items():
        _program(commands, name, f"#!/bin/sh\nprintf '{version}'\n")
    assert _refusal(checkout, commands, *words).startswith(sentence)


def test_a_python_that_says_why_not_is_believed(checkout: Path, commands: Path) -> None:
    reason = "Alpine and other systems without glibc are not supported"
    _program(commands, "python3", f'#!/bin/sh\n[ "$1" = -I ] && echo "{reason}" && exit 1\nprintf 3.12\n')
    assert _refusal(checkout, commands).startswith(f"make: python3: {reason}; ")


@pytest.fixture
def made(checkout: Path, commands: Path, bare: str) -> Path:
    """A checkout with its environment; nothing is installed in it, which is not what these tests ask about."""
    _real(commands, "python3")
    assert _make(checkout, commands, PYTHONPATH=bare).returncode == 0
    (checkout / ".venv" / "kept").touch()
    return checkout


def test_a_whole_environment_is_kept_whatever_python3_is(made: Path, commands: Path) -> None:
    _program(commands, "python3", OLD)
    done = _make(made, commands)
    assert (done.returncode, done.stdout) == (0, "")
    assert (made / ".venv" / "kept").exists()
    assert _make(made, commands, f"PYTHON={_base()}").returncode == 0
    assert (made / ".venv" / "kept").exists()


def _cut_short(checkout: Path) -> Path:
    (checkout / ".venv" / ".installing").touch()
    return checkout


def _without_a_mark(checkout: Path) -> Path:
    (checkout / ".venv" / ".python").unlink()
    return checkout


def _of_another_python(checkout: Path) -> Path:
    mark = checkout / ".venv" / ".python"
    mark.write_text(re.sub(r"3\.\d+", "3.10", mark.read_text()))
    return checkout


def _without_its_python(checkout: Path) -> Path:
    for name in ("python", "python3"):
        (checkout / ".venv" / "bin" / name).unlink(missing_ok=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/gone/python3")
    return checkout


def _moved(checkout: Path) -> Path:
    return checkout.rename(checkout.with_name("elsewhere"))


@pytest.mark.parametrize("spoil", [_cut_short, _without_a_mark, _of_another_python, _without_its_python, _moved])
def test_what_is_not_whole_is_made_anew(made: Path, commands: Path, bare: str, spoil: Callable[[Path], Path]) -> None:
    checkout = spoil(made)
    done = _make(checkout, commands, PYTHONPATH=bare)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("making .venv anew: ")
    assert not (checkout / ".venv" / "kept").exists()
    assert _mark(checkout).endswith(f"in {checkout}\n")
    assert _make(checkout, commands).stdout == ""


def test_another_python_than_asked_for_is_refused_before_the_old_environment_goes(made: Path, commands: Path) -> None:
    assert _make(made, commands, "PYTHON=/no/such").returncode != 0
    assert (made / ".venv" / "kept").exists()


def test_an_active_environment_can_make_itself_anew(made: Path, commands: Path, bare: str) -> None:
    _cut_short(made)
    inside = made / ".venv" / "bin"
    done = _make(made, commands, PATH=f"{inside}{os.pathsep}{commands}", PYTHONPATH=bare)
    assert done.returncode == 0, done.stderr
    assert not (made / ".venv" / "kept").exists()


def test_windows_itself_is_refused(checkout: Path, commands: Path) -> None:
    words = "Windows itself is not supported: run the same commands in WSL (wsl --install).  Stop."
    assert _refusal(checkout, commands, "OS=Windows_NT").endswith(words)


def test_a_checkout_that_cannot_be_written_to_is_named() -> None:
    with tempfile.TemporaryDirectory(prefix="a folder ") as name:
        root = Path(name) / "tradewind"
        shutil.copytree(REPOSITORY / "deploy" / "setup", root / "deploy" / "setup")
        for folder in (root, root.parent):
            folder.chmod(0o555)
        done = subprocess.run(
            ["/bin/sh", "deploy/setup/venv"],
            cwd=root,
            user=65_534 if os.geteuid() == 0 else None,  # root may write everywhere
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        root.parent.chmod(0o755)
        root.chmod(0o755)
    assert done.returncode == 1
    words = "cannot be written to, and .venv must be made in it: take a copy in a folder of your own"
    assert done.stderr == f"make: {root.resolve()} {words}\n"
