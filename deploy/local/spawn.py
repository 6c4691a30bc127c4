"""Starting a process that belongs to the stack and cannot outlive it."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from deploy.local.servers.account import Account

_CHILD: Final = str(Path(__file__).with_name("child.py"))


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    output: IO[bytes] | int,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    niceness: int = 0,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start the command in a session of its own, so that a terminal's Ctrl-C reaches the parent alone.

    `death_signal` is what the command gets when the parent dies (Linux). The kernel ties it to the thread that
    forks: call this from a thread that lives as long as the process, in practice the main thread.
    """
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    options = [os.getpid(), int(death_signal), niceness, uid, gid]
    return subprocess.Popen(  # noqa: S603 - the command of the process table
        [sys.executable, "-I", "-S", _CHILD, *map(str, options), "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(env),
        cwd=cwd,
        start_new_session=True,
        pass_fds=pass_fds,
    )
