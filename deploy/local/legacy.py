"""The environment names of the five older engines, turned into ours.

A full URL beats its parts, and a native name beats a legacy one. That order only fills gaps: two names that contradict
each other stop the start, because either choice would silently be wrong for someone.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, quote, unquote

from deploy.local.refusal import Refusal
from servicekit.addresses import split_address
from servicekit.postgres import libpq_url

LEGACY_NAMES: Final = frozenset(
    {
        *("DB_TYPE", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASS"),
        *("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_TLS"),
        *("NODE_ENV", "START_WORKER"),
    }
)

_DATABASE_PARTS: Final = ("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASS")
_REDIS_PARTS: Final = ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_TLS")
_POSTGRES_TYPES: Final = frozenset({"postgres", "postgresql", "pg"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


def database_url(environ: Mapping[str, str]) -> str | None:
    """Return the user's own database as a libpq URL, or None for the embedded Postgres.

    DB_TYPE=sqlite, the older engines' mode without a server, is the embedded one. Raises Refusal on a conflict.
    """
    url, kind = environ.get("DATABASE_URL"), environ.get("DB_TYPE", "").lower()
    if kind == "sqlite":
        if url:
            raise _conflict("DATABASE_URL", "DB_TYPE", "a server and the mode without one")
        return None
    if kind and kind not in _POSTGRES_TYPES:
        raise Refusal(f"DB_TYPE={environ['DB_TYPE']} is not supported: use postgres, or sqlite for the embedded one")
    if url:
        plain = _plain(url)
        _compare("DATABASE_URL", _parts_of_database(plain), environ)
        return plain
    if not kind and not _given(environ, _DATABASE_PARTS):
        return None
    user = quote(environ.get("DB_USER", "postgres"), safe="")
    password = quote(environ.get("DB_PASS", ""), safe="")
    host, port = environ.get("DB_HOST", "127.0.0.1"), environ.get("DB_PORT", "5432")
    name = quote(environ.get("DB_NAME", "orderdb"), safe="")
    return f"postgresql://{user}{':' if password else ''}{password}@{host}:{port}/{name}"


def redis_url(environ: Mapping[str, str]) -> str | None:
    """Return the user's own Redis or Valkey as a URL, or None for the embedded one. Raises Refusal on a conflict."""
    if url := environ.get("REDIS_URL"):
        _compare("REDIS_URL", _parts_of_redis(url), environ)
        return url
    if not _given(environ, _REDIS_PARTS):
        return None
    scheme = "rediss" if _flag(environ, "REDIS_TLS", default=False) else "redis"
    password = quote(environ.get("REDIS_PASSWORD", ""), safe="")
    host, port = environ.get("REDIS_HOST", "127.0.0.1"), environ.get("REDIS_PORT", "6379")
    return f"{scheme}://{':' if password else ''}{password}{'@' if password else ''}{host}:{port}/0"


def app_env(environ: Mapping[str, str]) -> str | None:
    """Return APP_ENV, which NODE_ENV may stand in for. Raises Refusal when the two differ."""
    ours, theirs = environ.get("APP_ENV"), environ.get("NODE_ENV")
    if ours and theirs and ours != theirs:
        raise _conflict("APP_ENV", "NODE_ENV", f"{ours} and {theirs}")
    return ours or theirs


def workers_wanted(environ: Mapping[str, str]) -> bool:
    """Return whether this stack starts workers at all: START_WORKER=false leaves them to someone else."""
    wanted = _flag(environ, "START_WORKER", default=True)
    if not wanted and environ.get("WORKERS", "0") != "0":
        raise _conflict("WORKERS", "START_WORKER", f"{environ['WORKERS']} and {environ['START_WORKER']}")
    return wanted


def _given(environ: Mapping[str, str], names: tuple[str, ...]) -> bool:
    return any(environ.get(name) for name in names)


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text:
        raise Refusal(f"{name}={environ[name]} is neither true nor false")
    return default


def _compare(url_name: str, parts: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Raise Refusal when a part contradicts the URL; secrets are named, not shown."""
    for name, value in parts.items():
        given = environ.get(name)
        if given and _alike(name, given) != _alike(name, value):
            shown = "two passwords" if name in {"DB_PASS", "REDIS_PASSWORD"} else f"{value or 'nothing'} and {given}"
            raise _conflict(url_name, name, shown)


def _conflict(first: str, second: str, what: str) -> Refusal:
    return Refusal(f"{first} and {second} contradict each other ({what}): remove one of them")


def _alike(name: str, value: str) -> str:
    if name == "REDIS_TLS":
        return str(value.lower() in _TRUE)
    return "127.0.0.1" if value == "localhost" else value


def _parts_of_database(url: str) -> dict[str, str]:
    split = _split("DATABASE_URL", url)
    return {
        "DB_HOST": split.hostname or "127.0.0.1",
        "DB_PORT": str(split.port or 5432),
        "DB_NAME": unquote(split.path.lstrip("/")),
        "DB_USER": unquote(split.username or ""),
        "DB_PASS": unquote(split.password or ""),
    }


def _parts_of_redis(url: str) -> dict[str, str]:
    split = _split("REDIS_URL", url)
    return {
        "REDIS_HOST": split.hostname or "127.0.0.1",
        "REDIS_PORT": str(split.port or 6379),
        "REDIS_PASSWORD": unquote(split.password or ""),
        "REDIS_TLS": str(split.scheme == "rediss").lower(),
    }


def _split(name: str, url: str) -> SplitResult:
    try:
        return split_address(url)
    except ValueError as error:
        raise Refusal(f"{name} {error}") from None


def _plain(url: str) -> str:
    """Return the URL as libpq reads it: older clients add options such as `?pgbouncer=true`."""
    split = _split("DATABASE_URL", url)
    if split.scheme not in {"postgres", "postgresql"}:
        example = "postgresql://user:password@host:5432/name"
        given = f"begins with {split.scheme}://" if split.scheme else "is no address"
        raise Refusal(f"DATABASE_URL {given}: it must be one such as {example}")
    try:
        return libpq_url(url)
    except ValueError as error:
        raise Refusal(f"DATABASE_URL {error}") from None
