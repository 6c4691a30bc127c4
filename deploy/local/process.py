"""The description of a supervised process: a row of data."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.servers.account import Account

Check = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """How the supervisor starts, checks and stops one process."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    # Called until it returns True; None: the process itself writes `ready` to the pipe TRADEWIND_READY_FD.
    healthy: Check | None
    # Called before each start, in a thread: it waits until nothing of a killed process is left.
    before: Callable[[], None] | None = None
    cwd: Path | None = None
    account: Account | None = None
    niceness: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    # From the stop signal to SIGKILL.
    grace_seconds: float = 5.0
    # Processes of a higher rank are stopped, and gone, before those of a lower one.
    stop_rank: int = 0
    address: str = ""
