"""`make run`, from the first check to the last process gone."""

import asyncio
import signal
from typing import Final

from deploy.local.folder import DataFolder
from deploy.local.migrations import migrate, migrate_embedded
from deploy.local.process import ProcessSpec
from deploy.local.refusal import Refusal
from deploy.local.remembered import remembered_pepper
from deploy.local.reservations import Reservations
from deploy.local.screen import reporter, say, show, warn
from deploy.local.servers.postgres import EmbeddedPostgres, postgres_problem
from deploy.local.servers.redis import EmbeddedRedis
from deploy.local.settings import StackSettings
from deploy.local.stack import (
    Addresses,
    environment,
    reserve_metrics_ports,
    reserve_ports,
    server_specs,
    service_specs,
)
from deploy.local.supervisor import Supervisor
from servicekit.open_files import allow_open_files
from servicekit.postgres import session_problem
from servicekit.settings.redis_server import redis_problem
from servicekit.settings.sentences import sentence

KILLED: Final = 130
# Each process inherits it: a socket a client is one file each.
_OPEN_FILES: Final = 65_536


async def run_stack(settings: StackSettings) -> int:
    """Run the stack until SIGTERM or Ctrl-C and return the exit code. Raises Refusal when it cannot start."""
    folder = DataFolder(settings.data_dir)
    folder.acquire()
    allow_open_files(_OPEN_FILES)
    reservations = Reservations()
    supervisor = Supervisor(folder, report=reporter(folder))
    asked = _Asked(supervisor)
    try:
        start = asyncio.create_task(_start(settings, folder, reservations, supervisor), name="start")
        await _first(start, asked.to_stop)
        if not start.done():
            start.cancel()
            await asyncio.wait([start])
        elif error := start.exception():
            raise error
        await asked.to_stop.wait()
    finally:
        await supervisor.stop()
        reservations.release()
        folder.release()
    return KILLED if asked.twice else 0


async def _start(
    settings: StackSettings, folder: DataFolder, reservations: Reservations, supervisor: Supervisor
) -> None:
    """The way up: ports, servers, migrations, services, each checked before the next."""
    report = reporter(folder)
    for name in folder.end_leftovers():
        report(f"{name} of a killed stack was still running and is ended")
    ports = await asyncio.to_thread(_check_places, settings, reservations)
    postgres = None if settings.database_url else EmbeddedPostgres(settings.data_dir / "postgres")
    redis = None if settings.redis_url else EmbeddedRedis(settings.data_dir / "redis")
    servers = await _start_servers(postgres, redis, settings, supervisor)
    addresses = Addresses(
        database_url=settings.database_url or (postgres.url if postgres else ""),
        redis_url=settings.redis_url or (redis.url if redis else ""),
        grpc_ports=ports,
        metrics_ports=reserve_metrics_ports(settings, reservations),
    )
    pepper = settings.key_pepper or remembered_pepper(settings.data_dir / "key_pepper")
    folder.write_env({**environment(settings, addresses), "KEY_PEPPER": pepper})
    environ = {**settings.environ, **environment(settings, addresses)}
    await (migrate_embedded(postgres, environ) if postgres else migrate(environ))
    services = service_specs(settings, addresses, key_pepper=pepper)
    await supervisor.start(services)
    show([*servers, *services])
    say(f"ready {settings.gateway_url}")


async def _start_servers(
    postgres: EmbeddedPostgres | None,
    redis: EmbeddedRedis | None,
    settings: StackSettings,
    supervisor: Supervisor,
) -> list[ProcessSpec]:
    for server in (postgres, redis):
        if server is not None:
            await asyncio.to_thread(server.prepare)
    specs = server_specs(postgres, redis, settings.environ)
    await supervisor.start(specs)
    if postgres is not None:
        await asyncio.to_thread(postgres.provision)
    return specs


def _check_places(settings: StackSettings, reservations: Reservations) -> dict[str, int]:
    """Return the gRPC ports. Raises Refusal with every port that is taken and every named server that cannot serve."""
    problems, ports = [], {}
    try:
        ports = reserve_ports(settings, reservations)
    except Refusal as refused:
        problems.append(str(refused))
    if settings.database_url:
        found = postgres_problem(settings.database_url) or session_problem(settings.database_url)
        problems += _sentences("DATABASE_URL", settings.database_url, found)
    for name, url in {"REDIS_URL": settings.redis_url, "BROKER_URL": settings.broker_url}.items():
        problems += _sentences(name, url, redis_problem(url)) if url else []
    if problems:
        raise Refusal("\n".join(problems))
    return ports


def _sentences(name: str, url: str, problem: str | None) -> list[str]:
    return [sentence([name], {name: url}, problem)] if problem else []


class _Asked:
    """What the terminal or the system asked for: once to stop, twice to stop now."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.to_stop = asyncio.Event()
        self.twice = False
        self._supervisor = supervisor
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._asked, number)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup make run` outlives its terminal
            loop.add_signal_handler(signal.SIGHUP, self._asked, signal.SIGHUP)

    def _asked(self, number: signal.Signals) -> None:
        if number == signal.SIGINT and self.to_stop.is_set():
            self.twice = True
            self._supervisor.kill()
        elif not self.to_stop.is_set():
            warn("stopping; once more Ctrl-C ends everything at once")
        self.to_stop.set()


async def _first(start: asyncio.Task[None], stop: asyncio.Event) -> None:
    """Return when the start is over, well or not, or a stop is asked for."""
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([start, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
