"""Real pages in Chromium, on another origin than the gateway's: they trade where they may, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.gateways import gateway_beside, make_key
from tests.browser.sites import SITE
from tests.stack import REPOSITORY, Stack

ORDER = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5", "slippageBps": 100}
EXECUTE = "/api/orders/execute"
LOCAL = ("http://127.0.0.1:{}", "http://localhost:{}")
FILE = (SITE / "index.html").as_uri()
CLOSED_UNOPENED = {"opened": False, "code": 1006, "frames": []}
KEYED_ORIGINS = "http://app.example:*,http://*.shop.example:*,null,file://"
PING = [{"op": "ping"}]
REFUSED = (403, "origin_refused")


@pytest.fixture(scope="module")
def keyed(stack: Stack) -> Iterator[str]:
    """A gateway that asks for keys, limits rates, and lists the origins of pages that others serve."""
    with gateway_beside(stack, AUTH="on", ALLOWED_ORIGINS=KEYED_ORIGINS, RATE_LIMIT_SUBMITS="3/minute") as url:
        yield url


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    return make_key(stack, "pages")


def ask(page: Page, gateway: str, method: str, path: str, body: Any = None, headers: Any = None) -> dict[str, Any]:
    """Send a request from the page's script."""
    script = "([gateway, method, path, body, headers]) => ask(gateway, method, path, body ?? undefined, headers ?? {})"
    answer: dict[str, Any] = page.evaluate(script, [gateway, method, path, body, headers])
    return answer


def listen(page: Page, gateway: str, order_id: str) -> list[dict[str, Any]]:
    """Follow an order by server-sent events until nothing more comes."""
    events: list[dict[str, Any]] = page.evaluate("([gateway, id]) => listen(gateway, id)", [gateway, order_id])
    return events


def follow(page: Page, gateway: str, path: str, said: Any = (), **options: Any) -> dict[str, Any]:
    """Follow a WebSocket until it closes."""
    script = "([gateway, path, said, options]) => follow(gateway, path, said, options)"
    seen: dict[str, Any] = page.evaluate(script, [gateway, path, list(said), options])
    return seen


def how_many(gateway: str) -> int:
    """Return how many orders there are."""
    page = httpx.get(f"{gateway}/api/orders", params={"pageSize": 100}, trust_env=False).json()
    assert "nextPageToken" not in page or page["nextPageToken"] is None
    return len(page["orders"])


@pytest.mark.parametrize("origin", LOCAL)
def test_a_page_on_another_port_trades(stack: Stack, site_port: int, open_page: OpenPage, origin: str) -> None:
    page = open_page(origin.format(site_port))
    headers = {"Idempotency-Key": f"page-{origin}"}
    taken, repeated = (ask(page, stack.url, "POST", EXECUTE, ORDER, headers) for _ in range(2))

    order_id = taken["document"]["orderId"]
    assert (taken["status"], taken["headers"]["location"]) == (202, f"/api/orders/{order_id}")
    assert repeated["document"]["orderId"] == order_id
    assert repeated["headers"]["idempotent-replayed"] == "true"
    events = listen(page, stack.url, order_id)
    assert [event["status"] for event in events][:: len(events) - 1] == ["pending", "confirmed"]
    assert [event["id"] for event in events] == [str(number) for number in range(1, len(events) + 1)]
    socket = follow(page, stack.url, f"/api/orders/{order_id}/events")
    assert (socket["opened"], socket["code"]) == (True, 1000)
    assert [frame["sequence"] for frame in socket["frames"]] == [event["sequence"] for event in events]
    subscribe = {"op": "subscribe", "orderIds": [order_id]}
    many = follow(page, stack.url, "/api/stream", [subscribe], until="ended")
    assert many["frames"][0]["op"] == "subscribed"
    assert many["frames"][1:-1] == socket["frames"]


def test_the_documented_page_trades(stack: Stack, site_port: int, open_page: OpenPage) -> None:
    """The example of docs/api.md, word for word but for the gateway's address."""
    section = (REPOSITORY / "docs/api.md").read_text().partition("## Pages in browsers")[2]
    example = section.partition("```js\n")[2].partition("```")[0]
    assert "http://localhost:3000" in example
    page = open_page(f"http://localhost:{site_port}")
    script = f"""async () => {{
        {example.replace("http://localhost:3000", stack.url)}
        while (events.readyState !== EventSource.CLOSED) await new Promise((resolve) => setTimeout(resolve, 20));
        return [orderId, answer.headers.get("Location")];
    }}"""

    order_id, location = page.evaluate(script)

    assert location == f"/api/orders/{order_id}"
    assert httpx.get(stack.url + location, trust_env=False).json()["status"] == "confirmed"


def test_a_page_takes_an_order_back(stack: Stack, site_port: int, open_page: OpenPage) -> None:
    page = open_page(f"http://localhost:{site_port}")
    order_id = ask(page, stack.url, "POST", EXECUTE, {**ORDER, "scenario": "fail_always"})["document"]["orderId"]

    answer = page.evaluate("([gateway, id]) => takeBack(gateway, id)", [stack.url, order_id])

    assert (answer["status"], answer["document"]["status"]) == (202, "cancelled")
    assert listen(page, stack.url, order_id)[-1]["status"] == "cancelled"


def test_a_page_reads_versions_and_every_problem(stack: Stack, site_port: int, open_page: OpenPage) -> None:
    page = open_page(f"http://localhost:{site_port}")
    order_id = ask(page, stack.url, "POST", EXECUTE, ORDER)["document"]["orderId"]
    listen(page, stack.url, order_id)
    url = f"/api/orders/{order_id}"
    tag = ask(page, stack.url, "GET", url)["headers"]["etag"]
    # The browser answers its page from what it kept, so the page asks for the gateway's own word.
    script = "async ([url, tag]) => (await fetch(url, {headers: {'If-None-Match': tag}, cache: 'no-store'})).status"
    assert page.evaluate(script, [stack.url + url, tag]) == 304
    for method, path, body, status, code in (
        ("GET", "/api/nothing", None, 404, "not_found"),
        ("DELETE", "/api/orders/no-order", None, 404, "order_not_found"),
        ("PUT", url, {}, 405, "method_not_allowed"),
        ("GET", "/api/stream", None, 426, "upgrade_required"),
        ("POST", EXECUTE, {}, 422, "invalid_order"),
        ("POST", EXECUTE, {"x": "x" * 20_000}, 413, "body_too_large"),
        ("GET", "/api/orders?pageSize=many", None, 422, "invalid_request"),
    ):
        answer = ask(page, stack.url, method, path, body)
        assert (answer["status"], answer["document"]["code"]) == (status, code)
    script = "([gateway, path]) => slipIn(gateway, path, '{}')"
    assert page.evaluate(script, [stack.url, EXECUTE]) == "read 415"


@pytest.mark.parametrize("host", ["app.example", "a.shop.example"])
def test_a_listed_page_trades_with_its_key(
    keyed: str, key: str, site_port: int, open_page: OpenPage, host: str
) -> None:
    page = open_page(f"http://{host}:{site_port}")
    unknown = ask(page, keyed, "POST", EXECUTE, ORDER)
    assert (unknown["status"], unknown["headers"]["www-authenticate"]) == (401, "Bearer")
    shown = {"Authorization": f"Bearer {key}"}
    answers = [ask(page, keyed, "POST", EXECUTE, ORDER, shown | {"Idempotency-Key": host}) for _ in range(4)]
    assert '"submits";q=3;w=60' in answers[0]["headers"]["ratelimit-policy"]
    assert answers[-1]["status"] == 429
    assert 0 < int(answers[-1]["headers"]["retry-after"]) <= 60
    assert '"submits";r=0' in answers[-1]["headers"]["ratelimit"]
    ticket = ask(page, keyed, "POST", "/api/ws-ticket", headers={"X-API-Key": key})["document"]["ticket"]
    offered = ["tradewind.v1", f"tradewind.ticket.{ticket}"]
    many = follow(page, keyed, "/api/stream", PING, until="pong", protocols=offered)
    assert (many["opened"], many["frames"]) == (True, [{"op": "pong"}])


def test_a_file_can_be_listed(keyed: str, key: str, open_page: OpenPage) -> None:
    page = open_page(FILE)
    answer = ask(page, keyed, "GET", "/api/orders", headers={"Authorization": f"Bearer {key}"})
    assert answer["status"] == 200
    ticket = ask(page, keyed, "POST", "/api/ws-ticket", headers={"X-API-Key": key})["document"]["ticket"]
    offered = ["tradewind.v1", f"tradewind.ticket.{ticket}"]
    assert follow(page, keyed, "/api/stream", PING, until="pong", protocols=offered)["opened"]


def failures(page: Page, gateway: str, order_id: str) -> dict[str, Any]:
    """Try everything from a page that may do nothing; return how each failed."""
    script = """async ([gateway, order, id]) => {
        const name = (promise) => promise.then((answer) => `done ${JSON.stringify(answer)}`, (error) => error.name);
        return {
            read: await name(ask(gateway, "GET", "/api/orders")),
            submit: await name(ask(gateway, "POST", "/api/orders/execute", order, {"Idempotency-Key": "mine"})),
            simple: await name(slipIn(gateway, "/api/orders/execute", JSON.stringify(order))),
            cancel: await name(ask(gateway, "DELETE", `/api/orders/${id}`)),
            events: await name(listen(gateway, id)),
        };
    }"""
    told: dict[str, Any] = page.evaluate(script, [gateway, ORDER, order_id])
    return told


FAILED = {"read": "TypeError", "submit": "TypeError", "cancel": "TypeError", "events": "Error"}
# The page could not read the answer to its first try, nor to the second.
SLIPPED = {"simple": 'done "TypeError"'}


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example:{}", "http://localhost.evil.example:{}", FILE],
    ids=["a name", "a look-alike", "a file"],
)
def test_a_page_of_another_origin_can_do_nothing(
    stack: Stack, site_port: int, open_page: OpenPage, origin: str
) -> None:
    order_id = httpx.post(f"{stack.url}{EXECUTE}", json=ORDER, trust_env=False).json()["orderId"]
    before = how_many(stack.url)
    page = open_page(origin.format(site_port))
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if stack.url in answer.url else None)

    assert failures(page, stack.url, order_id) == FAILED | SLIPPED
    assert follow(page, stack.url, f"/api/orders/{order_id}/events") == CLOSED_UNOPENED
    assert follow(page, stack.url, "/api/stream", PING, until="pong") == CLOSED_UNOPENED
    form = f"""() => {{
        document.body.innerHTML = `<form method="post" enctype="text/plain" action="{stack.url}{EXECUTE}"></form>`;
        document.forms[0].submit();
    }}"""
    with page.expect_navigation() as arrived:
        page.evaluate(form)

    assert arrived.value is not None
    assert (arrived.value.status, arrived.value.json()["code"]) == REFUSED
    assert "ALLOWED_ORIGINS" in arrived.value.json()["detail"]
    assert how_many(stack.url) == before
    assert statuses.count(202) == 0


@pytest.mark.parametrize("forged", [{}, {"X-Forwarded-Host": "localhost"}])
def test_a_page_whose_name_is_pointed_at_the_gateway_gets_nothing(
    stack: Stack, open_page: OpenPage, forged: dict[str, str]
) -> None:
    """DNS rebinding: a page's name leads to the gateway's address and port, so that both are of one origin."""
    before = how_many(stack.url)
    own = f"http://rebound.example:{stack.url.rpartition(':')[2]}"
    page = open_page(f"{own}/docs")
    assert page.evaluate("() => [origin, JSON.parse(document.body.innerText).code]") == [own, "host_refused"]
    # What the attacker's own server would have sent before its name led here.
    page.add_script_tag(content=(SITE / "trader.js").read_text())

    for method, path, body in (("GET", "/api/orders", None), ("POST", EXECUTE, ORDER), ("GET", "/metrics", None)):
        answer = ask(page, own, method, path, body, forged)
        assert (answer["status"], answer["document"]["code"]) == (421, "host_refused")
        assert "ALLOWED_HOSTS" in answer["document"]["detail"]
    assert follow(page, own, "/api/stream", PING, until="pong") == CLOSED_UNOPENED
    # To the address itself it is a page of another origin.
    assert page.evaluate("url => fetch(url).catch((error) => error.name)", stack.url) == "TypeError"
    assert how_many(stack.url) == before
