"""Pages of other origins: which of them may use this gateway, and the CORS headers for their browsers.

One rule serves fetch, server-sent events and WebSockets. Only browsers send an Origin header, so the rule does not
concern other programs. The gateway sets no cookies: a page uses an API key, so CORS credentials are never allowed.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Scope, Send

from gateway.access.origin import Origins
from gateway.access.origin_patterns import EVERYONE, OriginPattern, origin_in
from servicekit.errors import Rejected

Headers = list[tuple[bytes, bytes]]

# A page of any origin may send these, but reads the answer only if it is allowed to.
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEGINNINGS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
# The list includes methods that a path does not take: the page can then read the 405 and not only a network error.
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT: Final = (
    *("Authorization", "X-API-Key", "Idempotency-Key", "Last-Event-ID", "If-Match", "If-None-Match"),
    *("Content-Type", "Accept", "Cache-Control", "X-Requested-With"),
    *("X-Request-Id", "traceparent", "tracestate", "baggage"),
)
_READ: Final = (
    *("Location", "ETag", "Idempotent-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"),
    *("Link", "Allow", "WWW-Authenticate", "Deprecation", "Sunset", "Warning", "Server-Timing"),
)
_EXPOSED: Final = (b"access-control-expose-headers", ", ".join(_READ).encode())
# Chromium keeps the answer of a preflight no longer.
_PREFLIGHT_SECONDS: Final = 7200
_PREFLIGHT: Final = {
    "access-control-allow-methods": _METHODS,
    "access-control-allow-headers": ", ".join(_SENT),
    "access-control-max-age": str(_PREFLIGHT_SECONDS),
    "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
}
_SHOWN_CHARACTERS_MAX: Final = 300


class CrossOrigin:
    """Holds the origins whose pages may use this gateway: those of the list, and the gateway's own."""

    def __init__(self, allowed: Sequence[OriginPattern], own: Origins) -> None:
        self._allowed = tuple(allowed)
        self._everyone = EVERYONE in self._allowed
        self._own = own

    def check(self, scope: Scope) -> None:
        """Raise Rejected("ORIGIN_REFUSED") for a change or a WebSocket from a page of an origin that is not allowed.

        A form or a `text/plain` body arrives without a preflight, and a WebSocket without CORS: this refuses both.
        """
        if scope["type"] == "http" and scope["method"] in _READING:
            return
        named = _named(scope)
        if named and not self._allows(named, scope):
            raise _refused(named)

    def preflight(self, scope: Scope) -> Response | None:
        """Return the answer to a browser's preflight request, None for every other request.

        The answer is the same for every path. Raises Rejected("ORIGIN_REFUSED").
        """
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            return None
        asked = {name: value for name, value in scope["headers"] if name.startswith(b"access-control-request-")}
        named = _named(scope)
        if not named or b"access-control-request-method" not in asked:
            return None
        if not self._allows(named, scope):
            raise _refused(named)
        headers = dict(_PREFLIGHT)
        if asked.get(b"access-control-request-private-network") == b"true":
            headers["access-control-allow-private-network"] = "true"
        return Response(status_code=204, headers=headers)

    def headers_for(self, scope: Scope) -> Headers:
        """Return the headers that let a page read the answer; none for programs and for pages that may not."""
        named = _named(scope)
        if not named or not self._allows(named, scope):
            return []
        shown = b"*" if self._everyone else named.encode("latin-1")
        allowed = (b"access-control-allow-origin", shown)
        return [allowed] if scope.get("method") == "OPTIONS" else [allowed, _EXPOSED]

    def telling(self, scope: Scope, send: Send) -> Send:
        """Return a `send` that adds these headers, and `Vary: Origin`, to the start of an answer."""

        async def send_with_origin(message: Message) -> None:
            if message["type"] in _BEGINNINGS:
                message["headers"] = [*varying(message.get("headers", ())), *self.headers_for(scope)]
            await send(message)

        return send_with_origin

    def _allows(self, named: str, scope: Scope) -> bool:
        if self._everyone:
            return True
        origin = origin_in(named)
        if origin is None:
            return False
        if origin.scheme in ("http", "https") and origin == origin_in(f"{origin.scheme}://{self._own.host(scope)}"):
            # The gateway does not always know whether a proxy in front uses TLS, so only the host decides.
            return True
        return any(pattern.admits(origin) for pattern in self._allowed)


def varying(headers: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Return an answer's headers with `Origin` added to its one Vary."""
    told = [value for name, value in headers if name == b"vary"]
    words = [word.strip() for value in told for word in value.split(b",") if word.strip()]
    if b"*" not in words and b"origin" not in map(bytes.lower, words):
        words.append(b"Origin")
    return [*(header for header in headers if header[0] != b"vary"), (b"vary", b", ".join(words))]


def _named(scope: Scope) -> str:
    """Return the request's Origin header; several become one text that is no origin."""
    found = [value for name, value in scope["headers"] if name == b"origin"]
    return ", ".join(value.decode("latin-1") for value in found).strip() if found else ""


def _refused(named: str) -> Rejected:
    shown = ascii(named[:_SHOWN_CHARACTERS_MAX])[1:-1]
    if origin_in(named) is None:
        return Rejected("ORIGIN_REFUSED", f"Origin: {shown} is no origin. Browsers send scheme://host[:port], or null.")
    return Rejected(
        "ORIGIN_REFUSED",
        f"Pages of the origin {shown} may not use this gateway. If they may do all that it can, add {shown} to "
        "ALLOWED_ORIGINS and restart the gateway.",
    )
