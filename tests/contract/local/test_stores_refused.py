"""Stores that answer and cannot serve, or never answer: real servers, one sentence each."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local.ports import free_port, is_free
from deploy.local.servers.postgres import EmbeddedPostgres, postgres_problem
from deploy.local.servers.redis import EmbeddedRedis, redis_server
from servicekit.postgres import connect, connect_async, make_ours, open_pool, session_problem
from servicekit.settings.redis_server import cluster_sentences, redis_problem
from tests.own_commands import FORM, python
from tests.stack import eventually

CLUSTER = "a Redis Cluster, which spreads a queue's keys over several servers; allowed: one server"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        taken: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in taken:
            connection.close()


@pytest.fixture
def cluster_url(tmp_path: Path) -> Iterator[str]:
    """A server that says that it is one of a Redis Cluster."""
    port = free_port()
    command = [str(redis_server()), "--port", str(port), "--cluster-enabled", "yes", "--dir", str(tmp_path)]
    with subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL) as server:
        try:
            eventually(lambda: not is_free(port), within_seconds=20)
            url = f"redis://127.0.0.1:{port}"
            eventually(lambda: "Redis Cluster" in (redis_problem(url) or ""), within_seconds=20)
            yield url
        finally:
            server.terminate()


def test_a_database_that_never_answers_is_told_with_its_address_and_the_way_to_wait(silent_port: int) -> None:
    url = f"postgresql://u:s3cret@127.0.0.1:{silent_port}/x?sslmode=disable"
    problem = postgres_problem(url)
    assert problem is not None
    assert "timeout expired" in problem
    assert problem.endswith(
        "; allowed: a Postgres that answers there in time; connect_timeout=SECONDS in the address gives it more"
    )
    done = python("deploy.local", "run", DATABASE_URL=url, PORT=str(free_port()))
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(
        f"tradewind: DATABASE_URL=postgresql://***@127.0.0.1:{silent_port}/x?***: does not serve us ("
    )
    assert FORM.fullmatch(line)


def test_a_redis_that_never_answers_is_told_with_its_address(silent_port: int) -> None:
    done = python("deploy.local", "run", REDIS_URL=f"redis://:s3cret@127.0.0.1:{silent_port}/0", PORT=str(free_port()))
    [line] = done.stderr.splitlines()
    assert line.startswith(f"tradewind: REDIS_URL=redis://***@127.0.0.1:{silent_port}/0: does not serve us (")
    assert FORM.fullmatch(line)


def test_a_server_without_tls_is_told_with_the_option_that_helps(postgres_server: EmbeddedPostgres) -> None:
    url = postgres_server.url_of("postgres")
    problem = postgres_problem(f"{url}?sslmode=require")
    assert problem is not None
    assert "server does not support SSL, but SSL was required" in problem
    assert problem.endswith("; allowed: sslmode=prefer or sslmode=disable, or a server that speaks TLS")
    assert postgres_problem(f"{url}?sslmode=prefer") is None, "the advice is true"
    assert postgres_problem(f"{url}?sslmode=disable") is None


def test_a_redis_that_does_not_serve_us_is_told_with_what_helps(redis_server: EmbeddedRedis) -> None:
    url, password = redis_server.url, redis_server.endpoint.password
    for wrong, allowed in (
        (url.replace(password, "wrong"), "the server's own password, as in redis://:password@host:6379/0"),
        (url.replace(f":{password}@", ""), "the server's own password, as in redis://:password@host:6379/0"),
        (f"{url[:-1]}99", "a database that the server has, such as /0"),
        (f"redis://127.0.0.1:{free_port()}", "a server that answers there"),
        (f"rediss://127.0.0.1:{free_port()}", "a server that answers there and speaks TLS, or redis:// for one that"),
        ("redis://no.such.host.invalid", "a host that resolves"),
    ):
        problem = redis_problem(wrong)
        assert problem is not None
        assert problem.startswith("does not serve us (")
        assert f"; allowed: {allowed}" in problem
        assert password not in problem


def test_a_cluster_is_told_by_a_start_in_one_sentence(cluster_url: str) -> None:
    for url in (cluster_url, f"{cluster_url}/0", f"{cluster_url}/3"):
        done = python("deploy.local", "run", REDIS_URL=url, PORT=str(free_port()))
        assert done.returncode == 2
        [line] = done.stderr.splitlines()
        assert line.startswith(f"tradewind: REDIS_URL={url}: {CLUSTER}")


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (("executor_service", "server"), {}),
        (("executor_service", "worker"), {}),
        (("gateway",), {"AUTH": "on"}),
        (("gateway",), {"RATE_LIMIT_READS": "5/second"}),
    ],
)
def test_a_cluster_is_told_by_a_service_that_is_started_by_hand(
    cluster_url: str, command: tuple[str, ...], more: dict[str, str]
) -> None:
    done = python(*command, REDIS_URL=cluster_url, DATABASE_URL="postgresql://u@127.0.0.1:1/x", **more)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"REDIS_URL={cluster_url}: {CLUSTER}")


def test_a_cluster_as_the_broker_is_told_by_its_own_name(cluster_url: str, redis_server: EmbeddedRedis) -> None:
    database_url = "postgresql://u@127.0.0.1:1/x"
    stores = {"REDIS_URL": redis_server.url, "BROKER_URL": cluster_url}
    done = python("executor_service", "worker", DATABASE_URL=database_url, **stores)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"BROKER_URL={cluster_url}: {CLUSTER}")


def test_one_server_and_one_that_is_away_are_no_cluster(redis_server: EmbeddedRedis) -> None:
    away = f"redis://127.0.0.1:{free_port()}"
    assert cluster_sentences({}, {"REDIS_URL": redis_server.url, "BROKER_URL": away}) == []
    assert redis_problem(redis_server.url) is None


@pytest.mark.parametrize(
    ("option", "prepared"),
    [("", True), ("pgbouncer=true", False), ("statement_cache_size=0", False), ("prepareThreshold=0", False)],
)
async def test_statements_are_prepared_unless_the_address_says_no(
    database_url: str, option: str, prepared: bool
) -> None:
    url = f"{database_url}?{option}"
    pool = open_pool(url, size=2)
    await pool.open(wait=True, timeout=10)
    single = await connect_async(url)
    try:
        await make_ours(single, url)
        async with pool.connection() as pooled:
            for connection in (pooled, single):
                for _ in range(10):
                    await connection.execute("SELECT %s::int", (1,))
                row = await (await connection.execute("SELECT count(*) FROM pg_prepared_statements")).fetchone()
                assert row is not None
                assert (row[0] > 0) is prepared
    finally:
        await single.close()
        await pool.close()


def test_a_schema_in_the_address_is_where_tables_are_made(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute('CREATE SCHEMA "My App"')
    for option in ("schema=My%20App", "currentSchema=My%20App,public"):
        url = f"{database_url}?{option}"
        assert session_problem(url) is None
        with connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS here ()")
            row = connection.execute("SELECT to_regclass('\"My App\".here') IS NOT NULL").fetchone()
            assert row == (True,)


def test_a_schema_that_does_not_exist_is_told_with_the_statement_that_makes_it(database_url: str) -> None:
    url = f"{database_url}?schema=orders"
    problem = session_problem(url)
    assert problem == 'no schema "orders" exists; allowed: one that does (CREATE SCHEMA "orders")'
    done = python("executor_service", "migrate", DATABASE_URL=url)
    assert done.returncode == 2
    assert done.stderr.endswith(f"?***: {problem}\n")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(problem.partition("(")[2].rstrip(")").encode())
    assert session_problem(url) is None


def test_the_usual_schema_is_the_usual_search_path_behind_a_pooler(database_url: str) -> None:
    assert session_problem(f"{database_url}?pgbouncer=true&schema=public") is None
    assert "search_path" in (session_problem(f"{database_url}?pgbouncer=true&schema=elsewhere") or "")


def test_what_the_address_says_of_a_session_holds(database_url: str) -> None:
    url = f"{database_url}?application_name=mine&connect_timeout=9"
    with connect(url, autocommit=True) as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("mine",)
    with connect(database_url, autocommit=True) as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("tradewind",)
