"""The environment names of the five older engines, turned into ours.

A full URL beats its parts, and a native name beats a legacy one. That order only fills gaps: two names that contradict
each other stop the start, because either choice would silently be wrong for someone.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import Field, SecretStr

from deploy.local.ports import LOOPBACK
from servicekit.settings.kinds import HIGHEST_PORT, HostName, OnOff, PostgresUrl, RedisUrl, ShortName
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.redis_url import redis_parts, url_of
from servicekit.settings.sentences import Unusable, bounded, open_part
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.words import one_of

_POSTGRES_TYPES: Final = ("postgres", "postgresql", "pg")
_EMBEDDED_TYPE: Final = "sqlite"
_DATABASE_PARTS: Final = ("db_host", "db_port", "db_name", "db_user", "db_pass")
_REDIS_PARTS: Final = ("redis_host", "redis_port", "redis_password", "redis_tls")
_POSTGRES_PORT: Final = 5432
_REDIS_PORT: Final = 6379
_SHORT: Final = 40

Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]


class OlderNames(ServiceSettings):
    """The names of the older engines, and ours that say the same."""

    database_url: PostgresUrl | None = None
    redis_url: RedisUrl | None = None
    app_env: ShortName | None = None
    workers: Annotated[int, Field(ge=0, le=64)] = 1

    db_type: Annotated[str, one_of(*_POSTGRES_TYPES, _EMBEDDED_TYPE)] | None = None
    db_host: HostName | None = None
    db_port: Port | None = None
    db_name: ShortName | None = None
    db_user: ShortName | None = None
    db_pass: SecretStr | None = None
    redis_host: HostName | None = None
    redis_port: Port | None = None
    redis_password: SecretStr | None = None
    redis_tls: OnOff | None = None
    node_env: ShortName | None = None
    start_worker: OnOff = True

    def contradictions(self) -> Iterator[Unusable]:
        """Yield the pairs of names that say different things of one."""
        if self.is_embedded and self.database_url:
            yield _contradiction("DATABASE_URL", "DB_TYPE", "a server and the mode without one")
        elif self.database_url:
            yield from _compared("DATABASE_URL", _of_postgres(self.database_url.get_secret_value()), self)
        if self.redis_url:
            yield from _compared("REDIS_URL", _of_redis(self.redis_url.get_secret_value()), self)
        if self.app_env and self.node_env and self.app_env != self.node_env:
            yield _contradiction("APP_ENV", "NODE_ENV", f"{_in_words(self.app_env)} and {_in_words(self.node_env)}")
        if not self.start_worker and "workers" in self.model_fields_set and self.workers:
            yield Unusable("contradict each other (some workers and none)", "one of the two", "WORKERS", "START_WORKER")

    @property
    def is_embedded(self) -> bool:
        """True with DB_TYPE=sqlite, the older engines' mode without a server: here the embedded Postgres."""
        return self.db_type == _EMBEDDED_TYPE

    @property
    def postgres(self) -> str | None:
        """The user's own database, every option of the address still there; None: the embedded Postgres."""
        if self.database_url:
            return self.database_url.get_secret_value()
        if self.is_embedded or not (self.db_type or self._has_any(_DATABASE_PARTS)):
            return None
        user, name = quote(self.db_user or "postgres", safe=""), quote(self.db_name or "orderdb", safe="")
        secret = f":{quote(self.db_pass.get_secret_value(), safe='')}" if self.db_pass else ""
        host = self.db_host or LOOPBACK
        named = f"[{host}]" if ":" in host else host
        return f"postgresql://{user}{secret}@{named}:{self.db_port or _POSTGRES_PORT}/{name}"

    @property
    def redis(self) -> str | None:
        """The user's own Redis or Valkey as a URL; None: the embedded one."""
        if self.redis_url:
            return self.redis_url.get_secret_value()
        if not self._has_any(_REDIS_PARTS):
            return None
        password = self.redis_password.get_secret_value() if self.redis_password else ""
        return url_of(
            self.redis_host or LOOPBACK, self.redis_port or _REDIS_PORT, password=password, tls=bool(self.redis_tls)
        )

    @property
    def stage(self) -> str | None:
        """APP_ENV, which NODE_ENV may stand in for."""
        return self.app_env or self.node_env

    def _has_any(self, names: tuple[str, ...]) -> bool:
        return any(getattr(self, name) is not None for name in names)


LEGACY_NAMES: Final = frozenset(name.upper() for name in OlderNames.model_fields) - {
    *("DATABASE_URL", "REDIS_URL", "APP_ENV", "WORKERS"),
}


def _compared(url_name: str, parts: Mapping[str, object], told: OlderNames) -> Iterator[Unusable]:
    """Yield each part that contradicts the URL; secrets are named, not shown."""
    for field, value in parts.items():
        given = getattr(told, field)
        given = given.get_secret_value() if isinstance(given, SecretStr) else given
        if given is not None and _alike(given) != _alike(value):
            secret = isinstance(getattr(told, field), SecretStr)
            shown = "two passwords" if secret else f"{_in_words(value)} and {_in_words(given)}"
            yield _contradiction(url_name, field.upper(), shown)


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return bounded(open_part(str(value)), _SHORT) or "nothing"


def _contradiction(first: str, second: str, what: str) -> Unusable:
    return Unusable(f"contradict each other ({what})", "one of the two, or both alike", first, second)


def _alike(value: object) -> object:
    return LOOPBACK if value == "localhost" else value


def _of_postgres(url: str) -> dict[str, object]:
    parts = read_postgres_url(url).parts
    port = parts.get("port", str(_POSTGRES_PORT))
    return {
        "db_host": parts.get("host", parts.get("hostaddr", "")),
        "db_port": int(port) if port.isdecimal() else port,
        "db_name": parts.get("dbname", ""),
        "db_user": parts.get("user", ""),
        "db_pass": parts.get("password", ""),
    }


def _of_redis(url: str) -> dict[str, object]:
    host, port, password, tls = redis_parts(url)
    return {"redis_host": host, "redis_port": port, "redis_password": password, "redis_tls": tls}
