"""Real parts in the surroundings that were seen to break them: each comes up, or says in one sentence why not."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import grpc
import psycopg
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from deploy.container.probe import grpc_serving as probe_serving
from deploy.local.health import grpc_serving
from deploy.local.servers.postgres import EmbeddedPostgres
from servicekit.grpc_client import open_channel
from servicekit.postgres import connect, session_problem
from tests.conftest import DatabaseMaker
from tests.hostile_role import HOSTILE_SETTINGS, make_hostile, put_on

# Nobody listens there.
PROXY = "http://127.0.0.1:9"


@pytest.fixture
def any_role(postgres_server: EmbeddedPostgres, databases: DatabaseMaker) -> Iterator[Callable[..., str]]:
    """Makes a role of these settings with a database of its own, and returns the URL."""
    made: list[tuple[str, str]] = []

    def make(**settings: str) -> str:
        role = f"role_{len(made)}"
        make_hostile(postgres_server.url_of("postgres"), role, settings)
        url = databases.new(owner=role)
        made.append((role, url))
        return url

    yield make
    for role, url in made:
        databases.drop(url)
        with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {role}".encode())


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "grpc_proxy", "all_proxy"])
async def test_grpc_between_services_asks_no_proxy(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, PROXY)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("no_grpc_proxy", raising=False)
    server = grpc.aio.server()
    servicer = health.aio.HealthServicer()
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with open_channel(f"127.0.0.1:{port}") as channel:
            answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        assert await grpc_serving(f"127.0.0.1:{port}")()
        assert await asyncio.to_thread(probe_serving, port)
    finally:
        await server.stop(None)


@pytest.mark.parametrize("setting", sorted(HOSTILE_SETTINGS))
def test_a_session_is_ours_whatever_one_setting_of_its_role_says(any_role: Callable[..., str], setting: str) -> None:
    url = any_role(**{setting: HOSTILE_SETTINGS[setting]})
    assert session_problem(url) is None
    with connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT '2026-02-01 12:00+00'::timestamptz::text, '\\x00ff'::bytea::text, '{NULL}'::text[], NULL = NULL"
        ).fetchone()
        assert row == ("2026-02-01 12:00:00+00", "\\x00ff", [None], None)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
        connection.execute("CREATE TABLE it_is_in_public ()")
        assert connection.execute("SELECT to_regclass('public.it_is_in_public') IS NOT NULL").fetchone() == (True,)


def test_a_search_path_in_the_address_stands(any_role: Callable[..., str]) -> None:
    url = any_role(search_path="nowhere") + "?options=-c%20search_path%3Dapp,public"
    with connect(url) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("app,public",)


@pytest.mark.parametrize("value", ["local", "remote_write", "remote_apply"])
def test_a_durability_that_keeps_the_promise_is_left_as_it_is(any_role: Callable[..., str], value: str) -> None:
    with connect(any_role(synchronous_commit=value)) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (value,)


@pytest.mark.parametrize(
    "variables",
    [
        {"PGDATESTYLE": "German"},
        {"PGTZ": "Asia/Kathmandu"},
        {"PGCLIENTENCODING": "LATIN1"},
        {"PGOPTIONS": "-c datestyle=German -c synchronous_commit=off -c search_path=nowhere"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_libpqs_variables_change_no_session(
    any_role: Callable[..., str], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with connect(any_role()) as connection:
        row = connection.execute("SELECT '2026-02-01 12:00+00'::timestamptz::text, current_schema()").fetchone()
        assert row == ("2026-02-01 12:00:00+00", "public")
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.info.encoding == "utf-8"


def _run(*command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DateStyle", "SQL, DMY"),
        ("synchronous_commit", "off"),
        ("search_path", "app"),
        ("default_transaction_isolation", "serializable"),
        ("default_transaction_read_only", "on"),
        ("standard_conforming_strings", "off"),
    ],
)
def test_behind_a_pooler_the_start_is_refused_and_the_advice_is_true(
    any_role: Callable[..., str], postgres_server: EmbeddedPostgres, setting: str, value: str
) -> None:
    url = any_role(**{setting: value})
    with connect(url, autocommit=True):
        pass
    pooled = f"{url}?pgbouncer=true"
    services = {"REDIS_URL": "redis://127.0.0.1:9/0", "DATABASE_URL": pooled}
    for command in ("migrate", "server", "worker"):
        done = _run("executor_service", command, **services)
        assert done.returncode == 2
        assert done.stderr.startswith("DATABASE_URL=postgresql://***@127.0.0.1:")
        assert f"?***: sessions begin with {setting} = '{value}', and behind a pooler" in done.stderr
        assert "; allowed: " in done.stderr
        assert len(done.stderr.splitlines()) == 1
    advice = done.stderr.partition(": run ")[2].partition(", and have")[0]
    with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as connection:
        connection.execute(advice.encode())
    assert session_problem(pooled) is None


def test_what_only_a_superuser_changes_is_refused_with_the_fix(
    any_role: Callable[..., str], postgres_server: EmbeddedPostgres
) -> None:
    url = any_role()
    role = url.partition("://")[2].partition(":")[0]
    with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
        put_on(connection, role, "session_replication_role", "replica")
        problem = session_problem(url) or ""
        began = "sessions begin with session_replication_role = 'replica'; allowed: origin: run ALTER ROLE"
        assert problem.startswith(began)
        connection.execute(problem.partition(": run ")[2].encode())
    assert session_problem(url) is None


def test_a_database_of_another_encoding_is_refused(postgres_server: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
        try:
            assert "encoding is LATIN1; allowed: " in (session_problem(postgres_server.url_of("latin")) or "")
        finally:
            connection.execute("DROP DATABASE latin WITH (FORCE)")


def test_an_outage_is_no_wrong_setting(free_port: Callable[[], int]) -> None:
    assert session_problem(f"postgresql://u:p@127.0.0.1:{free_port()}/x") is None
