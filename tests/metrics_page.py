"""docs/metrics.md, read."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.stack import REPOSITORY

PROCESSES: Final = frozenset({"gateway", "executor", "worker", "router", "market"})
_ROW: Final = re.compile(r"\| `(tradewind_\w+)` \| (counter|gauge|histogram) \| ([^|]*)\| ([^|]*) \| ([^|]+) \|")


class Row(NamedTuple):
    """One metric as the page describes it."""

    kind: str
    labels: frozenset[str]
    processes: frozenset[str]


def documented() -> dict[str, Row]:
    """Return the table by name. Raises AssertionError for a name that is described twice."""
    rows = list(_rows((REPOSITORY / "docs/metrics.md").read_text()))
    table = dict(rows)
    assert len(table) == len(rows), "a metric is described twice"
    return table


def _rows(text: str) -> Iterator[tuple[str, Row]]:
    for name, kind, labels, processes, _ in _ROW.findall(text):
        named = PROCESSES if processes == "all" else frozenset(processes.split(", "))
        assert named <= PROCESSES, f"{name}: no such process among {sorted(named)}"
        yield name, Row(kind, frozenset(re.findall(r"\w+", labels)), named)
