"""Which of two forms of an answer a client wants, by its Accept header (RFC 9110, 12.5.1)."""

from typing import Final

import mimeparse
from starlette.types import Scope

# What mimeparse gives a media type that the client names in full.
_NAMED: Final = 110


def asks_for(scope: Scope, media: str, *, rather_than: str) -> bool:
    """True when the client names `media` and likes it no less than the usual form; False for a header that is none."""
    header = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1").lower()
    if media not in header:
        return False
    try:
        ranges = [mimeparse.parse_media_range(part) for part in header.split(",") if part.strip()]
        quality, fitness = mimeparse.quality_and_fitness_parsed(media, ranges)
        return bool(fitness >= _NAMED and 0 < quality >= mimeparse.quality_parsed(rather_than, ranges))
    except ValueError:
        return False
