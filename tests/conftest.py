"""What every kind of test shares: real, embedded Postgres and Redis, and free ports.

A server that does not start fails the tests that ask for it; nothing is skipped. Both servers take plain URLs, so
each service's tests apply its own migrations.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

from deploy.local import ports
from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.redis import EmbeddedRedis
from deploy.local.servers.server import running
from tests.hostile_role import as_role


class DatabaseMaker:
    """Makes databases on the embedded Postgres in some 30 ms each, and drops them at the end."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._names: list[str] = []

    def new(self, *, template: str | None = None, owner: str | None = None) -> str:
        """Return the URL of a new database: an empty one, or a copy of the one at the URL `template`.

        The URL is its owner's: the server's own role, or `owner` with its name as password.
        A template must have no open session. Migrate one database a session, then copy it for each test.
        """
        name = f"test_{len(self._names)}"
        source = template.rsplit("/", 1)[1] if template else "template0"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source)))
        self._names.append(name)
        if owner is None:
            return self._server.url_of(name)
        self._execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(owner)))
        return as_role(self._server.url_of(name), owner)

    def drop(self, url: str) -> None:
        """Drop a database, ending the sessions that are still open on it."""
        name = url.rsplit("/", 1)[1]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server.url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    # Not under pytest's own temporary folder: two pytest runs of one user close that to each other's servers.
    folder = Path(tempfile.mkdtemp(prefix="tradewind-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A real Postgres 18 for the whole run: fsync off, synchronous_commit on as in production."""
    server = EmbeddedPostgres(server_folder / "postgres", durable=False)
    with running(server, log=server_folder / "postgres.log"):
        yield server


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[EmbeddedRedis]:
    """A real redis-server for the whole run."""
    server = EmbeddedRedis(server_folder / "redis")
    with running(server, log=server_folder / "redis.log"):
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: EmbeddedPostgres) -> DatabaseMaker:
    """Makes further databases, and copies of a migrated one."""
    return DatabaseMaker(postgres_server)


@pytest.fixture
def database_url(databases: DatabaseMaker) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def module_database_url(databases: DatabaseMaker) -> Iterator[str]:
    """The URL of an empty database shared by the tests of one file."""
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The URL of an empty Redis."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Finds a port on 127.0.0.1 that nobody listens on."""
    return ports.free_port
