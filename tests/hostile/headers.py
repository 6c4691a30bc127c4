"""Headers that lie, and bytes that only look like HTTP."""

import json
from collections.abc import Iterator

from tests.hostile.cases import EXECUTE, GOOD, Case, posted, short
from tests.hostile.wire import request

TEXT = json.dumps(GOOD).encode()
OTHER_MEDIA = (
    *("text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "*/*"),
    *(
        "application/json2",
        "application/jsonp",
        "application/ld+json",
        "application/problem+json",
        "json",
        ";",
        "x" * 999,
    ),
    *("application/json; charset=latin-1", "application/json; charset=utf-16", "application/json;charset=utf-8x"),
    *("text/plain; application/json", "application/octet-stream", "application/json, text/plain", "application/grpc"),
)
BAD_KEYS = ('""', "a b", '"a b"', "x" * 256, "auto:1", '"auto:1"', "\xe9", "a\tb", '"' + "x" * 256 + '"')
NOT_HTTP: dict[str, bytes] = {
    "a word": b"NONSENSE\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere:443 HTTP/1.1\r\nhost: x\r\n\r\n",
    "an unknown method": b"BREW /api/orders HTTP/1.1\r\nhost: x\r\n\r\n",
    "a method in lower case": b"get /health HTTP/1.1\r\nhost: x\r\n\r\n",
    "a version of its own": b"GET /health HTTP/9.9\r\nhost: x\r\n\r\n",
    "no version number": b"GET /health HTTP/x\r\nhost: x\r\n\r\n",
    "a space in a header's name": b"GET /health HTTP/1.1\r\nhost: x\r\nx y: 1\r\n\r\n",
    "a space before the colon": b"GET /health HTTP/1.1\r\nhost: x\r\nx-y : 1\r\n\r\n",
    "a header without colon": b"GET /health HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n",
    "NUL in a header": b"GET /health HTTP/1.1\r\nhost: x\r\nx-y: a\0b\r\n\r\n",
    "DEL in a header": request("POST", EXECUTE, TEXT, {"idempotency-key": "\x7f"}),
    "NUL in the path": b"GET /hea\0lth HTTP/1.1\r\nhost: x\r\n\r\n",
    "a negative length": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    "a length in words": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n",
    "a length in hex": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: 0x10\r\n\r\n",
    "two lengths": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "a list of lengths": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: 2, 2\r\n\r\n{}",
    "length and chunks": (
        b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "an unknown transfer coding": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ntransfer-encoding: nonsense\r\n\r\n",
    "a chunk size in words": (
        b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
    ),
    "a length beyond every integer": b"POST /api/quotes HTTP/1.1\r\nhost: x\r\ncontent-length: "
    + b"9" * 40
    + b"\r\n\r\n",
    "a header line of 20,000 bytes": b"GET /health HTTP/1.1\r\nhost: x\r\nx-y: " + b"a" * 20_000 + b"\r\n\r\n",
    "3,000 headers": b"GET /health HTTP/1.1\r\nhost: x\r\n" + b"x-y: 1\r\n" * 3_000 + b"\r\n",
    "a path of 20,000 bytes": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
}
BROKEN_OFF: dict[str, bytes] = {
    "inside the first line": b"POST /api/ord",
    "inside the headers": b"POST /api/orders/execute HTTP/1.1\r\nhost: localhost\r\ncontent-ty",
    "inside the body": request("POST", EXECUTE, TEXT)[:-10],
    "before the body": request("POST", EXECUTE, TEXT)[: -len(TEXT)],
    "inside a chunk": (
        b"POST /api/orders/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n" + b"%x\r\n" % len(TEXT) + TEXT[:-5]
    ),
    "before the last chunk": (
        b"POST /api/orders/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n" + b"%x\r\n" % len(TEXT) + TEXT + b"\r\n"
    ),
}


def headers() -> Iterator[Case]:
    """Yield all of these."""
    for path in (EXECUTE, "/api/orders/batch", "/api/quotes"):
        for media in ("", *OTHER_MEDIA):
            more = {"content-type": media}
            yield posted(f"as {short(media)}", path, TEXT, 415, "unsupported_media_type", headers=more)
    for coding in ("gzip", "br", "deflate", "identity, gzip", "x", "gzip, gzip"):
        more = {"content-encoding": coding}
        yield posted(f"coded {coding}", EXECUTE, TEXT, 415, "unsupported_media_type", headers=more)
    for key in BAD_KEYS:
        more = {"idempotency-key": key}
        yield posted(f"Idempotency-Key {short(key)}", EXECUTE, TEXT, 422, "invalid_request", headers=more)
    both = {**GOOD, "clientOrderId": "a"}
    more = {"idempotency-key": "b"}
    yield posted("two identities", EXECUTE, both, 422, "invalid_order", fault="alias_conflict", headers=more)
    for size in (16_385, 10**9, 10**12, 10**13, 10**18):
        told = request("POST", EXECUTE, b"{}", {"content-length": str(size)})
        yield Case(f"told {size} bytes", told, 413, "body_too_large")
    for name, sent in NOT_HTTP.items():
        yield Case(f"not HTTP: {name}", sent, 400, "malformed_request")
    for name, sent in BROKEN_OFF.items():
        yield Case(f"broken off {name}", sent, 0, hang_up=True)
    yield from _resume_points()
    yield from _other_sites()


def _other_sites() -> Iterator[Case]:
    for host in ("evil.example", "localhost.evil.example:3000", "0.0.0.0", "[::", "a b", "\xff", "x" * 999):
        for path in (EXECUTE, "/api/orders/batch", "/api/quotes", "/nothing"):
            yield posted(f"for {short(host)}", path, TEXT, 421, "host_refused", headers={"host": host})
    for origin in ("https://evil.example", "null", "http://localhost:1/", "http://localhost, x", "\xff", "x" * 999):
        for media in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            more = {"origin": origin, "content-type": media}
            yield posted(f"from {short(origin)} as {media}", EXECUTE, TEXT, 403, "origin_refused", headers=more)


def _resume_points() -> Iterator[Case]:
    path = "/api/orders/01890000-0000-7000-8000-000000000000/events"
    for point in ("x", "-1", "1.5", "9" * 30, "2147483648", "\xb2", "1,2", "NaN"):
        sent = request("GET", path, headers={"accept": "text/event-stream", "last-event-id": point})
        yield Case(f"Last-Event-ID {short(point)}", sent, 422, "invalid_request")
