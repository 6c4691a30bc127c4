"""The reason why a process did not start, taken from its log, with advice."""

import errno
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# A new start of the server: what stands above it in the log belongs to an earlier one.
_POSTGRES_STARTS: Final = "starting PostgreSQL"
_SEVERE: Final = re.compile(r"\b(?:FATAL|PANIC):\s+(?P<words>.+)|\b(?:initdb|postgres): error: (?P<error>.+)")
# Messages to sessions while the server starts or stops: consequences, never the cause.
_CONSEQUENCES: Final = ("the database system is", "terminating connection", "cannot abort transaction")

_DATA: Final = "set TRADEWIND_DATA_DIR to a folder of your own"
_SPACE: Final = "free space there, or set TRADEWIND_DATA_DIR to a folder on another disk"
_REMEDIES: Final = (
    ("shared memory segment", "give /dev/shm 64 MB or more (docker run --shm-size=64m), or set DATABASE_URL"),
    ("No space left on device", _SPACE),
    ("Permission denied", _DATA),
    ("Operation not permitted", _DATA),
    ("Read-only file system", _DATA),
    ("has wrong ownership", _DATA),
    ("has invalid permissions", _DATA),
)
_REMARKS: Final = ("(Background on this error", "[SQL:", "[parameters:")
_CLOSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}


def reason_in(lines: Sequence[str]) -> str:
    """Return the line with the reason for a process's end: a server's FATAL line with its remedy, else the last."""
    said = [line.strip() for line in lines if line.strip()]
    if not said:
        return "nothing in its log"
    starts = [place for place, line in enumerate(said) if _POSTGRES_STARTS in line]
    matches = (_SEVERE.search(line) for line in said[starts[-1] if starts else 0 :])
    severe = [match["words"] or match["error"] for match in matches if match]
    causes = [words for words in severe if not words.startswith(_CONSEQUENCES)]
    if causes:
        return _with_remedy(causes[0])
    # The frame that Python draws around a group of exceptions says nothing, nor do SQLAlchemy's remarks.
    telling = [line.lstrip("| ") for line in said if line.strip("+-| ") and not line.startswith(_REMARKS)]
    return telling[-1] if telling else said[-1]


def refused_by_system(error: OSError, data_dir: Path) -> str:
    """Return one sentence about a file that the system refuses: its path, and the variable that moves it."""
    reason = error.strerror or str(error)
    if error.filename is None or error.errno not in _CLOSED | _FULL:
        return str(error)
    path = Path(str(error.filename))
    if path.is_relative_to(data_dir):
        closed = "make it writable, or set TRADEWIND_DATA_DIR to another folder"
        return f"cannot use {path} ({reason}): {closed if error.errno in _CLOSED else _SPACE}"
    if path.is_relative_to(tempfile.gettempdir()):
        return f"cannot use {path} ({reason}): set TMPDIR to a folder that you can write to"
    return str(error)


def _with_remedy(words: str) -> str:
    remedy = _remedy(words)
    return f"{words}: {remedy}" if remedy else words


def _remedy(words: str) -> str | None:
    return next((remedy for part, remedy in _REMEDIES if part in words), None)
