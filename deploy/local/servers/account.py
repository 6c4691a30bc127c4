"""The system user of the embedded servers.

Postgres refuses to run as root. Started by root, the stack hands its servers to the unprivileged user `nobody`, which
exists everywhere, rather than adding a user to the system. That user must be able to walk to the binaries and to its
data folder: parents are given traversal for others (o+x) and nothing more, so that their contents stay unlisted.
"""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.refusal import Refusal

_UNPRIVILEGED: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the embedded servers run as when the stack itself runs as root."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the user to drop to, or None when the stack already runs without root's rights.

    Raises Refusal when root finds no such user.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise Refusal(
            f"cannot start the embedded Postgres: it refuses to run as root and there is no user {_UNPRIVILEGED!r} "
            "to run it as; start the stack as an ordinary user or set DATABASE_URL and REDIS_URL"
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def own_folder(folder: Path, account: Account | None) -> None:
    """Make a folder that only the server's user can read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def own_file(path: Path, account: Account | None) -> None:
    """Give a file to the server's user."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def open_the_way(*targets: Path, account: Account | None) -> None:
    """Let the server's user traverse to the targets: o+x on closed parents, reported in one sentence.

    Raises Refusal when a parent cannot be changed.
    """
    if account is None:
        return
    closed = sorted(
        {parent for target in targets for parent in target.resolve().parents if _is_closed(parent, account)}
    )
    for parent in closed:
        try:
            parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise Refusal(
                f"cannot run the embedded servers as user {account.name!r}: {parent} is closed to it and cannot be "
                f"given traversal (chmod o+x): {error.strerror}"
            ) from error
    if closed:
        folders = ", ".join(map(str, closed))
        print(  # noqa: T201 - the operator's answer
            f"root: the embedded servers run as user {account.name!r}; "
            f"others may now walk through (o+x, no more): {folders}",
            file=sys.stderr,
            flush=True,
        )


def _is_closed(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return not status.st_mode & stat.S_IXUSR
    if status.st_gid == account.gid:
        return not status.st_mode & stat.S_IXGRP
    return not status.st_mode & stat.S_IXOTH
