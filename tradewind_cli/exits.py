"""The exit codes: an interface for scripts, documented in docs/client.md."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes. Usage (2) is Typer's own; those above 128 are 128 and the number of a signal."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    TIMED_OUT = 4
    NOT_AVAILABLE = 5
    NOT_WRITTEN = 6
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143
