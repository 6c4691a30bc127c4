"""What a start says when the machine does not let it: real servers, real folders, as an ordinary user."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import __main__ as command
from deploy.local.folder import DataFolder
from deploy.local.ports import free_port
from deploy.local.process import ProcessSpec
from deploy.local.refusal import Refusal
from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.supervisor import Supervisor
from servicekit.settings.sentences import shown

_ORDINARY = 65_534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can walk to."""
    with tempfile.TemporaryDirectory(prefix="tradewind ") as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be nobody for a while, if we are root: root may write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_ORDINARY)
    try:
        yield
    finally:
        os.seteuid(before)


def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Start a stack that cannot start; return what it said."""
    monkeypatch.setenv("TRADEWIND_DATA_DIR", str(data_dir))
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setattr(sys, "argv", ["deploy.local", "run"])
    with ordinary_user():
        assert command.main() == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("name", ["data", "data/lock", "data/run", "data/log"])
def test_a_data_folder_that_cannot_be_written_to_is_named_with_its_variable(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (folder / "data", *(folder / "data" / part for part in ("run", "log"))):
        path.mkdir()
        path.chmod(0o777)
    if name == "data/lock":
        (folder / name).touch()
    (folder / name).chmod(0o555)
    said = run(folder / "data", monkeypatch, capsys)
    assert said == (
        f"tradewind: {shown('TRADEWIND_DATA_DIR', str(folder / 'data'))}: "
        f"cannot use {folder}/{name} (Permission denied); allowed: a folder that you can write to"
    )


def test_what_another_user_left_in_the_data_folder_is_named_with_the_variable(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("run", "log", "postgres"):
        (folder / name).mkdir()
        (folder / name).chmod(0o555 if name == "postgres" else 0o777)
    folder.chmod(0o777)
    said = run(folder, monkeypatch, capsys)
    assert f"cannot use {folder}/postgres/" in said
    assert said.endswith("(Permission denied): make it writable, or set TRADEWIND_DATA_DIR to another folder")


def test_an_env_file_that_the_user_may_not_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "s.env"
    file.write_text("PORT=4000\n")
    file.chmod(0o000)
    monkeypatch.setenv("TRADEWIND_ENV_FILE", str(file))
    said = run(folder / "data", monkeypatch, capsys)
    reason = "cannot be read (Permission denied); allowed: a file of KEY=value lines in UTF-8"
    assert said == f"tradewind: {shown('TRADEWIND_ENV_FILE', str(file))}: {reason}"


def test_a_checkout_that_is_closed_to_the_user_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "closed").mkdir(mode=0o000)
    monkeypatch.setattr("deploy.local.settings.REPOSITORY", folder / "closed")
    monkeypatch.delenv("TRADEWIND_ENV_FILE", raising=False)
    said = run(folder / "data", monkeypatch, capsys)
    assert said.startswith(f"tradewind: TRADEWIND_ENV_FILE: {folder}/closed/.env cannot be read (Permission denied)")


def test_initdb_that_is_refused_says_which_file_and_which_variable(folder: Path) -> None:
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    server._folder.mkdir(mode=0o711)
    blocked = server._cluster / "pg_wal"

    class Blocked(EmbeddedPostgres):
        def _run_initdb(self, password_file: Path) -> None:
            blocked.mkdir(mode=0o000)  # a folder that is not empty, as another program may leave one
            (blocked / "x").touch() if os.geteuid() == 0 else None
            super()._run_initdb(password_file)

    with pytest.raises(Refusal, match=r"cannot make the embedded Postgres in .*: directory .* exists but is not empty"):
        Blocked(folder / "postgres", durable=False).prepare()


async def test_a_server_that_dies_says_its_fatal_line_and_the_remedy(folder: Path) -> None:
    data = DataFolder(folder)
    data.acquire()
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    server.prepare()
    closed = server.cwd / "PG_VERSION"
    closed.chmod(0o000)
    spec = ProcessSpec(
        name="postgres",
        command=tuple(server.command),
        env=os.environ,
        healthy=None,
        cwd=server.cwd,
        account=server.account,
    )
    supervisor = Supervisor(data, report=lambda _: None)
    try:
        with pytest.raises(Refusal) as refused:
            await supervisor.start([spec])
    finally:
        await supervisor.stop()
        data.release()
    said = str(refused.value)
    assert f'could not open file "{closed}": Permission denied: set TRADEWIND_DATA_DIR to a folder of your own' in said
    assert said.endswith(f": see {data.log_path('postgres')}")


_SMALL = 'mount -t tmpfs -o size=64k,mode=1777 none /dev/shm && exec "$0" "$@"'
_CAN_MOUNT = (
    shutil.which("unshare") is not None
    and not subprocess.run(
        ["unshare", "--mount", "sh", "-c", _SMALL, "true"], check=False, capture_output=True
    ).returncode
)

if _CAN_MOUNT:  # Linux, as root: elsewhere the words above, as Postgres wrote them, must do

    def test_a_small_dev_shm_is_told_as_the_reason(folder: Path) -> None:
        start = [sys.executable, "-m", "deploy.local", "run"]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", _SMALL, *start],
            check=False,
            capture_output=True,
            text=True,
            timeout=100,
            cwd=Path(__file__).resolve().parents[3],
            env={**os.environ, "TRADEWIND_DATA_DIR": str(folder / "data"), "PORT": str(free_port())},
        )
        assert done.returncode == 2
        assert "could not resize shared memory segment" in done.stderr
        assert done.stderr.endswith(
            "No space left on device: give /dev/shm 64 MB or more (docker run --shm-size=64m), or set DATABASE_URL\n"
        )
