"""What browsers are told, on every path and with every status, and what pages and names of others are refused."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import websockets

from gateway.documents.endpoints import ENDPOINTS
from tests.contract.gateway.conftest import OpenWorld, World, bearer
from tests.contract.gateway.fake_orders import LIFE
from tests.unit.gateway.corpus import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "http://localhost:5173"
EVIL = "https://evil.example"
EXECUTE = "/api/orders/execute"
ORDER_ID = "01890000-0000-7000-8000-000000000000"
ELSEWHERE = ("/", "/nothing/here", "/api/orders/", "/api/orders/a/b/c", "/favicon.ico", "//", "/api/orders/execute%0A")
CONCRETE = {"{order_id}": ORDER_ID, "{account}": "default", "{code}": "not_found", "{asset}": "docs.js"}
SENT = (
    "authorization,content-type,idempotency-key,if-match,if-none-match,last-event-id,traceparent,x-api-key,x-request-id"
)
READABLE = {
    *("Location", "ETag", "Idempotent-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"),
    *("Link", "Deprecation", "Sunset", "Warning", "Server-Timing", "Allow", "WWW-Authenticate"),
}


def paths() -> list[str]:
    """Return every path of the interface with its parameters filled in, and some that are none."""
    known = sorted({endpoint.path for endpoint in ENDPOINTS})
    for parameter, value in CONCRETE.items():
        known = [path.replace(parameter, value) for path in known]
    assert not any("{" in path for path in known)
    return [*known, *ELSEWHERE]


def words(headers: Mapping[str, str], name: str) -> set[str]:
    """Return the words of a header that lists some."""
    return {word.strip() for word in headers.get(name, "").split(",") if word.strip()}


def readable(answer: httpx.Response, origin: str = PAGE) -> None:
    """Check that a page of the origin can read an answer and its headers, and that no cache mixes it up."""
    told = answer.headers
    assert told.get_list("access-control-allow-origin") == [origin]
    assert words(told, "access-control-expose-headers") == READABLE
    assert "Origin" in words(told, "vary")
    assert len(told.get_list("vary")) == 1
    assert "access-control-allow-credentials" not in told


def unreadable(answer: httpx.Response) -> None:
    """Check that no page can read an answer, and that no cache mixes it up."""
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "Origin" in words(answer.headers, "vary")


def refused(answer: httpx.Response, status: int, code: str, setting: str) -> None:
    """Check that an answer is this problem and names the setting."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert setting in answer.json()["detail"]


def preflight(origin: str = PAGE, **more: str) -> dict[str, str]:
    asked = {"origin": origin, "access-control-request-method": "DELETE", "access-control-request-headers": SENT}
    return asked | {name.replace("_", "-"): value for name, value in more.items()}


@pytest.mark.parametrize("path", paths())
async def test_a_preflight_is_answered_at_every_address(world: World, path: str) -> None:
    answer = await world.http.request("OPTIONS", path, headers=preflight())

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert words(answer.headers, "access-control-allow-methods") >= {"GET", "HEAD", "POST", "PATCH", "DELETE"}
    told = {name.lower() for name in words(answer.headers, "access-control-allow-headers")}
    assert told >= {*SENT.split(","), "accept"}
    assert 600 <= int(answer.headers["access-control-max-age"]) <= 7200
    assert words(answer.headers, "vary") >= {"Origin", "Access-Control-Request-Method"}
    assert not {"access-control-allow-credentials", "access-control-allow-private-network"} & answer.headers.keys()
    refused(
        await world.http.request("OPTIONS", path, headers=preflight(EVIL)), 403, "origin_refused", "ALLOWED_ORIGINS"
    )


async def test_a_preflight_asks_for_no_key_and_uses_up_no_limit(open_world: OpenWorld, redis_url: str) -> None:
    limits = dict.fromkeys(("rate_limit_submits", "rate_limit_reads", "rate_limit_address"), "1/hour")
    world = await open_world(auth="on", redis_url=redis_url, allowed_origins=PAGE, **limits)
    for _ in range(3):
        answer = await world.http.request("OPTIONS", EXECUTE, headers=preflight())
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, PAGE)
    private = await world.http.request(
        "OPTIONS", EXECUTE, headers=preflight(access_control_request_private_network="true")
    )
    assert private.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("headers", [{}, {"origin": PAGE}, {"access-control-request-method": "POST"}])
async def test_options_that_is_no_preflight_is_405_as_before(world: World, headers: dict[str, str]) -> None:
    answer = await world.http.request("OPTIONS", "/api/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "Origin" in words(answer.headers, "vary")


@pytest.mark.parametrize("path", paths())
async def test_a_page_can_read_what_every_address_answers(world: World, path: str) -> None:
    order = world.orders.add(*LIFE)
    answer = await world.http.get(path.replace(ORDER_ID, str(order)), headers={"origin": PAGE})
    readable(answer)
    for stranger in (EVIL, "null", "https://localhost:5173", "http://localhost:5173/", "http://localhost.evil.example"):
        unreadable(await world.http.get(path, headers={"origin": stranger}))
    nobody = await world.http.get(path)
    assert nobody.status_code == (await world.http.get(path, headers={"origin": EVIL})).status_code
    unreadable(nobody)


async def test_a_page_can_read_its_problems(world: World) -> None:
    order = world.orders.add(*LIFE)
    tag = (await world.http.get(f"/api/orders/{order}")).headers["etag"]
    cases: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
        (202, "POST", EXECUTE, {"json": GOOD}),
        (304, "GET", f"/api/orders/{order}", {"headers": {"if-none-match": tag}}),
        (400, "POST", EXECUTE, {"content": b"{", "headers": {"content-type": "application/json"}}),
        (404, "GET", f"/api/orders/{ORDER_ID}", {}),
        (404, "POST", "/nothing", {"json": {}}),
        (405, "PUT", "/api/orders", {"json": {}}),
        (409, "DELETE", f"/api/orders/{order}", {}),
        (413, "POST", EXECUTE, {"content": b" " * 20_000, "headers": {"content-type": "application/json"}}),
        (415, "POST", EXECUTE, {"content": b"{}", "headers": {"content-type": "text/plain"}}),
        (422, "POST", EXECUTE, {"json": {}}),
        (422, "GET", "/api/orders?nonsense=1", {}),
        (426, "GET", "/api/stream", {}),
    )
    for status, method, path, more in cases:
        headers = {"origin": PAGE, **more.pop("headers", {})}
        answer = await world.http.request(method, path, headers=headers, **more)
        assert answer.status_code == status, (method, path)
        readable(answer)


async def test_a_page_can_read_a_crash_and_an_outage(open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ValueError("the secret")

    world = await open_world()
    monkeypatch.setattr("gateway.orders.orders.read_order", crash)
    crashed = await world.http.post(EXECUTE, json=GOOD, headers={"origin": PAGE})
    monkeypatch.undo()
    await world.orders.stop()
    away = await world.http.post(EXECUTE, json=GOOD, headers={"origin": PAGE})
    assert (crashed.status_code, away.status_code) == (500, 503)
    assert int(away.headers["retry-after"]) >= 1
    readable(crashed)
    readable(away)


async def test_a_page_can_read_what_its_key_and_its_limits_refuse(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", redis_url=redis_url, allowed_origins=PAGE, rate_limit_submits="1/hour")
    headers = {"origin": PAGE, **bearer(world.accounts.make_key("alice"))}
    unknown = await world.http.post(EXECUTE, json=GOOD, headers={"origin": PAGE})
    taken, again = [await world.http.post(EXECUTE, json=GOOD, headers=headers) for _ in range(2)]
    forbidden = await world.http.get("/api/accounts/bob", headers=headers)
    assert [answer.status_code for answer in (unknown, taken, again, forbidden)] == [401, 202, 429, 403]
    assert {"retry-after", "ratelimit", "ratelimit-policy"} <= again.headers.keys()
    for answer in (unknown, taken, again, forbidden):
        readable(answer)


async def test_a_page_follows_an_order_by_server_sent_events(world: World) -> None:
    order = world.orders.add(*LIFE)
    url, headers = f"/api/orders/{order}/events", {"accept": "text/event-stream"}
    async with world.http.stream("GET", url, headers=headers | {"origin": PAGE}) as answer:
        readable(answer)
        assert answer.headers["content-type"].startswith("text/event-stream")
    finished = await world.http.get(url, headers=headers | {"origin": PAGE, "last-event-id": str(len(LIFE))})
    assert finished.status_code == 204
    readable(finished)
    async with world.http.stream("GET", url, headers=headers | {"origin": EVIL}) as answer:
        unreadable(answer)


async def raw(port: int, request: bytes) -> httpx.Response:
    """Send bytes that no client library would send, and return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(20):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    first, *lines = head.decode().split("\r\n")
    told = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return httpx.Response(int(first.split()[1]), headers=told, content=body)


async def test_a_page_can_read_what_is_refused_before_any_route(open_world: OpenWorld) -> None:
    world = await open_world(connections_max=3)
    head = f"GET /health HTTP/1.1\r\nhost: localhost\r\norigin: {PAGE}\r\naccept: */*\r\n".encode()
    long = await raw(world.port, head + b"x-long: " + b"a" * 17_000 + b"\r\n\r\n")
    bad = await raw(world.port, head + b"x y: 1\r\n\r\n")
    idle = [await asyncio.open_connection("127.0.0.1", world.port) for _ in range(3)]
    many = await raw(world.port, head + b"\r\n")
    for _, writer in idle:
        writer.close()

    assert [(answer.status_code, answer.json()["code"]) for answer in (long, bad, many)] == [
        (400, "malformed_request"),
        (400, "malformed_request"),
        (429, "overloaded"),
    ]
    for answer in (long, bad, many):
        readable(answer)
    unreadable(await raw(world.port, b"NONSENSE\r\n\r\n"))
    unreadable(await raw(world.port, head.replace(PAGE.encode(), EVIL.encode()) + b"x y: 1\r\n\r\n"))


CHANGES = (
    ("POST", EXECUTE),
    ("POST", "/api/orders/batch"),
    ("POST", "/api/quotes"),
    ("DELETE", f"/api/orders/{ORDER_ID}"),
    ("PATCH", "/api/accounts/default"),
    ("POST", "/api/ws-ticket"),
    ("PUT", "/api/orders"),
    ("POST", "/nothing"),
)


@pytest.mark.parametrize("origin", [EVIL, "null", "file://", "https://localhost:5173", "http://localhost:5173/", "x"])
async def test_a_page_of_another_origin_changes_nothing(world: World, origin: str) -> None:
    for method, path in CHANGES:
        for media in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            headers = {"origin": origin, "content-type": media}
            answer = await world.http.request(method, path, content=json.dumps(GOOD), headers=headers)
            # Before its method, its address, its key, its media type and its body are looked at.
            refused(answer, 403, "origin_refused", "ALLOWED_ORIGINS" if origin.startswith(("https", "null")) else "")
            unreadable(answer)
    assert not world.orders.orders


async def test_an_unlisted_page_is_refused_before_its_key_is_looked_at(keyed: World) -> None:
    key = bearer(keyed.accounts.make_key("alice"))
    for headers in ({}, key, {"authorization": "Bearer wrong"}):
        answer = await keyed.http.post(EXECUTE, json=GOOD, headers={"origin": PAGE, **headers})
        refused(answer, 403, "origin_refused", f"add {PAGE} to ALLOWED_ORIGINS")
    own = await keyed.http.post(EXECUTE, json=GOOD, headers={"origin": f"http://127.0.0.1:{keyed.port}", **key})
    assert own.status_code == 202


SOCKETS = ("/api/stream", "/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}")


@pytest.mark.parametrize("path", SOCKETS)
async def test_the_same_pages_may_open_sockets(world: World, open_world: OpenWorld, path: str) -> None:
    for origin in (PAGE, "http://127.0.0.1:1", "http://[::1]:8080", "http://localhost"):
        async with world.socket(path.format(id=world.orders.add(*LIFE[:1])), origin=origin):
            pass
    for origin in (EVIL, "null", "file://", "https://localhost:5173"):
        with pytest.raises(websockets.InvalidStatus) as error:
            async with world.socket(path.format(id=world.orders.add(*LIFE[:1])), origin=origin):
                pass
        assert error.value.response.status_code == 403
    listing = await open_world(allowed_origins="null, file://, tauri://, https://*.app.example")
    for origin in ("null", "file://", "tauri://localhost", "https://eu.app.example"):
        async with listing.socket(path.format(id=listing.orders.add(*LIFE[:1])), origin=origin):
            pass
        readable(await listing.http.post(EXECUTE, json=GOOD, headers={"origin": origin}), origin)
    with pytest.raises(websockets.InvalidStatus):
        # A list stands in the place of the usual one.
        await listing.socket(path.format(id=listing.orders.add(*LIFE[:1])), origin=PAGE)


async def test_a_star_lets_every_page_in(open_world: OpenWorld) -> None:
    world = await open_world(allowed_origins="*")
    answer = await world.http.post(EXECUTE, json=GOOD, headers={"origin": EVIL})
    assert answer.status_code == 202
    readable(answer, "*")
    asked = await world.http.request("OPTIONS", EXECUTE, headers=preflight(EVIL))
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    async with world.socket("/api/stream", origin=EVIL):
        pass


@pytest.mark.parametrize("path", paths())
async def test_a_name_that_is_not_ours_is_refused_at_every_address(world: World, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        headers = {"host": "evil.example:3000", "origin": "http://evil.example:3000"}
        refused(await world.http.request(method, path, headers=headers), 421, "host_refused", "ALLOWED_HOSTS")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "0.0.0.0:3000", "a b"])
async def test_no_name_but_ours_is_taken(world: World, host: str) -> None:
    answer = await world.http.post(EXECUTE, json=GOOD, headers={"host": host, "origin": f"http://{host}"})
    refused(answer, 421, "host_refused", "Host")
    asked = preflight(f"http://{host}", host=host)
    assert (await world.http.request("OPTIONS", EXECUTE, headers=asked)).status_code == 421
    with pytest.raises(websockets.InvalidStatus) as error:
        await world.socket("/api/stream", additional_headers={"host": host})
    assert error.value.response.status_code == 421
    assert not world.orders.orders


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:3000", "trade.localhost:3000", "LOCALHOST"])
async def test_loopback_has_several_names(world: World, host: str) -> None:
    assert (await world.http.post(EXECUTE, json=GOOD, headers={"host": host})).status_code == 202


async def test_a_gateway_for_others_is_reached_by_any_name_until_names_are_listed(open_world: OpenWorld) -> None:
    public = await open_world(host="0.0.0.0", auth="off")
    for path in ("/livez", "/readyz", "/metrics", "/api/orders"):
        assert (await public.http.get(path, headers={"host": "10.244.0.7:3000"})).status_code == 200
    listing = await open_world(host="0.0.0.0", auth="off", allowed_hosts="dex.example, *.dex.example")
    for host in ("dex.example", "eu.dex.example:443", f"127.0.0.1:{listing.port}"):
        assert (await listing.http.get("/readyz", headers={"host": host})).status_code == 200
    answer = await listing.http.get("/readyz", headers={"host": "evil.example"})
    refused(answer, 421, "host_refused", "add evil.example to ALLOWED_HOSTS")


async def test_behind_a_proxy_both_names_must_be_ours(open_world: OpenWorld) -> None:
    world = await open_world(trusted_proxies="127.0.0.1", allowed_hosts="dex.example")
    for host, forwarded, status in (
        ("localhost", "dex.example", 202),
        ("dex.example", "dex.example", 202),
        ("localhost", "evil.example", 421),
        ("evil.example", "localhost", 421),
    ):
        headers = {"host": host, "x-forwarded-host": forwarded, "origin": f"https://{forwarded}"}
        assert (await world.http.post(EXECUTE, json=GOOD, headers=headers)).status_code == status
