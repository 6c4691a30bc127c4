import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.folder import DataFolder
from deploy.local.process import ProcessSpec
from deploy.local.refusal import Refusal
from deploy.local.supervised import _backoff
from deploy.local.supervisor import Supervisor

SAYS_READY = """
import os, time
os.write(int(os.environ["TRADEWIND_READY_FD"]), b"ready\\n")
time.sleep(60)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SAYS_READY
NEVER_READY = "import time; time.sleep(60)"
READY_THEN_FAILS = SAYS_READY.replace("time.sleep(60)", "os._exit(3)")
FAILS = "import sys; print('no such luck'); sys.exit(3)"
LOGS_ITS_END = """
import os, signal, sys
def end(*_):
    with open("ends", "a") as file:
        file.write(os.environ["NAME"] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
os.write(int(os.environ["TRADEWIND_READY_FD"]), b"ready\\n")
signal.pause()
"""


def spec(code: str, *, name: str = "it", rank: int = 0, cwd: Path | None = None, grace: float = 5.0) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        command=(sys.executable, "-c", code),
        env={**os.environ, "NAME": name},
        healthy=None,
        cwd=cwd,
        stop_rank=rank,
        grace_seconds=grace,
    )


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    data = DataFolder(tmp_path / "data")
    data.acquire()
    return data


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
async def supervisor(folder: DataFolder, told: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder, report=told.append)
    yield supervisor
    supervisor.kill()
    await supervisor.stop()
    folder.release()


def pid_of(folder: DataFolder, name: str = "it") -> int:
    return int((folder.path / "run" / f"{name}.pid").read_text())


def session_niceness(pid: int) -> str | None:
    """Return the niceness of a process's session; None where the kernel does not schedule by session."""
    session = Path(f"/proc/{pid}/autogroup")
    return session.read_text().split()[-1] if session.exists() else None


async def eventually(what: Callable[[], bool], within_seconds: float = 30.0) -> None:
    async with asyncio.timeout(within_seconds):
        while not what():
            await asyncio.sleep(0.01)


async def test_a_ready_process_has_a_pid_file_and_stopping_removes_both(
    supervisor: Supervisor, folder: DataFolder
) -> None:
    await supervisor.start([spec(SAYS_READY)])
    pid = pid_of(folder)
    assert psutil.pid_exists(pid)
    await supervisor.stop()
    assert not psutil.pid_exists(pid)
    assert list((folder.path / "run").iterdir()) == []


async def test_a_killed_process_is_back_within_a_second(
    supervisor: Supervisor, folder: DataFolder, told: list[str]
) -> None:
    await supervisor.start([spec(SAYS_READY)])
    before = pid_of(folder)
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: pid_of(folder) != before, within_seconds=10.0)
    assert told == ["it was ended by SIGKILL; starting it again"]


async def test_a_process_that_cannot_come_up_is_a_refusal_with_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(Refusal, match=r"it exited with code 3 again and again, the last time with 'no such luck'"):
        await supervisor.start([spec(FAILS), spec(SAYS_READY, name="other")])


async def test_a_process_that_cannot_be_started_is_a_refusal_and_leaves_no_file_open(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    before = os.listdir("/dev/fd")
    with pytest.raises(Refusal, match="it cannot be started"):
        await supervisor.start([spec(SAYS_READY, cwd=tmp_path / "gone")])
    assert os.listdir("/dev/fd") == before


async def test_a_process_that_dies_soon_after_it_was_ready_does_not_count_as_up(supervisor: Supervisor) -> None:
    with pytest.raises(Refusal, match="it exited with code 3"):
        await supervisor.start([spec(READY_THEN_FAILS), spec(NEVER_READY, name="other")])


async def test_a_process_that_ignores_the_stop_signal_is_killed_after_its_grace(
    supervisor: Supervisor, folder: DataFolder, told: list[str]
) -> None:
    await supervisor.start([spec(DEAF, grace=0.2)])
    pid, started = pid_of(folder), time.monotonic()
    await supervisor.stop()
    assert not psutil.pid_exists(pid)
    assert 0.2 <= time.monotonic() - started < 10.0
    assert told == ["it did not stop within 0.2 s and is killed"]


async def test_ranks_stop_one_after_the_other(supervisor: Supervisor, tmp_path: Path) -> None:
    ranks = {"postgres": 0, "router": 1, "gateway": 2}
    await supervisor.start([spec(LOGS_ITS_END, name=name, rank=rank, cwd=tmp_path) for name, rank in ranks.items()])
    await supervisor.stop()
    assert (tmp_path / "ends").read_text().split() == ["gateway", "router", "postgres"]


async def test_what_must_be_gone_first_is_waited_for_before_every_start(
    supervisor: Supervisor, folder: DataFolder
) -> None:
    calls: list[float] = []
    waiting = spec(SAYS_READY)
    await supervisor.start(
        [
            ProcessSpec(
                name=waiting.name,
                command=waiting.command,
                env=waiting.env,
                healthy=None,
                before=lambda: calls.append(time.monotonic()),
            )
        ]
    )
    before = pid_of(folder)
    os.kill(before, signal.SIGKILL)
    await eventually(lambda: pid_of(folder) != before)
    assert len(calls) == 2


async def test_a_child_does_not_hear_the_terminal(supervisor: Supervisor, folder: DataFolder) -> None:
    await supervisor.start([spec(SAYS_READY)])
    assert os.getpgid(pid_of(folder)) != os.getpgid(0)
    assert os.getsid(pid_of(folder)) != os.getsid(0)


async def test_a_niced_child_yields_to_other_sessions_too(supervisor: Supervisor, folder: DataFolder) -> None:
    await supervisor.start([dataclasses.replace(spec(SAYS_READY), niceness=7)])
    pid = pid_of(folder)
    ours = os.getpriority(os.PRIO_PROCESS, 0)  # the tests may run at any niceness
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, ours + 7)
    assert session_niceness(pid) in ("7", None)


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 0.0), (2, 0.25), (3, 0.5), (4, 1.0), (9, 1.0)])
def test_the_first_restart_is_at_once_and_no_wait_exceeds_a_second(deaths: int, seconds: float) -> None:
    assert _backoff(deaths) == seconds


if sys.platform == "linux":  # elsewhere the next start ends what is left

    def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
        parent = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import os, subprocess, sys, time\n"
                "from deploy.local.spawn import spawn\n"
                "child = spawn([sys.executable, '-c', 'import time; time.sleep(60)'], env=os.environ, output=-3)\n"
                "print(child.pid, flush=True)\n"
                "time.sleep(60)\n",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        parent.stdout.close()
        gone, _ = psutil.wait_procs([child], timeout=30)
        assert gone
