"""Turn this process into a supervised one: drop rights, ask the kernel for a signal when the parent dies, then exec.

Run as a script (`python -I -S child.py OPTIONS -- COMMAND`), never imported by the stack. A process that execs leaves
no Python behind, so the process id, its signals and its exit code are the command's own. Doing this after the fork,
in a program of its own, keeps every step out of the fork of a process that has threads.
"""

import contextlib
import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_SESSION_NICENESS = "/proc/self/autogroup"


def main(arguments: list[str]) -> None:
    """Apply `PARENT_PID DEATH_SIGNAL NICE UID GID -- COMMAND...`; a UID of -1 keeps the caller's rights."""
    parent, death_signal, niceness, uid, gid = (int(word) for word in arguments[:5])
    command = arguments[6:]
    if niceness:
        os.nice(niceness)
        nice_session(niceness)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(0o077)
    # After the change of user: the kernel forgets the death signal when a process changes its credentials.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the request was in place
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - the command the supervisor built


def nice_session(niceness: int) -> None:
    """Lower the priority of the session too: where Linux schedules by session, a niceness works only inside its own."""
    with contextlib.suppress(OSError), open(_SESSION_NICENESS, "w") as session:
        session.write(str(niceness))


if __name__ == "__main__":
    main(sys.argv[1:])
