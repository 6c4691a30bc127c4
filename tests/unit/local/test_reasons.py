import errno
import os
from pathlib import Path

import pytest

from deploy.local.servers.reasons import reason_in, refused_by_system

# As Postgres 18 wrote them.
SHARED_MEMORY_AT_INITDB = """\
running bootstrap script ... 2026-11-28 05:27:29.070 UTC [13974] FATAL:  could not resize shared memory segment "/PostgreSQL.3300611284" to 1048576 bytes: No space left on device
2026-11-28 05:27:29.070 UTC [13974] PANIC:  cannot abort transaction 1, it was already committed
Aborted
child process exited with exit code 134
initdb: removing data directory "/tmp/shmc/c"
"""  # noqa: E501
CLOSED_AT_INITDB = """\
fixing permissions on existing directory /srv/cluster ... initdb: error: could not change permissions of directory "/srv/cluster": Operation not permitted
initdb: removing contents of data directory "/srv/cluster"
"""  # noqa: E501
TWO_STARTS = """\
2026-11-28 05:27:50.001 UTC [1] LOG:  starting PostgreSQL 18.4 on x86_64-pc-linux-gnu
2026-11-28 05:27:50.002 UTC [9] FATAL:  lock file "postmaster.pid" is empty
2026-11-28 05:27:51.376 UTC [16686] LOG:  starting PostgreSQL 18.4 on x86_64-pc-linux-gnu
2026-11-28 05:27:51.378 UTC [16690] FATAL:  the database system is starting up
2026-11-28 05:27:51.380 UTC [16694] FATAL:  could not open file "global/pg_filenode.map": Permission denied
2026-11-28 05:27:51.381 UTC [16686] LOG:  startup process (PID 16694) exited with exit code 1
2026-11-28 05:27:51.386 UTC [16686] LOG:  database system is shut down
"""


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (
            SHARED_MEMORY_AT_INITDB,
            'could not resize shared memory segment "/PostgreSQL.3300611284" to 1048576 bytes: No space left on device'
            ": give /dev/shm 64 MB or more (docker run --shm-size=64m), or set DATABASE_URL",
        ),
        (
            CLOSED_AT_INITDB,
            'could not change permissions of directory "/srv/cluster": Operation not permitted: '
            "set TRADEWIND_DATA_DIR to a folder of your own",
        ),
        (
            TWO_STARTS,
            'could not open file "global/pg_filenode.map": Permission denied: '
            "set TRADEWIND_DATA_DIR to a folder of your own",
        ),
        (
            'FATAL:  could not write file "pg_wal/x": No space left on device',
            'could not write file "pg_wal/x": No space left on device: '
            "free space there, or set TRADEWIND_DATA_DIR to a folder on another disk",
        ),
        ("FATAL:  database files are incompatible with server", "database files are incompatible with server"),
        ("Traceback ...\nValueError: no such luck\n\n", "ValueError: no such luck"),
        ("\n", "nothing in its log"),
    ],
)
def test_the_reason_is_the_line_that_says_it(log: str, reason: str) -> None:
    assert reason_in(log.splitlines()) == reason


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_closed_path_is_named_with_the_variable_that_moves_it(number: int, tmp_path: Path) -> None:
    error = OSError(number, os.strerror(number), str(tmp_path / "redis" / "endpoint.json"))
    words = f"cannot use {tmp_path}/redis/endpoint.json ({os.strerror(number)}): "
    assert refused_by_system(error, tmp_path) == f"{words}make it writable, or set TRADEWIND_DATA_DIR to another folder"
    assert refused_by_system(error, Path("/elsewhere")) == f"{words}set TMPDIR to a folder that you can write to"


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "env"))
    assert refused_by_system(error, tmp_path).endswith(
        "(No space left on device): free space there, or set TRADEWIND_DATA_DIR to a folder on another disk"
    )


def test_any_other_error_keeps_its_words(tmp_path: Path) -> None:
    assert refused_by_system(OSError(errno.ECONNREFUSED, "Connection refused"), tmp_path) == (
        f"[Errno {errno.ECONNREFUSED}] Connection refused"
    )


def test_the_frame_of_an_exception_group_is_not_the_reason() -> None:
    group = [
        "  + Exception Group Traceback (most recent call last):",
        '  |   File "x.py", line 1, in <module>',
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)",
        "  +-+---------------- 1 ----------------",
        "    | Traceback (most recent call last):",
        "    | OSError: [Errno 98] address already in use",
        "    +------------------------------------",
    ]
    assert reason_in(group) == "OSError: [Errno 98] address already in use"


def test_what_sqlalchemy_remarks_is_not_the_reason() -> None:
    lines = [
        "sqlalchemy.exc.ProgrammingError: permission denied for schema public",
        "[SQL: CREATE TABLE x ()]",
        "(Background on this error at: https://sqlalche.me/e/20/f405)",
    ]
    assert reason_in(lines) == "sqlalchemy.exc.ProgrammingError: permission denied for schema public"
