import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local import folder as folder_module
from deploy.local.folder import STACK_MARK, DataFolder
from deploy.local.refusal import Refusal
from deploy.local.remembered import remembered_pepper
from tests.stack import eventually

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "data"), DataFolder(tmp_path / "data")
    first.acquire()
    with pytest.raises(Refusal, match=rf"in use by another stack \(process {os.getpid()}\)"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_the_env_file_is_private_and_key_equals_value(tmp_path: Path) -> None:
    DataFolder(tmp_path).write_env({"A": "1", "B": "x=y"})
    assert (tmp_path / "env").read_text() == "A=1\nB=x=y\n"
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_the_pepper_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "key_pepper"
    pepper = remembered_pepper(path)
    assert len(pepper) >= 32
    assert remembered_pepper(path) == pepper
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_grew_large_starts_anew_and_keeps_one_predecessor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_LOG_BYTES_MAX", 3)
    data = DataFolder(tmp_path)
    (tmp_path / "log").mkdir()
    data.log_path("a").write_bytes(b"long")
    with data.open_log("a") as log:
        log.write(b"new")
    assert data.log_path("a").read_bytes() == b"new"
    assert (tmp_path / "log" / "a.log.1").read_bytes() == b"long"


def test_leftovers_are_ended_only_if_they_are_ours(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    (tmp_path / "run").mkdir()
    ours = subprocess.Popen(SLEEPER, env={**os.environ, STACK_MARK: str(tmp_path)})
    stranger = subprocess.Popen(SLEEPER)
    try:
        eventually(lambda: STACK_MARK in psutil.Process(ours.pid).environ())  # not yet readable at once
        data.write_pid("market", ours.pid)
        data.write_pid("gateway", stranger.pid)
        (tmp_path / "run" / "router.pid").write_text("not a number")
        data.write_pid("executor", 2**22 + 1)
        assert data.end_leftovers() == ["market"]
        assert ours.wait(5) == -signal.SIGKILL
        assert psutil.pid_exists(stranger.pid)
        assert list((tmp_path / "run").iterdir()) == []
    finally:
        for process in (ours, stranger):
            process.kill()
            process.wait()


def test_deleting_leaves_what_is_not_a_stacks(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.acquire()
    (data.path / "mine.txt").write_text("keep")
    (data.path / "postgres").mkdir()
    remembered_pepper(data.path / "key_pepper")
    data.delete()
    assert [path.name for path in data.path.iterdir()] == ["mine.txt"]
