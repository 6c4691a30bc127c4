"""The origins of pages, and the notation in which ALLOWED_ORIGINS lists them.

An origin is what a browser says of the page that asks: `https://app.example`, `tauri://localhost`, or `null` for a page
that has none (a file, a sandboxed frame). A pattern may have a star for the port or for every sub-domain.
"""

import re
from typing import Final, NamedTuple

from servicekit.settings.sentences import Unusable, bounded, open_part

_WEB_PORTS: Final = {"http": "80", "https": "443"}
_NOBODY: Final = ("none", "off")
_STAR: Final = "*"
_SCHEME: Final = r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
_HOST: Final = r"[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\]"
_ORIGIN: Final = re.compile(rf"{_SCHEME}(?P<host>{_HOST}|)(?::(?P<port>[0-9]{{1,5}}))?")
_PATTERN: Final = re.compile(rf"{_SCHEME}(?P<host>(?:\*\.)?(?:{_HOST})|\*|)(?::(?P<port>[0-9]{{1,5}}|\*))?")
_NOTATION: Final = (
    "scheme://host[:port] without a path, such as https://app.example, http://localhost:* for any port, "
    "https://*.app.example for every sub-domain, tauri://localhost or null, with commas between them; * allows every "
    "origin, none allows the gateway's own alone"
)


class PageOrigin(NamedTuple):
    """One page's origin in lower case; the port is empty where it is the scheme's own."""

    scheme: str
    host: str = ""
    port: str = ""


class OriginPattern(NamedTuple):
    """One entry of the list. A star stands for any port, for any host, before a dot for every sub-domain."""

    scheme: str
    host: str = ""
    port: str = ""

    def admits(self, origin: PageOrigin) -> bool:
        """Return whether the entry names this origin."""
        if self.scheme != origin.scheme or self.port not in (_STAR, origin.port):
            return False
        if self.host.startswith("*."):
            return origin.host.endswith(self.host.removeprefix(_STAR))
        return self.host in (_STAR, origin.host)


EVERYONE: Final = OriginPattern(_STAR)
# Pages that this machine serves to itself, as development servers do.
LOCAL_PAGES: Final = tuple(OriginPattern("http", host, _STAR) for host in ("localhost", "127.0.0.1", "[::1]"))


def origin_in(text: str) -> PageOrigin | None:
    """Return the origin that a header names, None for what is no origin."""
    lowered = text.strip().lower()
    if lowered == "null":
        return PageOrigin("null")
    match = _ORIGIN.fullmatch(lowered)
    if match is None or not _can_be(match["scheme"], match["host"], match["port"]):
        return None
    return PageOrigin(match["scheme"], match["host"], _port(match["scheme"], match["port"]))


def origins_in(text: str) -> tuple[OriginPattern, ...]:
    """Return the patterns that a list holds. Raises ValueError for the first that is none, naming the notation."""
    if text.strip().lower() in _NOBODY:
        return ()
    return tuple(_pattern_in(part.strip()) for part in text.split(",") if part.strip())


def _pattern_in(written: str) -> OriginPattern:
    lowered = written.lower()
    if lowered in (_STAR, "null"):
        return OriginPattern(lowered)
    match = _PATTERN.fullmatch(lowered)
    if match is None or not _can_be(match["scheme"], match["host"], match["port"]):
        raise Unusable(f'"{bounded(open_part(written))}" is not an origin', _NOTATION)
    if match["scheme"] not in _WEB_PORTS and match["host"] in ("", _STAR):
        # Extensions have another host in each browser; a file has none.
        return OriginPattern(match["scheme"], _STAR, _STAR)
    return OriginPattern(match["scheme"], match["host"], _port(match["scheme"], match["port"]))


def _can_be(scheme: str, host: str, port: str | None) -> bool:
    if port not in (None, _STAR) and not 0 < int(port or 0) < 2**16:
        return False
    # On the web a host is named; a star for every host is said as `*`. Elsewhere it may be a dash.
    return scheme not in _WEB_PORTS or host.removeprefix("*.")[:1] not in ("", _STAR, ".", "-")


def _port(scheme: str, port: str | None) -> str:
    if port is None or port == _STAR:
        return port or ""
    number = str(int(port))
    return "" if number == _WEB_PORTS.get(scheme) else number
