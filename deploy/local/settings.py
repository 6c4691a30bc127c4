"""What `make run` is told: environment variables, with a `.env` file beneath them."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from deploy.local import legacy
from deploy.local.ports import LOOPBACK
from deploy.local.refusal import Refusal
from deploy.local.surroundings import made_environ
from executor_service.settings import ExecutorSettings
from gateway.settings import GatewaySettings
from market_service.settings import MarketSettings
from router_service.settings import RouterSettings
from servicekit.setting_types import check_settings

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PROFILES: Final = ("realistic", "instant", "s1", "s2", "s3", "s4", "s5")
DEFAULT_GRPC_PORTS: Final = {"ROUTER_PORT": 50_051, "EXECUTOR_PORT": 50_052, "MARKET_PORT": 50_053}
_HIGHEST_PORT: Final = 65_535
_WORKERS_MAX: Final = 64
_IN_FLIGHT_DEFAULT: Final = 5_000
_IN_FLIGHT_MAX: Final = 100_000
# More accepts orders faster still, and starves their execution when there are more than the machine can do.
_NICENESS_DEFAULT: Final = 5
_NICENESS_MAX: Final = 19
_PEPPER_CHARACTERS_MIN: Final = 32
# What the stack itself gives its services: addresses that are not known yet, ports, names.
_GIVEN_BY_THE_STACK: Final = frozenset(
    {
        "DATABASE_URL",
        "REDIS_URL",
        "ROUTER_ADDRESS",
        "EXECUTOR_ADDRESS",
        "MARKET_ADDRESS",
        "METRICS_PORT",
        "WORKER_NAME",
        "KEY_PEPPER",
    }
)
# Settings of the local stack itself.
_OWN: Final = frozenset(
    {
        *("TRADEWIND_DATA_DIR", "TRADEWIND_ENV_FILE", "WORKERS", "MAX_IN_FLIGHT", "WORKER_NICENESS", "APP_ENV"),
        *DEFAULT_GRPC_PORTS,
    }
)
_NEARLY: Final = 0.85
_SHORTEST_MISSPELT: Final = 5
_STORES: Final = {"database_url": "postgresql://tradewind@127.0.0.1/tradewind", "redis_url": "redis://127.0.0.1"}
_SERVICES: Final[tuple[tuple[type[BaseSettings], Mapping[str, str]], ...]] = (
    (MarketSettings, _STORES),
    (RouterSettings, {}),
    (ExecutorSettings, _STORES),
    (GatewaySettings, _STORES),
)


@dataclass(frozen=True, slots=True)
class StackSettings:
    """One stack, checked. A URL of None means the embedded server; a missing gRPC port means any free one."""

    host: str
    port: int
    data_dir: Path
    database_url: str | None
    redis_url: str | None
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
    """Return what the file says. Raises Refusal for a named file that cannot be read, and for one that is no text."""
    path = Path(named).expanduser() if named else REPOSITORY / ".env"
    if not named and not path.is_file():
        return {}
    called = f"TRADEWIND_ENV_FILE={named}" if named else str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refusal(f"{called} cannot be read ({error.strerror}): name a file of KEY=value lines") from None
    except UnicodeDecodeError:
        raise Refusal(f"{called} is not UTF-8 text: save it as UTF-8") from None
    if "\0" in text:
        raise Refusal(f"{called} is not UTF-8 text: save it as UTF-8")
    return dotenv_values(stream=StringIO(text), interpolate=False)


def read_settings(environ: Mapping[str, str]) -> StackSettings:
    """Return the settings in the environment. Raises Refusal, naming the variable, when one cannot be used."""
    profile = environ.get("MARKET_PROFILE", PROFILES[0])
    if profile not in PROFILES:
        raise Refusal(f"MARKET_PROFILE={profile} is not a profile: choose one of {', '.join(PROFILES)}")
    _check_fail_rate(environ)
    if problems := service_problems(environ):
        raise Refusal("\n".join(problems))
    workers = _number(environ, "WORKERS", 1, lowest=0, highest=_WORKERS_MAX) if legacy.workers_wanted(environ) else 0
    settings = StackSettings(
        host=environ.get("HOST", LOOPBACK),
        port=_number(environ, "PORT", 3000, lowest=1, highest=_HIGHEST_PORT),
        data_dir=Path(environ.get("TRADEWIND_DATA_DIR", REPOSITORY / ".tradewind")).expanduser().absolute(),
        database_url=legacy.database_url(environ),
        redis_url=legacy.redis_url(environ),
        grpc_ports=_explicit_grpc_ports(environ),
        workers=workers,
        max_in_flight=_number(environ, "MAX_IN_FLIGHT", _IN_FLIGHT_DEFAULT, lowest=1, highest=_IN_FLIGHT_MAX),
        worker_niceness=_number(environ, "WORKER_NICENESS", _NICENESS_DEFAULT, lowest=0, highest=_NICENESS_MAX),
        profile=profile,
        notes=_notes(environ),
        environ=_handed_on(environ),
        key_pepper=_pepper(environ),
    )
    _check_ports_differ(settings)
    return settings


def service_problems(environ: Mapping[str, str]) -> list[str]:
    """Return what the services would refuse, a sentence each, before any of them is started."""
    kept = {name: value for name, value in environ.items() if name not in _GIVEN_BY_THE_STACK}
    found = [problem for kind, supplied in _SERVICES for problem in check_settings(kind, kept, **supplied)]
    return list(dict.fromkeys(found))


def _number(environ: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = environ.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not lowest <= int(text) <= highest:
        raise Refusal(f"{name}={text} is not a whole number from {lowest} to {highest}")
    return int(text)


def _pepper(environ: Mapping[str, str]) -> str | None:
    pepper = environ.get("KEY_PEPPER")
    if pepper is not None and len(pepper) < _PEPPER_CHARACTERS_MIN:
        raise Refusal(
            f"KEY_PEPPER has fewer than {_PEPPER_CHARACTERS_MIN} characters: give more, or leave it out and "
            "the stack keeps one of its own"
        )
    return pepper


def _check_fail_rate(environ: Mapping[str, str]) -> None:
    text = environ.get("MOCK_FAIL_RATE", "0")
    try:
        inside = 0 <= float(text) <= 1  # a probability, not money
    except ValueError:
        inside = False
    if not inside:
        raise Refusal(f"MOCK_FAIL_RATE={text} is not a number from 0 to 1")


def _explicit_grpc_ports(environ: Mapping[str, str]) -> dict[str, int]:
    return {
        name: _number(environ, name, default, lowest=1, highest=_HIGHEST_PORT)
        for name, default in DEFAULT_GRPC_PORTS.items()
        if name in environ
    }


def _check_ports_differ(settings: StackSettings) -> None:
    seen: dict[int, str] = {}
    for name, port in {"PORT": settings.port, **settings.grpc_ports}.items():
        if port in seen:
            raise Refusal(f"{seen[port]} and {name} are both {port}: give each its own port")
        seen[port] = name


def _notes(environ: Mapping[str, str]) -> tuple[str, ...]:
    notes = [f"{name} is not a setting and does nothing: did you mean {near}?" for name, near in misspelt(environ)]
    if environ.get("DB_TYPE", "").lower() == "sqlite":
        notes.append("DB_TYPE=sqlite: no server of your own is needed, the embedded Postgres is used")
    return tuple(notes)


def misspelt(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each variable that is nearly the name of a setting, with that name. Other programs' are far from all."""
    known = {name.upper() for kind, _ in _SERVICES for name in kind.model_fields} | _OWN | legacy.LEGACY_NAMES
    for name in sorted(environ.keys() - known):
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=_NEARLY)
        # Of a short name another program's own may be near by chance.
        if near and len(name) >= _SHORTEST_MISSPELT:
            yield name, near[0]


def _handed_on(environ: Mapping[str, str]) -> dict[str, str]:
    made = made_environ(environ, own_postgres=legacy.database_url(environ) is not None)
    kept = {name: value for name, value in made.items() if name not in {*legacy.LEGACY_NAMES, "KEY_PEPPER"}}
    if stage := legacy.app_env(environ):
        kept["APP_ENV"] = stage
    return kept
