"""Kinds of settings that several services have: one meaning for a word, a number, a host and an address."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.redis_url import read_redis_url
from servicekit.settings.sentences import Unusable
from servicekit.settings.words import on_off, one_of

HIGHEST_PORT: Final = 65_535
_NAME_MAX: Final = 63  # as many as Postgres keeps of a name

_NAME: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_NUMBERS_ONLY: Final = re.compile(r"[0-9.]+")
_HOST: Final = "an address or a host's name, such as 127.0.0.1, ::1 or gateway.example"
_TARGET: Final = "host:port such as 127.0.0.1:50051, or a gRPC name such as dns:///router:50051"
_DNS: Final = re.compile(r"dns:(?://[^/]*/)?")
# gRPC knows how to read them; what follows is not host:port.
_OTHER_TARGETS: Final = ("unix:", "unix-abstract:", "ipv4:", "ipv6:", "vsock:")


def _host(text: str) -> str:
    if text.startswith("["):
        raise Unusable("has brackets, which belong to URLs", _HOST)
    if "://" in text:
        raise Unusable("a URL and no host", _HOST)
    if _is_address(text):
        return text
    name, colon, port = text.rpartition(":")
    if colon and port.isdecimal():
        raise Unusable(
            "has a port, which is a setting of its own", f"{_HOST} (here: {name})" if _is_host(name) else _HOST
        )
    if not _is_host(text):
        raise Unusable("not a host", _HOST)
    return text


def _is_host(text: str) -> bool:
    # A name of numbers alone would be a mistyped address, which no resolver knows.
    return _is_address(text) or (bool(_NAME.fullmatch(text)) and not _NUMBERS_ONLY.fullmatch(text) and len(text) <= 253)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _target(text: str) -> str:
    if text.startswith(_OTHER_TARGETS):
        return text
    host, _, port = _DNS.sub("", text, count=1).rpartition(":")
    if not _is_host(host.removeprefix("[").removesuffix("]")) or not _is_port(port):
        raise Unusable("not the address of a service", _TARGET)
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= HIGHEST_PORT


def _short(name: str) -> str:
    if len(name) > _NAME_MAX:
        raise Unusable(f"has {len(name)} characters", f"{_NAME_MAX} characters or fewer")
    return name


def _home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise Unusable("names the home of a user that does not exist", "a path such as /var/lib/x or ~/x") from None


def _postgres(url: SecretStr) -> SecretStr:
    read_postgres_url(url.get_secret_value())
    return url


def _redis(url: SecretStr) -> SecretStr:
    # What another client would have read is taken out here, so that nothing further in meets it.
    return SecretStr(read_redis_url(url.get_secret_value()).url)


OnOff = Annotated[bool, BeforeValidator(on_off)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    one_of("DEBUG", "INFO", "WARNING", "ERROR", case=str.upper),
]
HostName = Annotated[str, AfterValidator(_host)]
# A day is as good as for ever, and what the system's clocks and sockets take.
Seconds = Annotated[float, Field(gt=0, le=86_400)]
# A name that goes into logs, leases and statements.
ShortName = Annotated[str, AfterValidator(_short)]
ServiceAddress = Annotated[str, AfterValidator(_target)]
UserPath = Annotated[Path, AfterValidator(_home)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]
