"""A real stack for tests: started as a user starts it, in a folder of its own, and checked when it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil

from deploy.local.folder import STACK_MARK
from deploy.local.legacy import LEGACY_NAMES
from deploy.local.ports import free_port
from tests.cluster import seed

REPOSITORY = Path(__file__).resolve().parents[1]
SERVICES = ("market", "router", "executor", "worker-1", "gateway")
PROCESSES = ("postgres", "redis", *SERVICES)
START_SECONDS = 120.0
STOP_SECONDS = 60.0
_OURS = frozenset(
    {
        *("PORT", "HOST", "TRADEWIND_DATA_DIR", "TRADEWIND_ENV_FILE", "DATABASE_URL", "REDIS_URL", "WORKERS"),
        *("BROKER_URL", "ORDER_CHANNELS"),
        *(
            "MAX_IN_FLIGHT",
            "WORKER_NICENESS",
            "MARKET_PROFILE",
            "MARKET_SEED",
            "MOCK_FAIL_RATE",
            "SCENARIOS",
            "AUTH",
            "APP_ENV",
        ),
        *("ROUTER_PORT", "EXECUTOR_PORT", "MARKET_PORT"),
        *(
            "ALLOWED_ORIGINS",
            "ALLOWED_HOSTS",
            "KEY_PEPPER",
            "KEY_RECHECK_SECONDS",
            "TRUSTED_PROXIES",
            "TRADEWIND_API_KEY",
            "RATE_LIMIT_SUBMITS",
        ),
        *("RATE_LIMIT_READS", "RATE_LIMIT_ADDRESS", "RATE_LIMIT_FAILURES", "RATE_LIMIT_DEADLINE_SECONDS"),
        *LEGACY_NAMES,
    }
)


class Stack:
    """One `python -m deploy.local run`."""

    command = (sys.executable, "-m", "deploy.local", "run")

    def __init__(self, data_dir: Path, **env: str) -> None:
        """Describe a stack in `data_dir`; `env` adds variables to an environment that holds none of ours."""
        self.data_dir = data_dir
        clean = {name: value for name, value in os.environ.items() if name not in _OURS}
        port = str(free_port())
        self._environ = {
            **clean,
            "TRADEWIND_ENV_FILE": os.devnull,
            "TRADEWIND_DATA_DIR": str(data_dir),
            "PORT": port,
            "MARKET_PROFILE": "instant",
            # Other tests want the processor too, and a worker would yield to them.
            "WORKER_NICENESS": "2",
            **env,
        }
        self.output: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self.started_in = 0.0

    @property
    def url(self) -> str:
        """The gateway's HTTP address."""
        return f"http://127.0.0.1:{self._environ['PORT']}"

    @property
    def ws_url(self) -> str:
        """The gateway's WebSocket address."""
        return f"ws://127.0.0.1:{self._environ['PORT']}"

    @property
    def errors(self) -> str:
        """What the stack said on standard error."""
        path = self._errors_path
        return path.read_text() if path.exists() else ""

    def seed(self) -> "Stack":
        """Have the first start find a migrated database, so that it takes half as long; return the stack."""
        seed(self.data_dir)
        return self

    def start(self) -> "Stack":
        """Start and return once it says `ready`. Raises AssertionError with its words when it does not."""
        self._errors_path.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self._errors_path.open("wb") as errors:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=self._environ,
                cwd=REPOSITORY,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        ready = threading.Event()
        reader = threading.Thread(target=self._read, args=(self.process.stdout, ready), daemon=True)
        reader.start()
        came_up = ready.wait(START_SECONDS) and f"ready {self.url}" in self.output
        self.started_in = time.monotonic() - began
        if not came_up:
            self.kill()
            raise AssertionError(f"the stack did not start:\n{self.errors}\n{self.logs()}")
        return self

    def refused(self) -> tuple[int, str]:
        """Start a stack that must not come up; return its exit code and what it said on standard error."""
        done = subprocess.run(
            self.command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self._environ,
            cwd=REPOSITORY,
            timeout=START_SECONDS,
        )
        assert "ready" not in done.stdout
        return done.returncode, done.stderr

    def env(self) -> dict[str, str]:
        """Return the addresses that the stack wrote down."""
        lines = (self.data_dir / "env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def pid(self, process: str) -> int:
        """Return the present process id of one of the stack's processes."""
        return int((self.data_dir / "run" / f"{process}.pid").read_text())

    def kill_process(self, process: str, *, within_seconds: float = 30.0) -> float:
        """Kill one process with -9 and return after how many seconds its successor ran."""
        before, began = self.pid(process), time.monotonic()
        os.kill(before, signal.SIGKILL)
        eventually(lambda: self.pid(process) != before, within_seconds=within_seconds)
        return time.monotonic() - began

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the stack to end and return its exit code. Raises AssertionError when a process is left."""
        assert self.process is not None
        self.process.send_signal(number)
        return self._ended()

    def kill(self) -> None:
        """End the supervisor with -9; its children must follow."""
        assert self.process is not None
        self.process.kill()
        self._ended()

    def processes(self) -> list[psutil.Process]:
        """Return the live processes that belong to this stack, found without its own records."""
        return list(self._alive())

    def logs(self, lines: int = 40) -> str:
        """Return the end of every log."""
        parts = []
        for path in sorted((self.data_dir / "log").glob("*.log")):
            tail = path.read_text(errors="replace").splitlines()[-lines:]
            parts.append(f"--- {path.name}\n" + "\n".join(tail))
        return "\n".join(parts)

    @property
    def _errors_path(self) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.stderr")

    def _read(self, stdout: IO[str], ready: threading.Event) -> None:
        with stdout:
            for line in stdout:
                self.output.append(line.rstrip("\n"))
                if line.startswith("ready "):
                    ready.set()
        ready.set()

    def _ended(self) -> int:
        assert self.process is not None
        code = self.process.wait(STOP_SECONDS)
        self.output.clear()
        eventually(lambda: not self.processes())
        return code

    def _alive(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                marked = process.environ().get(STACK_MARK) == str(self.data_dir)
                if marked or Path(process.cwd()).is_relative_to(self.data_dir):
                    yield process
            except (psutil.Error, OSError):
                continue


def eventually(what: Callable[[], bool], *, within_seconds: float = 30.0) -> None:
    """Return as soon as `what` holds. Raises AssertionError when it does not in time."""
    deadline = time.monotonic() + within_seconds
    while not what():
        assert time.monotonic() < deadline, f"not so within {within_seconds:g} s"
        time.sleep(0.01)
