"""Standard streams that end a command with the right exit code when they break, and print in any encoding."""

import codecs
import errno
import io
import os
import sys
from typing import Final, TextIO

from typing_extensions import Buffer

from tradewind_cli.exits import Exit

STANDARD: Final = (0, 1, 2)
ERRORS: Final = 2
# What a terminal that knows ASCII alone shows instead.
PLAIN: Final = {"→": "->", "…": "...", "µ": "u"}


def guard_streams() -> None:
    """Put guarded streams in the place of standard output and error."""
    _open_closed()
    codecs.register_error("tradewind", _plainly)
    sys.stdout = _guarded(1, sys.stdout)
    sys.stderr = _guarded(ERRORS, sys.stderr)


def _open_closed() -> None:
    """Give a stream that the caller closed to the void: else a socket would get its number, and our output."""
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            while (opened := os.open(os.devnull, os.O_RDWR)) < number:
                pass
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)


class _Raw(io.FileIO):
    """A file descriptor whose failing ends the process."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except BlockingIOError:
            raise
        except OSError as error:
            silence(self.fileno())
            if self.fileno() == ERRORS:
                return memoryview(data).nbytes
            raise SystemExit(_end(error)) from error


def silence(number: int) -> None:
    """Let everything that is still written there vanish."""
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, number)
    os.close(void)


def _end(error: OSError) -> Exit:
    if error.errno == errno.EPIPE:
        return Exit.PIPE_CLOSED
    sys.stderr.write(f"error: standard output cannot be written: {error.strerror}\n")
    return Exit.NOT_WRITTEN


def _guarded(number: int, old: TextIO | None) -> io.TextIOWrapper:
    encoding = getattr(old, "encoding", None) or "utf-8"
    raw = _Raw(number, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, errors="tradewind", line_buffering=number == ERRORS or raw.isatty()
    )


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in letters), error.end
