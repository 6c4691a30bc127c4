import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.local.ports import free_port, is_free
from deploy.local.servers.postgres import EmbeddedPostgres, postgres_problem
from deploy.local.servers.redis import EmbeddedRedis
from deploy.local.servers.server import running
from tests.own_commands import FORM
from tests.stack import REPOSITORY

if TYPE_CHECKING:
    from tests.conftest import DatabaseMaker


def _setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_postgres_is_the_pinned_major_version_and_commits_synchronously(database_url: str) -> None:
    assert _setting(database_url, "server_version").startswith("18.")
    assert _setting(database_url, "synchronous_commit") == "on"
    assert _setting(database_url, "max_connections") == "100"


def test_each_test_database_is_empty_and_a_copy_holds_what_its_template_held(databases: "DatabaseMaker") -> None:
    template = databases.new()
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    copy, empty = databases.new(template=template), databases.new()
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]
    with psycopg.connect(empty) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT n FROM kept")


def test_postgres_refuses_a_wrong_password(postgres_server: EmbeddedPostgres) -> None:
    wrong = postgres_server.url.replace(postgres_server.endpoint.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_redis_refuses_a_missing_password(redis_server: EmbeddedRedis) -> None:
    with (
        redis.Redis(port=redis_server.endpoint.port, retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        client.ping()


def test_redis_starts_empty_in_each_test(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


@pytest.mark.usefixtures("redis_server")
def test_what_a_test_left_in_redis_is_gone(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("left") is None


def test_the_embedded_servers_never_run_as_root(postgres_server: EmbeddedPostgres, redis_server: EmbeddedRedis) -> None:
    # Each says its own process id: macOS shows only root which process holds a port.
    postmaster = int((postgres_server.cwd / "postmaster.pid").read_text().splitlines()[0])
    with redis.Redis.from_url(redis_server.url) as client:
        pids = {postmaster, client.info("server")["process_id"]}
    assert len(pids) == 2
    assert 0 not in {psutil.Process(pid).uids().effective for pid in pids}


def test_postgres_keeps_its_data_port_and_password_and_comes_back_after_a_kill(server_folder: Path) -> None:
    folder = server_folder / "again"
    first = EmbeddedPostgres(folder, durable=False)
    with running(first, log=server_folder / "again.log"):
        with psycopg.connect(first.url) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        os.kill(int((first.cwd / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        second = EmbeddedPostgres(folder, durable=False)
        with running(second, log=server_folder / "again.log"), psycopg.connect(second.url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert second.endpoint == first.endpoint


def test_a_schema_mark_lives_and_dies_with_its_database(postgres_server: EmbeddedPostgres) -> None:
    postgres_server.mark_schema("it's 1")
    assert postgres_server.schema_mark() == "it's 1"
    with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE tradewind")
    postgres_server.provision()
    assert postgres_server.schema_mark() is None


def test_a_taken_port_is_replaced(server_folder: Path) -> None:
    server = EmbeddedRedis(server_folder / "first")
    with running(server, log=server_folder / "first.log"):
        rival = EmbeddedRedis(server_folder / "first")
        rival.prepare()
        assert rival.endpoint.port != server.endpoint.port
        assert rival.endpoint.password == server.endpoint.password


def test_a_free_port_is_free(free_port: Callable[[], int]) -> None:
    assert is_free(free_port())


def test_secrets_are_kept_from_other_users(postgres_server: EmbeddedPostgres, server_folder: Path) -> None:
    assert postgres_server.cwd.stat().st_mode & 0o077 == 0
    assert (server_folder / "postgres" / "endpoint.json").stat().st_mode & 0o077 == 0


def test_a_database_out_of_reach_is_named_with_host_port_and_reason(postgres_server: EmbeddedPostgres) -> None:
    port = free_port()
    assert postgres_problem(f"postgresql://u:s3cret@127.0.0.1:{port}/x") == (
        f'does not serve us (connection to server at "127.0.0.1", port {port} failed: Connection refused); '
        "allowed: a Postgres that answers there"
    )
    for url, reason in (
        (postgres_server.url.replace(postgres_server.endpoint.password, "wrong"), "password authentication failed"),
        (postgres_server.url.rpartition("/")[0] + "/nothing", 'database "nothing" does not exist'),
        ("postgresql://u:s3cret@no.such.host.invalid/x", "no.such.host.invalid"),
    ):
        problem = postgres_problem(url)
        assert problem is not None
        assert reason in problem
        assert "s3cret" not in problem
        assert "\n" not in problem


@pytest.mark.parametrize("service", ["executor_service", "market_service"])
def test_a_role_that_may_not_migrate_is_told_so_in_one_sentence(database_url: str, service: str) -> None:
    url = database_url
    with psycopg.connect(url, autocommit=True) as admin:
        name = f"weak_{os.getpid()}_{service[:3]}"
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'weak'".encode())
        admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        admin.execute(f"REVOKE CREATE ON DATABASE {admin.info.dbname} FROM PUBLIC".encode())
    weak = urlsplit(url)
    address = weak._replace(netloc=f"{name}:weak@{weak.hostname}:{weak.port}").geturl()
    done = subprocess.run(
        [sys.executable, "-m", service, "migrate"],
        env={**os.environ, "DATABASE_URL": address},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "cannot be migrated (permission denied" in done.stderr
    assert FORM.fullmatch(done.stderr.strip()), done.stderr
