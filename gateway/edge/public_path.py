"""Paths as clients see them: a proxy in front may remove a prefix from the request's path."""

import re
from typing import Final

from starlette.types import Scope

# The member of the scope with the prefix of this gateway's paths, "" or "/like/this".
PREFIX: Final = "tradewind.prefix"
PREFIX_CHARS_MAX: Final = 256
_PREFIX: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")


def public_path(scope: Scope, path: str) -> str:
    """Return the path under which this request's client reaches a path of this gateway."""
    prefix: str = scope.get(PREFIX, "")
    return prefix + path


def normal_prefix(written: str) -> str | None:
    """Return a prefix in the form of `public_path`: "" for "" and "/", None for text that is no prefix."""
    prefix = written.strip().rstrip("/")
    if not prefix:
        return ""
    return prefix if len(prefix) <= PREFIX_CHARS_MAX and _PREFIX.fullmatch(prefix) else None
