"""Paths that lead nowhere, methods that are not allowed, queries that mean nothing."""

from collections.abc import Iterator

from tests.hostile.cases import EXECUTE, Case, short
from tests.hostile.wire import request

NO_ORDER = "01890000-0000-7000-8000-000000000000"
NOWHERE = (
    *("/", "/api", "/api/", "/api/orders/./", "/api/orders/execute/.", "//api/orders/execute", "/api//orders/execute"),
    *("/API/orders", "/api/Orders", "/api/../api/orders", "/api/./orders", "/api/orders/../orders", "/api/orders;x=1"),
    *(
        "/api/orders%00",
        "/api/orders%0a",
        "/api/orders%20",
        "/api%2",
        "/%",
        "/%zz",
        "/%c0%af",
        "/%u002f",
        "/..%2f..%2f",
    ),
    *("/ws", "/ws/", "/ws/orders", "/ws/orders/", "//evil.example/", "/api/tokens/x", "/problems", "/problems/"),
    *("/problems/no_such_code", "/problems/INVALID_ORDER", "/problems/..%2f..%2fetc%2fpasswd", "/problems/%00"),
    *(
        "/.env",
        "/.git/config",
        "/etc/passwd",
        "/..",
        "/../../etc/passwd",
        "/static/..%2f..%2fapp.py",
        "/docs/../app.py",
    ),
    *("/docs/..%2fopenapi.py", "/docs/%2e%2e%2fopenapi.py", "/docs/%2fetc%2fpasswd", "/docs/no_such.js", "/docs/%00"),
    *("/admin", "/metrics/x", "/health/x", "/favicon.ico/..", "/" + "a" * 8_000, "/api/orders/a/b/c", "/*", "/api/*"),
    *(f"/api/orders/{NO_ORDER}/nothing", f"/api/orders/{NO_ORDER}/nothing/", f"/api/orders/{NO_ORDER}/events/x/"),
)
NOT_AN_ORDER = (
    *("x", "0", "-1", "null", "undefined", "..", "%2e%2e", "%00", "%0d", "%20", "*", "'", "%27%20OR%201=1--", "{id}"),
    *("01890000000070008000000000000000", f"{{{NO_ORDER}}}", f"{NO_ORDER}%00", f"{NO_ORDER}%0ax", f"%20{NO_ORDER}"),
    *(
        NO_ORDER,
        NO_ORDER.replace("1", "A"),
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ),
    *(NO_ORDER.replace("0", "%ef%bc%90"), "9" * 5_000, "%f0%9f%98%80", "%ff%fe", f"urn:uuid:{NO_ORDER}"),
)
METHODS = {
    EXECUTE: ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"),
    "/api/orders/batch": ("GET", "DELETE", "PUT", "PATCH", "OPTIONS"),
    "/api/orders/preview": ("GET", "DELETE", "PUT", "OPTIONS"),
    "/api/orders": ("PUT", "PATCH", "DELETE", "OPTIONS"),
    f"/api/orders/{NO_ORDER}": ("POST", "PUT", "PATCH", "OPTIONS"),
    f"/api/orders/{NO_ORDER}/events": ("POST", "PUT", "DELETE"),
    "/api/quotes": ("PUT", "PATCH", "DELETE"),
    "/api/tokens": ("POST", "PUT", "DELETE"),
    "/api/pools": ("POST", "DELETE"),
    "/api/prices": ("POST", "DELETE"),
    "/api/meta/errors": ("POST", "DELETE"),
    "/problems/invalid_order": ("POST", "DELETE"),
    "/openapi.json": ("POST", "DELETE"),
    "/asyncapi.json": ("POST",),
    "/docs": ("POST", "DELETE"),
    "/docs/docs.js": ("POST", "DELETE"),
    "/api/airdrop": ("GET", "DELETE"),
    "/api/balances": ("POST", "DELETE"),
    "/api/account": ("POST", "PATCH", "DELETE"),
    "/api/accounts/hostile": ("POST", "PUT", "DELETE", "OPTIONS"),
    "/api/ws-ticket": ("GET", "PUT", "DELETE"),
    "/health": ("POST", "DELETE"),
    "/readyz": ("POST", "OPTIONS"),
    f"/ws/orders/{NO_ORDER}": ("POST", "DELETE"),
}
QUERIES: dict[str, dict[str, tuple[str, ...]]] = {
    "/api/orders": {
        "status": ("nope", "confirmed,nope", "confirmed%00", "%ff", "c%D0%BEnfirmed", "1", "unspecified", "[]"),
        "type": ("limit", "unspecified", "market;", "0"),
        "token": ("NOPE", "%00", "SOL%00", "..", "%ff%fe", "%C5%BFOL", "a" * 4_000),
        "clientOrderId": ("%00", "a%00b", "%20", "a%20b", "%C3%A9", "%ff", "x" * 256, "x" * 8_000, "auto:1"),
        "since": (
            *("yesterday", "1", "1772600767", "2026-01-31", "2026-01-31T12:00:00", "2026-13-01T00:00:00Z", "%00"),
            *("0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z", "NaN", "1e308"),
            *(
                "20260131T120000Z",
                "2026-W05-6T12:00:00Z",
                "2026-01-31T12:00Z",
                "2026-01-31x12:00:00Z",
                "2026-02-30T00:00:00Z",
                "2026-01-31T25:00:00Z",
                "-2026-01-31T12:00:00Z",
                "2026-01-31T12:00:00%2B99:99",
            ),
        ),
        "until": ("never", "0001-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59.999999-00:01"),
        "pageSize": ("0", "-1", "1.5", "1e2", "NaN", "%D9%A1", "%C2%B2", "10%00", "+10", "x"),
        "pageToken": ("x", "0", "%00", NO_ORDER + "x", "%ff", "../..", "x" * 5_000, "'"),
        "Status": ("confirmed",),
        "page": ("1",),
        "": ("1",),
        "%00": ("1",),
    },
    "/api/tokens": {"x": ("1",), "token": ("SOL",)},
    "/api/account": {"account": ("other",), "%00": ("1",)},
    "/api/accounts/hostile": {"tradingState": ("halted",)},
    "/api/pools": {"token": ("NOPE", "%00", "SOL,USDC", "%F0%9F%98%80"), "mint": ("x",)},
    "/api/prices": {"token": ("NOPE", "SOL%0a"), "stream": ("1",)},
    f"/api/orders/{NO_ORDER}/events": {
        "after": ("-1", "x", "1.5", "1e3", "2147483648", "9" * 20, "NaN", "%00", "%D9%A1", "+1", "0x1"),
    },
}


def addresses() -> Iterator[Case]:
    """Yield all of these."""
    for path in NOWHERE:
        yield Case(f"GET {short(path)}", request("GET", path), 404, "not_found")
    yield Case("OPTIONS of the whole server", request("OPTIONS", "*"), 404, "not_found")
    yield Case("HTTP/1.0", b"GET /nothing HTTP/1.0\r\n\r\n", 404, "not_found")
    for name in NOT_AN_ORDER:
        yield Case(f"GET order {short(name)}", request("GET", f"/api/orders/{name}"), 404, "order_not_found")
    for name in NOT_AN_ORDER[::3]:
        yield Case(f"DELETE order {short(name)}", request("DELETE", f"/api/orders/{name}"), 404, "order_not_found")
        yield Case(f"events of {short(name)}", request("GET", f"/api/orders/{name}/events"), 404, "order_not_found")
        live = request("GET", f"/api/orders/{name}/events", headers={"accept": "text/event-stream"})
        yield Case(f"live events of {short(name)}", live, 404, "order_not_found")
    for path, methods in METHODS.items():
        for method in methods:
            yield Case(f"{method} {path}", request(method, path), 405, "method_not_allowed")
    for path in (EXECUTE, f"/ws/orders/{NO_ORDER}", f"/api/orders/status/{NO_ORDER}", f"{EXECUTE}?orderId={NO_ORDER}"):
        yield Case(f"GET {path}", request("GET", path), 426, "upgrade_required")
    yield from _queries()


def _queries() -> Iterator[Case]:
    for path, parameters in QUERIES.items():
        for name, values in parameters.items():
            for value in values:
                sent = request("GET", f"{path}?{name}={value}")
                yield Case(f"GET {path}?{name}={short(value)}", sent, 422, "invalid_request")
    crowd = "&".join(f"status=confirmed{number}" for number in range(65))
    yield Case("65 parameters", request("GET", f"/api/orders?{crowd}"), 422, "invalid_request")
