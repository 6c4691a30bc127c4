"""What the benchmark reads from the stack's database: whether all has ended, and when what happened."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import psycopg

POLL_SECONDS = 0.05
SETTLE_SECONDS = 180.0


class Landing(NamedTuple):
    """The market's own record of a swap, in seconds since the epoch, and the events of its order by status."""

    received: float
    landed: float
    events: dict[str, float]


class Database:
    """One session on the stack's database."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def open_orders(self, statuses: Sequence[str] | None = None) -> int:
        """Return the number of orders that have not ended, of some statuses or of all."""
        row = self._connection.execute(
            "SELECT count(*) FROM orders WHERE ended_at IS NULL AND (%(s)s::text[] IS NULL OR status = ANY(%(s)s))",
            {"s": list(statuses) if statuses is not None else None},
        ).fetchone()
        assert row is not None
        return int(row[0])

    def wait_until_all_ended(self) -> float:
        """Return the time, in seconds since the epoch, at which no order was open. Raises AssertionError."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._any_open():
            assert time.monotonic() < deadline, "orders do not end"
            time.sleep(POLL_SECONDS)
        return time.time()

    def _any_open(self) -> bool:
        """Counting them all this often would be a quarter of what Postgres does in a run."""
        row = self._connection.execute("SELECT EXISTS (SELECT FROM orders WHERE ended_at IS NULL)").fetchone()
        assert row is not None
        return bool(row[0])

    def ended_since(self, moment: float) -> dict[str, int]:
        """Return how many of the orders created since then stand in each status."""
        rows = self._connection.execute(
            "SELECT status, count(*) FROM orders WHERE created_at >= to_timestamp(%s) GROUP BY status", [moment]
        )
        return {str(status): int(count) for status, count in rows}

    def landings(self, order_ids: Sequence[str]) -> dict[str, Landing]:
        """Return, for each order that was confirmed in its first attempt, what the ledger and its events say."""
        rows = self._connection.execute(
            """
            SELECT o.id::text, s.received_ms / 1000.0::float8, s.ended_ms / 1000.0::float8, e.times
            FROM unnest(%s::uuid[]) AS wanted(id) JOIN orders o USING (id)
            JOIN market.swaps s ON s.order_tag = o.id::text AND s.state = 'landed'
            CROSS JOIN LATERAL (
                SELECT json_object_agg(status, extract(epoch FROM created_at)) AS times
                FROM order_events WHERE order_id = o.id
            ) e
            WHERE o.attempt = 1 AND o.status = 'confirmed'
            """,
            [list(order_ids)],
        )
        return {row[0]: Landing(row[1], row[2], row[3]) for row in rows}

    def grown_orders(self) -> int:
        """Return how many orders of the past have been written."""
        row = self._connection.execute("SELECT count(*) FROM orders WHERE client_order_id LIKE 'grown-%'").fetchone()
        assert row is not None
        return int(row[0])

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement of the benchmark's own."""
        self._connection.execute(statement.encode(), parameters)
