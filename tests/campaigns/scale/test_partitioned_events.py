"""`order_events` is partitioned on a running stack by the SQL of docs/scaling.md, and nobody notices."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from tests.campaigns.scale.page import sql_under
from tests.clients import all_within, submit_and_watch, watch
from tests.ledger_check import check
from tests.stack import Stack

ORDERS = 10
HEADING = "Events in partitions"
# Any role that may read nothing by itself.
READER = "pg_monitor"


def _let_reports_read(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"GRANT SELECT ON legacy_s1.order_events TO {READER}")


def _partition(url: str, boundary: datetime) -> None:
    """Run the page's statements, with moments near the present in place of its months."""
    script = sql_under(HEADING)
    for written, moment in (("2026-12-01", boundary), ("2027-01-01", boundary + timedelta(days=31))):
        assert f"'{written}'" in script
        script = script.replace(f"'{written}'", f"'{moment.isoformat()}'")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script.encode())


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute("SELECT tableoid::regclass::text, count(*) FROM order_events GROUP BY 1").fetchall()
    return dict(rows)


async def test_a_running_stack_goes_on_in_partitions(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    url = stack.env()["DATABASE_URL"]
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        old = await all_within(30, *(submit_and_watch(http, stack.ws_url) for _ in range(ORDERS)))
        boundary = datetime.now(UTC) + timedelta(seconds=1)
        _let_reports_read(url)
        _partition(url, boundary)
        # The ids of new orders lie behind the boundary once its moment has passed.
        await asyncio.sleep(max(0.0, (boundary - datetime.now(UTC)).total_seconds()) + 0.05)
        new = await all_within(30, *(submit_and_watch(http, stack.ws_url) for _ in range(ORDERS)))
        assert all(seen.sequences == list(range(1, len(seen.frames) + 1)) for seen in (*old, *new))
        for seen in (old[0], new[0]):
            assert (await watch(stack.ws_url, seen.order_id)).frames == seen.frames
    check(url).require_none()
    with psycopg.connect(url, autocommit=True) as connection:
        assert _counts(connection) == {
            "order_events_before": sum(len(seen.frames) for seen in old),
            "order_events_2026_12": sum(len(seen.frames) for seen in new),
        }
        _shows_all_to_the_old_reports(connection)
        _keeps_one_event_a_sequence(connection, new[0].order_id)
        _looks_into_one_partition(connection, new[0].order_id)
        _lets_the_past_go(connection, sum(len(seen.frames) for seen in new))


def _shows_all_to_the_old_reports(connection: psycopg.Connection) -> None:
    [(shown, told)] = connection.execute(
        "SELECT (SELECT count(*) FROM legacy_s1.order_events),"
        " (SELECT count(*) FROM order_events WHERE status <> 'building')"
    ).fetchall()
    assert shown == told
    [(may_read,)] = connection.execute(
        f"SELECT has_table_privilege('{READER}', 'legacy_s1.order_events', 'SELECT')"
    ).fetchall()
    assert may_read


def _keeps_one_event_a_sequence(connection: psycopg.Connection, order_id: str) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO order_events SELECT * FROM order_events WHERE order_id = %s", [order_id])


def _looks_into_one_partition(connection: psycopg.Connection, order_id: str) -> None:
    rows = connection.execute(f"EXPLAIN SELECT payload FROM order_events WHERE order_id = '{order_id}'").fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "order_events_2026_12" in plan
    assert "order_events_before" not in plan


def _lets_the_past_go(connection: psycopg.Connection, left: int) -> None:
    connection.execute("ALTER TABLE order_events DETACH PARTITION order_events_before CONCURRENTLY")
    assert _counts(connection) == {"order_events_2026_12": left}
