"""What `make run` is told: environment variables, with a `.env` file beneath them."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Annotated, Final

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import Field, SecretStr

from deploy.local.legacy import LEGACY_NAMES, OlderNames, Port
from deploy.local.ports import LOOPBACK
from deploy.local.refusal import Refusal
from deploy.local.surroundings import made_environ
from executor_service.settings import ExecutorSettings
from gateway.settings import GatewaySettings
from market_service.settings import MarketSettings, ProfileName, pooled_market_remark
from router_service.settings import RouterSettings
from servicekit.settings.kinds import HostName, UserPath
from servicekit.settings.near_names import near_names
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.reading import Problem, check_settings, read_checked, remarks_on, texts_of
from servicekit.settings.sentences import Unusable, sentence, shown
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.tracing import TracingSettings

REPOSITORY: Final = Path(__file__).resolve().parents[2]
DEFAULT_GRPC_PORTS: Final = {"ROUTER_PORT": 50_051, "EXECUTOR_PORT": 50_052, "MARKET_PORT": 50_053}
_IN_FLIGHT_DEFAULT: Final = 5_000
_IN_FLIGHT_MAX: Final = 100_000
# More accepts orders faster still, and starves their execution when there are more than the machine can do.
_NICENESS_DEFAULT: Final = 5
_NICENESS_MAX: Final = 19
_ENV_LINES: Final = "a file of KEY=value lines in UTF-8"
# What the stack tells its services itself, whatever the environment says.
_GIVEN_BY_THE_STACK: Final = (
    *("ROUTER_ADDRESS", "EXECUTOR_ADDRESS", "MARKET_ADDRESS", "GRPC_HOST", "METRICS_PORT", "WORKER_NAME"),
)
_STORES: Final = {"database_url": "postgresql://tradewind@127.0.0.1/tradewind", "redis_url": "redis://127.0.0.1"}
_SERVICES: Final[tuple[tuple[type[ServiceSettings], Mapping[str, str]], ...]] = (
    (MarketSettings, _STORES),
    (RouterSettings, {}),
    (ExecutorSettings, _STORES),
    (GatewaySettings, _STORES),
    (TracingSettings, {}),
)


class LocalVariables(OlderNames):
    """What the local stack reads for itself, under its own names and those of the older engines."""

    host: HostName = LOOPBACK
    port: Port = 3000
    tradewind_data_dir: UserPath = REPOSITORY / ".tradewind"
    # Read before all others (`merged_environ`).
    tradewind_env_file: str = ".env"
    max_in_flight: Annotated[int, Field(ge=1, le=_IN_FLIGHT_MAX)] = _IN_FLIGHT_DEFAULT
    worker_niceness: Annotated[int, Field(ge=0, le=_NICENESS_MAX)] = _NICENESS_DEFAULT
    market_profile: ProfileName = "realistic"
    router_port: Port | None = None
    executor_port: Port | None = None
    market_port: Port | None = None
    key_pepper: SecretStr | None = None

    def contradictions(self) -> Iterator[Unusable]:
        """Yield what contradicts, and two names for one port."""
        yield from super().contradictions()
        seen: dict[int, str] = {}
        for name, port in {"PORT": self.port, **self.grpc_ports}.items():
            if port in seen:
                yield Unusable(f"both are {port}", "a port of its own for each", seen[port], name)
            seen[port] = name

    @property
    def grpc_ports(self) -> dict[str, int]:
        """The gRPC ports that are asked for, by their variables."""
        ports = {name: getattr(self, name.lower()) for name in DEFAULT_GRPC_PORTS}
        return {name: port for name, port in ports.items() if port is not None}


# Every name that means something here. OpenTelemetry has more of its own, near to those that are read.
_KNOWN: Final = frozenset(
    name.upper()
    for kind in (LocalVariables, MarketSettings, RouterSettings, ExecutorSettings, GatewaySettings)
    for name in kind.model_fields
)


@dataclass(frozen=True, slots=True)
class StackSettings:
    """One stack, checked. A URL of None means the embedded server; a missing gRPC port means any free one."""

    host: str
    port: int
    data_dir: Path
    database_url: str | None
    redis_url: str | None
    broker_url: str | None
    grpc_ports: Mapping[str, int]
    workers: int
    max_in_flight: int
    worker_niceness: int
    profile: str
    notes: tuple[str, ...]
    # What the services are given: an environment made for them, without the pepper and the names turned into others.
    environ: Mapping[str, str]
    # Mixed into every API key's hash; None: the stack keeps one of its own.
    key_pepper: str | None = field(default=None, repr=False)

    @property
    def gateway_url(self) -> str:
        """Where a client on this machine reaches the gateway."""
        return f"http://{self.dial_host}:{self.port}"

    @property
    def dial_host(self) -> str:
        """The address to dial: a gateway that listens everywhere is reached on loopback."""
        if self.host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
            return LOOPBACK
        return f"[{self.host}]" if ":" in self.host else self.host


def merged_environ(process: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the `.env` file beneath it; an empty value counts as not given.

    The file is `.env` in the repository's root, or TRADEWIND_ENV_FILE.
    """
    file = _file_values(process.get("TRADEWIND_ENV_FILE"))
    # Each by itself: what the process leaves empty must not hide what the file says.
    return {name: value for given in (file, process) for name, value in given.items() if value}


def _file_values(named: str | None) -> dict[str, str | None]:
    """Return what the file says. Raises Refusal for a file that cannot be read, and for one with unreadable lines."""

    def refusal(why: str) -> Refusal:
        told = {"TRADEWIND_ENV_FILE": named} if named else {}
        where = "" if named else f"{path} "
        return Refusal(sentence(["TRADEWIND_ENV_FILE"], told, f"{where}{why}; allowed: {_ENV_LINES}"))

    path = REPOSITORY / ".env"
    try:
        path = Path(named).expanduser() if named else path
        if not named and not _is_file(path):
            return {}
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise refusal(f"cannot be read ({error.strerror})") from None
    except RuntimeError:
        raise refusal("names the home of a user that does not exist") from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise refusal("is not UTF-8 text")
    wrong = [str(line.original.line) for line in parse_stream(StringIO(text)) if line.error]
    if wrong:
        raise refusal(f"has lines that cannot be read (line {', '.join(wrong[:5])})")
    return dotenv_values(stream=StringIO(text), interpolate=False)


def _is_file(path: Path) -> bool:
    """Return whether there is a file. Raises OSError when nobody can say, which `is_file` of newer Pythons hides."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def read_settings(environ: Mapping[str, str]) -> StackSettings:
    """Return the settings in the environment. Raises Refusal with all that cannot be used, a sentence each."""
    if problems := all_problems(environ):
        raise Refusal("\n".join(problems))
    told = read_checked(LocalVariables, environ)
    return StackSettings(
        host=told.host,
        port=told.port,
        data_dir=told.tradewind_data_dir.absolute(),
        database_url=told.postgres,
        redis_url=told.redis,
        broker_url=environ.get("BROKER_URL"),
        grpc_ports=told.grpc_ports,
        workers=told.workers if told.start_worker else 0,
        max_in_flight=told.max_in_flight,
        worker_niceness=told.worker_niceness,
        profile=told.market_profile,
        notes=tuple(_notes(told, environ)),
        environ=_handed_on(told, environ),
        key_pepper=told.key_pepper.get_secret_value() if told.key_pepper else None,
    )


def all_problems(environ: Mapping[str, str]) -> list[str]:
    """Return what the stack and its services would refuse, a sentence each, before any of them is started."""
    found: list[Problem] = list(check_settings(LocalVariables, environ))
    for kind, supplied in _SERVICES:
        found += check_settings(kind, environ, **supplied)
    return texts_of(found)


def _notes(told: LocalVariables, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what the reader should know and what stops nothing."""
    for name, near in near_names(environ.keys(), _KNOWN):
        yield f"{name}: not a setting, and does nothing; did you mean {near}?"
    for name in _GIVEN_BY_THE_STACK:
        if name in environ:
            yield f"{shown(name, environ[name])}: not used; `make run` tells its processes where they find each other"
    if told.is_embedded:
        yield "DB_TYPE=sqlite: no server of your own is needed, the embedded Postgres is used"
    yield from remarks_on(_KNOWN, environ)
    if told.postgres and read_postgres_url(told.postgres).is_pooled:
        yield pooled_market_remark(told.postgres)


def _handed_on(told: LocalVariables, environ: Mapping[str, str]) -> dict[str, str]:
    made = made_environ(environ, own_postgres=told.postgres is not None)
    kept = {name: value for name, value in made.items() if name not in {*LEGACY_NAMES, "KEY_PEPPER"}}
    return {**kept, "APP_ENV": told.stage} if told.stage else kept
