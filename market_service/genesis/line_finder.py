"""Finds the line of a TOML value; the parser does not report it."""

import re
from typing import Final

Location = tuple[int | str, ...]

_ARRAY_HEADER: Final = re.compile(r"^\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_TABLE_HEADER: Final = re.compile(r"^\s*\[\s*([A-Za-z0-9_-]+)\s*\]")
_KEY: Final = re.compile(r"""^\s*["']?([A-Za-z0-9_-]+)["']?\s*=""")


class LineFinder:
    """Finds the lines of `key =`, `[table]` and `[[table]]` in a file."""

    def __init__(self, text: str) -> None:
        """Read the file's text."""
        self._lines: dict[Location, int] = {}
        counts: dict[str, int] = {}
        inside: Location = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _ARRAY_HEADER.match(line):
                index = counts.get(header[1], 0)
                counts[header[1]] = index + 1
                inside = (header[1], index)
                self._lines[inside] = number
                self._lines.setdefault((header[1],), number)
            elif header := _TABLE_HEADER.match(line):
                inside = (header[1],)
                self._lines.setdefault(inside, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*inside, key[1]), number)

    def line_of(self, at: Location) -> int:
        """Return the line of a value, or of the nearest thing that contains it; 1 when nothing does."""
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 1)
