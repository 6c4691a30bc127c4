"""`python -m executor_service keys ...`. Only a new key goes to standard output; all messages go to standard error."""

import sys
from argparse import Namespace

from executor_service.admin import AdminParts
from executor_service.domain.keys import ApiKey
from servicekit.settings.sentences import SettingsError


async def create(parts: AdminParts, asked: Namespace) -> None:
    """Make a key."""
    key, text = await parts.keys.create(
        _pepper_of(parts), account_id=asked.account, scopes=asked.scopes, name=asked.name, lifetime=asked.expires_in
    )
    _show_once(key, text)


async def list_keys(parts: AdminParts, asked: Namespace) -> None:
    """List keys, one a line."""
    rows = [("ID", "ACCOUNT", "SCOPES", "STATE", "CREATED", "EXPIRES", "NAME")]
    for key, holds in await parts.keys.list_all(asked.account):
        state = "holds" if holds else "revoked" if key.revoked_at else "expired"
        created, expires = f"{key.created_at:%Y-%m-%d %H:%M}", _end_of(key)
        rows.append((key.key_id, key.account_id, ",".join(sorted(key.scopes)), state, created, expires, key.name))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


async def revoke(parts: AdminParts, asked: Namespace) -> None:
    """End a key."""
    key = await parts.keys.revoke(asked.key_id)
    sys.stderr.write(f"key {key.key_id} of account {key.account_id} is revoked\n")


async def rotate(parts: AdminParts, asked: Namespace) -> None:
    """Make a key like another one, which ends after the overlap."""
    key, text = await parts.keys.rotate(_pepper_of(parts), asked.key_id, overlap=asked.overlap)
    sys.stderr.write(f"key {asked.key_id} holds for another {asked.overlap} at most\n")
    _show_once(key, text)


def _pepper_of(parts: AdminParts) -> bytes:
    if parts.pepper is None:
        raise SettingsError("KEY_PEPPER: not set; allowed: what the executor was started with")
    return parts.pepper


def _show_once(key: ApiKey, text: str) -> None:
    sys.stderr.write(
        f"key {key.key_id} of account {key.account_id}: {', '.join(sorted(key.scopes))}; expires {_end_of(key)}.\n"
        "It is shown this once:\n"
    )
    sys.stdout.write(f"{text}\n")


def _end_of(key: ApiKey) -> str:
    return "never" if key.expires_at is None else f"{key.expires_at:%Y-%m-%d %H:%M}"
