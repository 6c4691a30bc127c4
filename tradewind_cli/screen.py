"""Where output goes: coloured lines and tables for people, or one JSON object a line for scripts."""

import sys
from typing import Any, Final

import msgspec
from rich.console import Console, RenderableType
from rich.text import Text

from tradewind_client import Problem, TradewindError

# Wide enough for a table; without a terminal the width cannot be asked.
PIPE_COLUMNS: Final = 120

_JSON: Final = msgspec.json.Encoder(decimal_format="number")


class Screen:
    """Standard output for answers, standard error for errors."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
        self._err = Console(highlight=False, stderr=True)

    def show(self, value: Any, words: RenderableType) -> None:
        """Print an answer: the value as a JSON line, or the words."""
        if self.as_json:
            self.json(value)
        else:
            self.say(words)

    def say(self, words: RenderableType) -> None:
        """Print words for people. A line is never broken; a text is taken as it is, markup included."""
        plain = Text(words) if isinstance(words, str) else words
        self._out.print(plain, soft_wrap=isinstance(plain, Text))

    def line(self, words: Text) -> None:
        """Print one line: cut to the width of a terminal, whole anywhere else."""
        if self._out.is_terminal:
            self._out.print(words, no_wrap=True, overflow="ellipsis")
        else:
            self._out.print(words, soft_wrap=True)

    def json(self, value: Any) -> None:
        """Print one JSON line, at once."""
        sys.stdout.write(_JSON.encode(value).decode() + "\n")
        sys.stdout.flush()

    def error(self, error: TradewindError | str) -> None:
        """Print one line on standard error; with `as_json` a JSON object."""
        if self.as_json:
            sys.stderr.write(_JSON.encode(_as_values(error)).decode() + "\n")
        else:
            self._err.print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)


def _as_values(error: TradewindError | str) -> dict[str, Any]:
    if not isinstance(error, Problem):
        return {"error": str(error)}
    return {
        "error": str(error),
        "status": error.status,
        "code": error.code,
        "errors": [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in error.errors],
        "retryable": error.retryable,
        "traceId": error.trace_id,
    }
