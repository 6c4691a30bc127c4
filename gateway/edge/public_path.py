"""Paths as clients see them: a proxy in front may have taken a prefix off the request's path."""

import re
from typing import Final

from starlette.types import Scope

# In the scope of a request: what stands before this gateway's own paths, "" or "/like/this".
PREFIX: Final = "tradewind.prefix"
PREFIX_CHARS_MAX: Final = 256
_PREFIX: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)+")


def public_path(scope: Scope, path: str) -> str:
    """Return the path under which this request's client reaches a path of ours."""
    prefix: str = scope.get(PREFIX, "")
    return prefix + path


def normal_prefix(written: str) -> str | None:
    """Return a prefix as `public_path` needs it, "" for none at all or "/"; None for what is no prefix."""
    prefix = written.strip().rstrip("/")
    if not prefix:
        return ""
    return prefix if len(prefix) <= PREFIX_CHARS_MAX and _PREFIX.fullmatch(prefix) else None
