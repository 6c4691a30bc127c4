"""A database that refuses to write: clients are told to come back, nothing is half accepted, no restart is needed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import httpx
import psycopg
import pytest

from tests.clients import ORDER, submit_and_watch
from tests.ledger_check import all_ended, check
from tests.stack import Stack, eventually
from tradewind_client.orders import TERMINAL

STORM_SECONDS = 20.0
HANG_UP_ON_THE_STACK = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'tradewind' AND datname = current_database()
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("storage")
    running = Stack(folder / "stack").seed().start()
    yield running
    assert running.stop() == 0


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client


def _admin(stack: Stack, *statements: str) -> None:
    with psycopg.connect(stack.env()["DATABASE_URL"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _count(stack: Stack) -> int:
    with psycopg.connect(stack.env()["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
    assert row is not None
    return int(row[0])


async def _is_refused_and_recovers(
    stack: Stack, http: httpx.AsyncClient, break_it: Callable[[], None], mend_it: Callable[[], None]
) -> None:
    assert (await submit_and_watch(http, stack.ws_url)).statuses[-1] in TERMINAL
    before = _count(stack)
    break_it()
    try:
        answers = await asyncio.gather(*(http.post("/api/orders/execute", json=ORDER) for _ in range(5)))
        for answer in answers:
            assert answer.status_code in (503, 504), answer.text
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.json()["retryable"] is True
    finally:
        mend_it()
    assert _count(stack) == before
    async with asyncio.timeout(20):
        while (await http.post("/api/orders/execute", json=ORDER)).status_code != 202:
            await asyncio.sleep(0.1)
        assert (await submit_and_watch(http, stack.ws_url)).statuses[-1] in TERMINAL


def _trigger(body: str) -> tuple[str, str]:
    """Statements that make every insert of an order do something first."""
    return (
        f"CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$",
        "CREATE TRIGGER trouble BEFORE INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION trouble()",
    )


async def test_a_full_disk(stack: Stack, http: httpx.AsyncClient) -> None:
    raise_full = "RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full';"
    await _is_refused_and_recovers(
        stack,
        http,
        lambda: _admin(stack, *_trigger(raise_full)),
        lambda: _admin(stack, "DROP TRIGGER trouble ON orders"),
    )


async def test_a_read_only_database(stack: Stack, http: httpx.AsyncClient) -> None:
    # A standby, or a server whose disk is nearly full. A database's own default does not reach the stack's sessions.
    refuse = "RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = '25006';"
    await _is_refused_and_recovers(
        stack,
        http,
        lambda: _admin(stack, *_trigger(refuse)),
        lambda: _admin(stack, "DROP TRIGGER trouble ON orders"),
    )


async def test_a_database_slower_than_its_time_limit(stack: Stack, http: httpx.AsyncClient) -> None:
    await _is_refused_and_recovers(
        stack,
        http,
        lambda: _admin(stack, *_trigger("PERFORM pg_sleep(30);")),
        lambda: _admin(stack, "DROP TRIGGER trouble ON orders"),
    )


def _take_all_that_are_free(url: str, storm: ExitStack) -> int:
    taken = 0
    with contextlib.suppress(psycopg.OperationalError):
        while True:
            storm.enter_context(psycopg.connect(url))
            taken += 1
    return taken


async def test_a_storm_of_connections(stack: Stack, http: httpx.AsyncClient) -> None:
    storm = ExitStack()

    def break_it() -> None:
        """Take every connection there is, those of the stack included."""
        url = stack.env()["DATABASE_URL"]
        admin = storm.enter_context(psycopg.connect(url, autocommit=True))
        deadline = time.monotonic() + STORM_SECONDS
        while _take_all_that_are_free(url, storm) or admin.execute(HANG_UP_ON_THE_STACK).fetchall():
            assert time.monotonic() < deadline, "the stack keeps a connection"

    with storm:
        await _is_refused_and_recovers(stack, http, break_it, storm.close)


async def test_afterwards_everything_adds_up(stack: Stack, http: httpx.AsyncClient) -> None:
    assert (await submit_and_watch(http, stack.ws_url)).statuses[-1] in TERMINAL
    url = stack.env()["DATABASE_URL"]
    await asyncio.to_thread(eventually, lambda: all_ended(url), within_seconds=15)
    assert check(url).require_none().orders >= 1
