"""A short fault campaign, and proof that its checker sees what is broken."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import psycopg
import pytest

from executor_service.migrations.upgrade import upgrade as upgrade_orders
from market_service.migrations.apply import migrate as upgrade_market
from tests.campaigns.chaos.clients import Client
from tests.campaigns.chaos.run import run
from tests.campaigns.chaos.verdict import Told, verdict
from tests.conftest import DatabaseMaker
from tests.e2e.conftest import stack_folder

__all__ = ["stack_folder"]


@pytest.mark.timeout(240)
async def test_a_short_campaign_breaks_nothing(stack_folder: Path) -> None:
    report = await run(stack_folder, seed=20260301, seconds=15, rate=40)
    assert report.settled_in is not None, "some order had not ended in time"
    assert not report.breaches, report.checks
    assert report.orders == 600
    assert report.counts["orders through the client package"] == 240
    assert report.counts["orders told by watch_all"] == 600
    assert sum(report.injected.values()) >= 4
    assert report.counts["frames"] > 600


@pytest.fixture
def database(databases: DatabaseMaker) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    url = databases.new()
    upgrade_orders(url)
    upgrade_market(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO market.tokens VALUES ('mint-a', 'A', 6, 100, 100)")
        yield connection
    databases.drop(url)


def _order(database: "psycopg.Connection[tuple[object, ...]]", status: str, events: list[str]) -> str:
    order_id = str(uuid4())
    database.execute(
        """
        INSERT INTO orders (id, account_id, order_type, token_in, token_out, decimals_in, decimals_out, amount_in,
            slippage_bps, status, version, attempt, swap_id, min_amount_out, executed_amount_out, tx_signature,
            created_at, updated_at, ended_at)
        VALUES (%(id)s, 'local', 'market', 'mint-a', 'mint-b', 9, 6, 10, 50, %(status)s, %(version)s, 1, %(id)s, 5,
            CASE WHEN %(status)s = 'confirmed' THEN 7 END, 'sig', now(), now(),
            CASE WHEN %(status)s NOT IN ('routing', 'submitted') THEN now() END)
        """,
        {"id": order_id, "status": status, "version": len(events)},
    )
    for sequence, event in enumerate(events, 1):
        database.execute(
            "INSERT INTO order_events VALUES (%s, %s, %s, '{}', now())", (order_id, sequence, event.strip())
        )
    return order_id


def _swap(database: "psycopg.Connection[tuple[object, ...]]", order_id: str, swap_id: str, amount_out: int = 7) -> None:
    database.execute(
        """
        INSERT INTO market.swaps VALUES (%s, (SELECT count(*) FROM market.swaps), 'local', 'mint-a', 'mint-b', 10, 5,
            '[]', %s, 'worker-1/x', '', 1, 0, 'sig', 'landed', '', 1, 0, %s, '[]', '')
        """,
        (swap_id, order_id, amount_out),
    )


def _broken(
    database: "psycopg.Connection[tuple[object, ...]]",
    clients: list[Client],
    customers: Sequence[Client] = (),
    unobserved: Mapping[str, list[int]] = MappingProxyType({}),
) -> set[str]:
    """Return the names of the broken checks; `unobserved` says of which orders `watch_all` told something else."""
    url = database.info.dsn + f" password={database.info.password}"
    rows = database.execute("SELECT id::text, version FROM orders").fetchall()
    whole = {str(order_id): list(range(1, int(str(version)) + 1)) for order_id, version in rows}
    told = Told(clients, customers, whole | dict(unobserved))
    return {name for name, breaks in verdict(url, told).items() if breaks}


LIFE = ["pending", "routing", "routing_complete", "building", "submitted", "confirmed"]


def test_the_checker_passes_what_is_right(database: "psycopg.Connection[tuple[object, ...]]") -> None:
    order_id = _order(database, "confirmed", LIFE)
    _swap(database, order_id, order_id)
    client = Client("k", {order_id}, [1, 2, 3, 4, 5, 6], "confirmed")
    assert _broken(database, [client]) == set()


def test_the_checker_sees_a_doubled_swap_and_a_wrong_amount(
    database: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    order_id = _order(database, "confirmed", LIFE)
    _swap(database, order_id, order_id, amount_out=8)
    _swap(database, order_id, str(uuid4()))
    assert _broken(database, [Client("k", {order_id})]) == {
        "every confirmed order has exactly one landed swap",
        "order and ledger agree on the amounts, to the unit",
    }


def test_the_checker_sees_lost_orders_gaps_and_landed_failures(
    database: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    waiting = _order(database, "submitted", LIFE[:5])
    failed = _order(database, "failed", ["pending", "routing", "failed"])
    _swap(database, failed, failed)
    gap = _order(database, "failed", ["pending", "routing", "failed"])
    database.execute("DELETE FROM order_events WHERE order_id = %s AND sequence = 2", (gap,))
    clients = [Client("a", {waiting}), Client("b", {failed, gap}), Client("c", {str(uuid4())})]
    assert _broken(database, clients) >= {
        "every accepted order has ended",
        "every order has exactly one terminal event",
        "no other order has a landed swap",
        "events are numbered 1 to version without a gap",
        "every accepted order is in the database",
        "one key is one order, whoever repeats it",
    }


def test_the_checker_sees_torn_streams_wrong_cancels_and_lost_money(
    database: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    order_id = _order(database, "confirmed", LIFE)
    _swap(database, order_id, order_id)
    database.execute("UPDATE market.tokens SET outside = 99")
    clients = [Client("k", {order_id}, [1, 2, 4], "building", cancel_won=True)]
    assert _broken(database, clients) == {
        "tokens are conserved",
        "a watched stream is complete: each event once, in order, to the end",
        "a cancel is told who won",
    }


@pytest.mark.parametrize("seen", [[], [1, 2, 3, 4, 5], [1, 2, 3, 3, 4, 5, 6], [1, 2, 4, 3, 5, 6]])
def test_the_checker_sees_what_the_client_package_left_out_or_told_twice(
    database: "psycopg.Connection[tuple[object, ...]]", seen: list[int]
) -> None:
    order_id = _order(database, "confirmed", LIFE)
    _swap(database, order_id, order_id)
    customer = Client("k", {order_id}, seen, "confirmed")
    assert "the client package tells each of its orders whole, once, in order, to the end" in _broken(
        database, [customer], [customer]
    )
    whole = Client("k", {order_id}, [1, 2, 3, 4, 5, 6], "confirmed")
    assert _broken(database, [whole], [whole], {order_id: seen}) == {
        "watch_all tells every order whole, once, in order, to the end"
    }
