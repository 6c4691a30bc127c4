"""Where output goes: coloured lines and tables for people, or one JSON document a line for scripts."""

import shutil
import sys
from typing import Any, Final

import msgspec
from rich.console import Console, RenderableType
from rich.text import Text

from tradewind_cli.columns import Columns
from tradewind_client import Problem, TradewindError

# Paragraphs and the demonstration's table wrap here; without a terminal the width cannot be asked.
PIPE_COLUMNS: Final = 120

_JSON: Final = msgspec.json.Encoder(decimal_format="number")


class Screen:
    """Standard output for answers, standard error for errors."""

    def __init__(self, *, as_json: bool, wide: bool = False) -> None:
        self.as_json = as_json
        self._wide = wide
        self._out = Console(highlight=False, width=_columns())
        self._err = Console(highlight=False, stderr=True)

    def show(self, value: Any, words: RenderableType) -> None:
        """Print an answer: its JSON document, or the words."""
        if self.as_json:
            self.json(value)
        else:
            self.say(words)

    def say(self, words: RenderableType) -> None:
        """Print words for people. A line is never broken; a text is taken as it is, markup included."""
        plain = Text(words) if isinstance(words, str) else words
        self._out.print(plain, soft_wrap=isinstance(plain, Text))

    def table(self, columns: Columns) -> None:
        """Print a table, whole anywhere but in a terminal; there standard error says which columns did not fit."""
        width = _columns() if self._out.is_terminal and not self._wide else None
        lines, dropped = columns.fitted(width)
        for line in lines:
            self._out.print(line, soft_wrap=True)
        if dropped:
            self._err.print(Text(f"not shown: {', '.join(dropped)} (--wide, --json)", "dim"), soft_wrap=True)

    def line(self, words: Text) -> None:
        """Print one line: cut to the width of a terminal, whole anywhere else."""
        if self._out.is_terminal:
            self._out.print(words, no_wrap=True, overflow="ellipsis")
        else:
            self._out.print(words, soft_wrap=True)

    def json(self, value: Any) -> None:
        """Print the document that a value was read from, at once and as UTF-8 whatever the terminal's encoding is."""
        text = value.document.decode().strip()
        _utf8(sys.stdout)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def error(self, error: TradewindError | str, advice: str = "") -> None:
        """Print one line on standard error; with `as_json` the problem document, or an object with `error`."""
        words = " ".join(filter(None, (str(error), advice)))
        if self.as_json:
            _utf8(sys.stderr)
            sys.stderr.write(_as_json(error, words) + "\n")
        else:
            self._err.print(Text.assemble(("error: ", "bold red"), words), soft_wrap=True)


def _columns() -> int:
    # Rich takes every terminal that it calls dumb for 80 columns wide.
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPE_COLUMNS


def _utf8(stream: Any) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="strict")


def _as_json(error: TradewindError | str, words: str) -> str:
    if isinstance(error, Problem) and error.document:
        return error.document.decode().strip()
    return _JSON.encode({"error": words}).decode()
