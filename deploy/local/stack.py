"""The processes of Tradewind as data: what each is told, how it is known to be well, when it is stopped."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from deploy.local.health import grpc_serving, http_ok
from deploy.local.ports import LOOPBACK
from deploy.local.process import ProcessSpec
from deploy.local.refusal import Refusal
from deploy.local.reservations import Reservations
from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.redis import EmbeddedRedis
from deploy.local.servers.server import EmbeddedServer
from deploy.local.settings import DEFAULT_GRPC_PORTS, REPOSITORY, StackSettings

_METRICS_PORT: Final = 9100
# Limits of the accounts that have none of their own; the command that sets an account's limits begins with them.
_RISK_LIMITS: Final = (
    "RISK_ORDER_USD_MAX",
    "RISK_ORDERS_IN_FLIGHT_MAX",
    "RISK_ORDERS_PER_MINUTE_MAX",
    "RISK_SLIPPAGE_BPS_MAX",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything of one stack listens."""

    database_url: str
    redis_url: str
    grpc_ports: Mapping[str, int]
    metrics_ports: Mapping[str, int] = field(default_factory=dict)

    def address(self, port_name: str) -> str:
        """Return host:port of a gRPC service, by the name of its port variable."""
        return f"{LOOPBACK}:{self.grpc_ports[port_name]}"


def reserve_ports(settings: StackSettings, reservations: Reservations) -> dict[str, int]:
    """Return the gRPC ports: those asked for, else the usual ones when free, else any.

    Raises Refusal with a sentence for each that cannot be had.
    """
    explicit, refused = {}, []
    for name, port in {"PORT": settings.port, **settings.grpc_ports}.items():
        try:
            explicit[name] = reservations.claim(name, port, host=settings.host if name == "PORT" else LOOPBACK)
        except Refusal as error:
            refused.append(str(error))
    if refused:
        raise Refusal("\n".join(refused))
    return {
        name: explicit[name] if name in explicit else reservations.choose(usual)
        for name, usual in DEFAULT_GRPC_PORTS.items()
    }


def reserve_metrics_ports(settings: StackSettings, reservations: Reservations) -> dict[str, int]:
    """Return a port for the metrics of each process but the gateway, which serves its own on its public port."""
    workers = [f"worker-{number}" for number in range(1, settings.workers + 1)]
    names = ("market", "router", "executor", *workers)
    return {name: reservations.choose(_METRICS_PORT + number) for number, name in enumerate(names, 1)}


def environment(settings: StackSettings, addresses: Addresses) -> dict[str, str]:
    """Return what the stack's processes and its tools are told, as KEY=value."""
    optional = ("MARKET_SEED", "MOCK_FAIL_RATE", "SCENARIOS", "AUTH", "APP_ENV", *_RISK_LIMITS)
    return {
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "GATEWAY_URL": settings.gateway_url,
        "GRPC_HOST": LOOPBACK,
        **{name: str(port) for name, port in addresses.grpc_ports.items()},
        **{name.replace("_PORT", "_ADDRESS"): addresses.address(name) for name in addresses.grpc_ports},
        "MARKET_PROFILE": settings.profile,
        "WORKERS": str(settings.workers),
        "MAX_IN_FLIGHT": str(settings.max_in_flight),
        # What that engine's consumers listen to; others need not be paid for it.
        "ORDER_CHANNELS": settings.environ.get("ORDER_CHANNELS", "on" if settings.profile == "s5" else "off"),
        "TRADEWIND_DATA_DIR": str(settings.data_dir),
        **{_metrics_name(name): f"{LOOPBACK}:{port}" for name, port in addresses.metrics_ports.items()},
        **{name: settings.environ[name] for name in optional if name in settings.environ},
    }


def _metrics_name(process: str) -> str:
    return f"METRICS_{process.upper().replace('-', '_')}"


def _metrics_env(addresses: Addresses, process: str) -> dict[str, str]:
    return {"METRICS_PORT": str(addresses.metrics_ports.get(process, 0))}


def server_specs(
    postgres: EmbeddedPostgres | None, redis: EmbeddedRedis | None, environ: Mapping[str, str]
) -> list[ProcessSpec]:
    """Return the embedded servers among the two."""
    specs = []
    if redis is not None:
        specs.append(_server("redis", redis, environ, rank=1, grace_seconds=3.0))
    if postgres is not None:
        specs.append(_server("postgres", postgres, environ, rank=0, grace_seconds=15.0))
    return specs


def service_specs(settings: StackSettings, addresses: Addresses, *, key_pepper: str) -> list[ProcessSpec]:
    """Return Tradewind's own processes. The pepper is told to the executor alone."""
    env = {**settings.environ, **environment(settings, addresses)}

    def service(
        name: str, port_name: str, rank: int, *arguments: str, niceness: int = 0, **secrets: str
    ) -> ProcessSpec:
        address = addresses.address(port_name)
        return ProcessSpec(
            name=name,
            command=(sys.executable, "-m", *arguments),
            env={**env, **_metrics_env(addresses, name), **secrets},
            healthy=grpc_serving(address),
            cwd=REPOSITORY,
            niceness=niceness,
            stop_rank=rank,
            address=address,
        )

    # What executes yields the processor to what answers people; the backlog waits where it is safe, in Postgres. The
    # router does both.
    return [
        service("market", "MARKET_PORT", 2, "market_service"),
        service("router", "ROUTER_PORT", 3, "router_service", niceness=settings.worker_niceness // 2),
        service("executor", "EXECUTOR_PORT", 4, "executor_service", "server", KEY_PEPPER=key_pepper),
        *(_worker(number, env, addresses, settings.worker_niceness) for number in range(1, settings.workers + 1)),
        _gateway(settings, env),
    ]


def _worker(number: int, env: Mapping[str, str], addresses: Addresses, niceness: int) -> ProcessSpec:
    name = f"worker-{number}"
    return ProcessSpec(
        name=name,
        command=(sys.executable, "-m", "executor_service", "worker"),
        env={**env, **_metrics_env(addresses, name), "WORKER_NAME": name},
        healthy=None,
        cwd=REPOSITORY,
        niceness=niceness,
        grace_seconds=10.0,
        stop_rank=5,
    )


def _gateway(settings: StackSettings, env: Mapping[str, str]) -> ProcessSpec:
    return ProcessSpec(
        name="gateway",
        command=(sys.executable, "-m", "gateway"),
        env=env,
        # Without workers of its own, the stack has none to wait for.
        healthy=http_ok(
            settings.dial_host, settings.port, "/readyz" + ("" if settings.workers else "?exclude=workers")
        ),
        cwd=REPOSITORY,
        stop_rank=6,
        address=settings.gateway_url,
    )


def _server(
    name: str, server: EmbeddedServer, environ: Mapping[str, str], *, rank: int, grace_seconds: float
) -> ProcessSpec:
    async def healthy() -> bool:
        return await asyncio.to_thread(server.answers)

    return ProcessSpec(
        name=name,
        command=tuple(server.command),
        env=environ,
        healthy=healthy,
        before=server.settle,
        cwd=server.cwd,
        account=server.account,
        stop_signal=server.stop_signal,
        death_signal=server.death_signal,
        grace_seconds=grace_seconds,
        stop_rank=rank,
        address=f"{LOOPBACK}:{server.endpoint.port}",
    )
