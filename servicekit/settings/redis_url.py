"""The address of a Redis or Valkey as users write it: read in one place, with every option accounted for."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from servicekit.settings.sentences import Unusable, bounded, listed

EXAMPLE: Final = "redis://:password@host:6379/0"
_SCHEMES: Final = ("redis", "rediss", "unix")
_RABBIT: Final = ("amqp", "amqps")
_WRITTEN: Final = f"one such as {EXAMPLE}; in a password / is written %2F, @ %40, ? %3F, # %23, % %25 and a space %20"
_SHORT: Final = 40
_DATABASES_MAX: Final = 65_535
_TLS_ONLY: Final = "ssl_"
_FILES: Final = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ssl_cert_reqs": ("none", "optional", "required"),
    "ssl_check_hostname": ("true", "false"),
}
_NAMES: Final = frozenset({"username", "password", "client_name", "db", *_FILES, *_WORDS})
_OWN_LIMITS: Final = "time limits and the number of connections are Tradewind's own"
_IGNORED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("socket_timeout", "socket_connect_timeout", "timeout", "connect_timeout"), _OWN_LIMITS),
    **dict.fromkeys(("health_check_interval", "max_connections", "retry_on_timeout", "socket_keepalive"), _OWN_LIMITS),
    **dict.fromkeys(("pool_size", "idle_timeout", "read_timeout", "write_timeout", "dial_timeout"), _OWN_LIMITS),
    "family": "addresses of both families are tried",
    "protocol": "the protocol is Tradewind's own choice",
    "prefix": "names of keys are Tradewind's own",
}
_INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(("tls", "ssl", "use_tls", "usetls"), "rediss:// in place of redis://"),
    **dict.fromkeys(("skip_verify", "insecure", "ssl_verify"), "rediss:// with ssl_cert_reqs=none"),
    "db_number": "the number behind the host, such as /0",
    "database": "the number behind the host, such as /0",
}


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """What an address says. `url` has no option that the client would not know; `remarks` has a line for each such."""

    url: str
    remarks: tuple[str, ...] = ()


def read_redis_url(redis_url: str) -> RedisAddress:
    """Return what an address says. Raises Unusable, whose text holds no password, when it cannot be used."""
    if re.search(r"\s", redis_url):
        raise Unusable("has a space or a line's end in it", _WRITTEN)
    parts = _split(redis_url)
    kept, remarks, refused = [], [], []
    for pair in filter(None, parts.query.split("&")):
        name, _, value = (unquote(part) for part in pair.partition("="))
        try:
            remark = _remark(name, value, parts)
        except Unusable as error:
            refused.append(error)
            continue
        if remark:
            remarks.append(f"the option {bounded(name, _SHORT)}={bounded(value, _SHORT)} is ignored: {remark}")
        else:
            kept.append(pair)
    if refused:
        raise refused[0]
    # Not put together from its parts: urllib writes unix:///x as unix:/x, which the client does not read.
    url = redis_url.partition("?")[0] + ("?" if kept else "") + "&".join(kept)
    return RedisAddress(url, tuple(remarks))


def redis_parts(redis_url: str) -> tuple[str, int, str, bool]:
    """Return host, port, password and whether TLS is spoken, of an address that can be used."""
    parts = urlsplit(redis_url)
    return parts.hostname or "", parts.port or 6379, unquote(parts.password or ""), parts.scheme == "rediss"


def url_of(host: str, port: int, *, password: str, tls: bool) -> str:
    """Return the address of database 0 of a server."""
    named = f"[{host}]" if ":" in host else host
    secret = f":{quote(password, safe='')}@" if password else ""
    return f"{'rediss' if tls else 'redis'}://{secret}{named}:{port}/0"


def _split(redis_url: str) -> SplitResult:
    try:
        parts = urlsplit(redis_url)
        scheme = parts.scheme if "://" in redis_url else ""
    except ValueError:
        raise Unusable("cannot be read", _WRITTEN) from None
    if scheme in _RABBIT:
        why = "RabbitMQ cannot be the broker in this version (docs/scaling.md says why)"
        raise Unusable(why, EXAMPLE)
    if scheme not in _SCHEMES:
        begins = f"begins with {bounded(scheme, _SHORT)}://" if scheme else "not an address"
        raise Unusable(begins, f"{EXAMPLE}, or {listed(f'{name}://' for name in _SCHEMES[1:])} in place of redis://")
    if "#" in redis_url or ("@" in parts.query and "@" not in parts.netloc):
        raise Unusable("cannot be read", _WRITTEN)  # an unescaped # or ? in a password
    if scheme == "unix":
        if not parts.path:
            raise Unusable("names no socket", "unix:///folder/redis.sock, with ?db=1 for another database than 0")
        return parts
    _check_server(parts)
    return parts


def _check_server(parts: SplitResult) -> None:
    port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if port and not (port.isascii() and port.isdecimal()):
        raise Unusable("has a port that is no number", _WRITTEN)
    if port and not (len(port) <= 5 and 1 <= int(port) <= 65_535):
        raise Unusable(f"has port {bounded(port, _SHORT)}", "a port from 1 to 65535")
    if not parts.hostname:
        raise Unusable("names no host", EXAMPLE)
    if "%" in re.sub(r"%[0-9A-Fa-f]{2}", "", parts.netloc):
        raise Unusable("cannot be read", _WRITTEN)
    number = parts.path.removeprefix("/")
    if number and not _is_database(number):
        raise Unusable(
            "names a database that is no number", f"a number behind the host, such as /0, up to {_DATABASES_MAX}"
        )


def _is_database(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= _DATABASES_MAX


def _remark(name: str, value: str, parts: SplitResult) -> str | None:
    """Return why an option is passed over, or None when it is understood. Raises Unusable."""
    if name.lower() in _IGNORED:
        return _IGNORED[name.lower()]
    said = f"the option {bounded(name, _SHORT)}"
    if name not in _NAMES:
        known = sorted(_NAMES)
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.7)
        instead = f"{near[0]}, written so" if near else "the address without it"
        raise Unusable(f"{said} is unknown", _INSTEAD.get(name.lower(), instead))
    if name.startswith(_TLS_ONLY) and parts.scheme != "rediss":
        raise Unusable(f"{said} is about TLS, which redis:// does not speak", "rediss:// in place of redis://")
    if name == "db" and not _is_database(value):
        raise Unusable(f"{said}={bounded(value, _SHORT)} cannot be used", f"a number from 0 to {_DATABASES_MAX}")
    if name in _WORDS and value.lower() not in _WORDS[name]:
        raise Unusable(f"{said}={bounded(value, _SHORT)} cannot be used", listed(_WORDS[name]))
    return None
