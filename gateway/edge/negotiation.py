"""The choice between two forms of an answer, by the client's Accept header (RFC 9110, 12.5.1)."""

from typing import Final

import mimeparse
from starlette.types import Scope

# The score that mimeparse gives a media type that the client names in full.
_NAMED: Final = 110


def asks_for(scope: Scope, media: str, *, rather_than: str) -> bool:
    """True when the header names `media` and prefers it at least as much as the other form; False for a bad header."""
    header = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1").lower()
    if media not in header:
        return False
    try:
        ranges = [mimeparse.parse_media_range(part) for part in header.split(",") if part.strip()]
        quality, fitness = mimeparse.quality_and_fitness_parsed(media, ranges)
        return bool(fitness >= _NAMED and 0 < quality >= mimeparse.quality_parsed(rather_than, ranges))
    except ValueError:
        return False
