"""The stack's output to its user: results on standard output, events on standard error."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from deploy.local.folder import DataFolder
from deploy.local.process import ProcessSpec
from deploy.local.supervised import Report


def say(text: str) -> None:
    """Print a line on standard output, for people and tools."""
    with suppress(OSError):  # a reader that left (`make run | head -1`) is no reason to stop supervising
        print(text, flush=True)  # noqa: T201 - the purpose of this file


def warn(text: str) -> None:
    """Print a line beside the output."""
    with suppress(OSError):
        print(f"tradewind: {text}", file=sys.stderr, flush=True)  # noqa: T201 - the purpose of this file


def show(specs: Sequence[ProcessSpec]) -> None:
    """Print where each process listens."""
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "address"):
        table.add_column(heading)
    for spec in specs:
        table.add_row(spec.name, spec.address or "-")
    with suppress(OSError):
        Console().print(table)


def reporter(folder: DataFolder) -> Report:
    """Return a function that prints an event on standard error and writes it to the supervisor's log."""

    def report(text: str) -> None:
        warn(text)
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        with suppress(OSError), folder.open_log("supervisor") as log:
            log.write(f"{stamp} {text}\n".encode())

    return report
