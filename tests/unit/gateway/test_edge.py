"""The edge: which addresses there are, which methods each takes, and what they are called in metrics."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from gateway import metrics
from gateway.access.cross_origin import CrossOrigin
from gateway.access.entrance import Edge, NamedRoute, NamedWebSocketRoute
from gateway.access.hosts import Hosts
from gateway.access.origin import Origins
from servicekit.errors import Unavailable


async def _name(request: Request) -> Response:
    return PlainTextResponse(request.path_params.get("name", "spelled out"))


class _Full:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise Unavailable("OVERLOADED")


OURS = Origins(())
EDGE = Edge(
    [
        NamedRoute("/things/all", _name, methods=["POST"]),
        NamedRoute("/things/{name}", _name, methods=["GET"]),
        NamedRoute("/things/{name}", _name, methods=["DELETE"]),
        NamedWebSocketRoute("/things/{name}/news", _Full()),
        NamedRoute("/metrics", metrics.show),
    ],
    OURS,
    CrossOrigin((), OURS),
    Hosts(None, "127.0.0.1", OURS),
)


async def ask(method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=EDGE)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
        return await client.request(method, path)


async def test_an_address_that_is_spelled_out_is_not_read_as_a_name() -> None:
    assert (await ask("POST", "/things/all")).text == "spelled out"
    for method in ("GET", "DELETE", "PUT"):
        answer = await ask(method, "/things/all")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_name_takes_the_methods_of_every_route_that_fits() -> None:
    assert (await ask("GET", "/things/one")).text == "one"
    answer = await ask("PUT", "/things/one")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD")


@pytest.mark.parametrize("path", ["/things/all%0A", "/things/one%0A", "/things", "/things/", "//things/one"])
async def test_what_only_resembles_an_address_is_404(path: str) -> None:
    assert (await ask("GET", path)).status_code == 404


async def counted(sample: str) -> float:
    """Return what the page of metrics shows."""
    page = (await ask("GET", "/metrics")).text.splitlines()
    return sum(float(line.removeprefix(sample)) for line in page if line.startswith(f"{sample} "))


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/things/all", "/things/all"),
        ("GET", "/things/one", "/things/{name}"),
        ("GET", "/nothing", "none"),
    ],
)
async def test_an_answer_counts_for_the_path_of_its_route(method: str, path: str, route: str) -> None:
    sample = f'tradewind_http_seconds_count{{method="{method}",route="{route}"}}'
    before = await counted(sample)
    await ask(method, path)
    assert await counted(sample) == before + 1


async def test_a_refused_upgrade_counts_as_an_answer() -> None:
    samples = (
        'tradewind_http_answers_total{method="GET",status="429"}',
        'tradewind_http_seconds_count{method="GET",route="/things/{name}/news"}',
    )
    before = [await counted(sample) for sample in samples]
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    await EDGE({"type": "websocket", "path": "/things/one/news", "headers": []}, receive, send)
    assert (sent[0]["type"], sent[0]["status"]) == ("websocket.http.response.start", 429)
    assert [await counted(sample) for sample in samples] == [count + 1 for count in before]
