"""Names of hosts: how headers write them, and the notation in which ALLOWED_HOSTS lists them."""

import ipaddress
import re
from typing import Final

from servicekit.settings.sentences import Unusable, bounded, open_part

ANY_HOST: Final = "*"
# No longer than DNS allows.
_NAME: Final = r"[a-z0-9_](?:[a-z0-9_.-]{0,252})"
_IN_HEADER: Final = re.compile(rf"(?:(?P<name>{_NAME})|\[(?P<six>[0-9a-f:.]{{2,45}})\])(?::[0-9]{{1,5}})?")
_PATTERN: Final = re.compile(rf"(?:\*\.)?{_NAME}")


def host_in(header: str) -> str:
    """Return the host that a Host header names, in lower case and without its port; empty for what is no host."""
    match = _IN_HEADER.fullmatch(header.strip().lower())
    return normal_host(match["name"] or match["six"]) if match else ""


def hosts_in(text: str) -> tuple[str, ...]:
    """Return the entries of a list: names, addresses, `*.` before a name, `*`. Raises ValueError for anything else."""
    return tuple(_entry_in(part.strip()) for part in text.split(",") if part.strip())


def normal_host(name: str) -> str:
    """Return an address as it is usually written, and a name without the root's dot."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.lower().removesuffix(".")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _entry_in(written: str) -> str:
    bare = written[1:-1] if written.startswith("[") and written.endswith("]") else written
    if bare == ANY_HOST or _PATTERN.fullmatch(bare.lower()) or (":" in bare and host_in(f"[{bare}]")):
        return normal_host(bare)
    raise Unusable(
        f'"{bounded(open_part(written))}" is not a host',
        "names and addresses without scheme, port or path, such as dex.example, *.dex.example for every sub-domain, or "
        "10.0.0.5; * takes every host; commas stand between them",
    )
