"""What must hold whatever is sent: nothing is stored, and the processes that ran still run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.stack import SERVICES, Stack

TABLES = ("orders", "order_events", "order_attempts", "accounts", "market.airdrops", "market.swaps")


@dataclass(frozen=True)
class Ledger:
    """What a stack has stored, and who runs it."""

    stack: Stack
    connection: psycopg.Connection[tuple[int, ...]]

    def counts(self, tables: tuple[str, ...] = TABLES) -> dict[str, int]:
        names = [sql.Identifier(*table.split(".")) for table in tables]
        parts = sql.SQL(", ").join(sql.SQL("(SELECT count(*) FROM {})").format(name) for name in names)
        row = self.connection.execute(sql.SQL("SELECT {}").format(parts)).fetchone()
        assert row is not None
        return dict(zip(tables, row, strict=True))

    def pids(self) -> dict[str, int]:
        return {name: self.stack.pid(name) for name in SERVICES}

    @contextmanager
    def untouched(self, tables: tuple[str, ...] = TABLES) -> Iterator[None]:
        """Fail when the body has stored something or ended a process."""
        counts, pids = self.counts(tables), self.pids()
        yield
        assert self.counts(tables) == counts
        assert self.pids() == pids
