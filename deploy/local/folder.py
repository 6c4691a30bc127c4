"""The data folder of a stack: its lock, its addresses, process ids and logs."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import psutil

from deploy.local.refusal import Refusal
from deploy.local.remembered import write_private
from servicekit.settings.sentences import bounded, sentence

# Every process of a stack carries its data folder in this variable.
STACK_MARK: Final = "TRADEWIND_STACK"
_LOG_BYTES_MAX: Final = 16 * 1024 * 1024
_END_S: Final = 10.0
_PATH_MAX: Final = 200
_FOLDER_MODE: Final = 0o711  # others may walk through to the servers' own folders, and list nothing


class DataFolder:
    """The files of one stack. Whoever holds the lock owns everything in the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def acquire(self) -> None:
        """Make the folder and lock it. Raises Refusal when another stack runs on it."""
        lock = self._open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            why = f"in use by another stack (process {owner}); allowed: another folder, or this one when that has ended"
            raise Refusal(self._sentence(why)) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _open_lock(self) -> IO[str]:
        path = self.path
        try:
            for path in (self.path, self.path / "run", self.path / "log"):
                path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=path).close()  # each is written to, some only once the stack is up
            path = self.path / "lock"
            return path.open("a+")
        except OSError as error:
            why = f"cannot use {bounded(str(path), _PATH_MAX)} ({error.strerror})"
            raise Refusal(self._sentence(f"{why}; allowed: a folder that you can write to")) from error

    def _sentence(self, reason: str) -> str:
        return sentence(["TRADEWIND_DATA_DIR"], {"TRADEWIND_DATA_DIR": str(self.path)}, reason)

    def release(self) -> None:
        """Let the next stack in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def delete(self) -> None:
        """Delete what a stack keeps; the folder itself goes too unless something else is in it."""
        for name in ("postgres", "redis", "run", "log"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in ("env", "key_pepper", "lock"):
            (self.path / name).unlink(missing_ok=True)
        self.release()
        with suppress(OSError):
            self.path.rmdir()

    def write_env(self, values: Mapping[str, str]) -> None:
        """Write `env`: KEY=value lines that tools and tests read (0600, it holds passwords)."""
        write_private(self.path / "env", "".join(f"{name}={value}\n" for name, value in values.items()))

    def write_pid(self, process: str, pid: int) -> None:
        """Say which process id a process of the stack has now."""
        write_private(self._pid_file(process), f"{pid}\n")

    def remove_pid(self, process: str) -> None:
        """Forget a process that was stopped."""
        self._pid_file(process).unlink(missing_ok=True)

    def open_log(self, process: str) -> IO[bytes]:
        """Open a process's log to append; one that grew large becomes `<name>.log.1` first."""
        path = self.path / "log" / f"{process}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
            path.replace(path.with_name(f"{path.name}.1"))
        return path.open("ab")

    def log_path(self, process: str) -> Path:
        """Where a process writes."""
        return self.path / "log" / f"{process}.log"

    def end_leftovers(self) -> list[str]:
        """End what a killed stack left behind and return the names: the ids in its files, if they are still ours.

        On Linux the kernel ends them with their supervisor; elsewhere they may have outlived it.
        """
        ended = []
        for file in sorted((self.path / "run").glob("*.pid")):
            for process in self._ours(file):
                _end(process)
                ended.append(file.stem)
            file.unlink(missing_ok=True)
        return ended

    def _ours(self, file: Path) -> Iterable[psutil.Process]:
        """Yield the process in a pid file if it belongs to this folder: an id may be another program's by now."""
        try:
            process = psutil.Process(int(file.read_text()))
            marked = process.environ().get(STACK_MARK) == str(self.path)
            if marked or Path(process.cwd()).is_relative_to(self.path):
                yield process
        except (psutil.Error, ValueError, OSError):
            return

    def _pid_file(self, process: str) -> Path:
        return self.path / "run" / f"{process}.pid"


def _end(process: psutil.Process) -> None:
    """Kill a process and wait until it runs no more; its entry may stay where nobody collects orphans."""
    deadline = time.monotonic() + _END_S
    with suppress(psutil.NoSuchProcess):
        process.kill()
        while process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise Refusal(f"process {process.pid} of a killed stack does not end: stop it first")
            time.sleep(0.01)
