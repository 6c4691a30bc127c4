"""What is refused, with which status, and what the client is told."""

import json
from typing import Any

import httpx
import pytest
import websockets

from servicekit.errors import ERRORS
from tests.contract.gateway.conftest import OpenWorld, World
from tests.unit.gateway.corpus import GOOD, INVALID, MALFORMED

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "/api/orders/execute"
JSON = {"content-type": "application/json"}


async def test_an_invalid_order_is_told_everything_that_is_wrong(world: World) -> None:
    for body, violations in INVALID.values():
        answer = await world.http.post(URL, content=json.dumps(body), headers=JSON)

        problem = expect(answer, 422, "invalid_order")
        assert sorted((v["pointer"], v["code"]) for v in problem["errors"]) == sorted(violations)
        assert all(v["detail"] for v in problem["errors"])
    assert not world.orders.orders


async def test_an_unknown_field_is_told_its_nearest_neighbour(world: World) -> None:
    answer = await world.http.post(URL, json=GOOD | {"slipageBps": 50})

    assert "slippageBps" in answer.json()["errors"][0]["detail"]


async def test_thousands_of_mistakes_are_told_in_few_words(world: World) -> None:
    answer = await world.http.post(URL, json={f"f{n}": 0 for n in range(1500)})

    assert len(expect(answer, 422, "invalid_order")["errors"]) < 50


async def test_what_is_not_a_json_object_is_400(world: World) -> None:
    for body in MALFORMED.values():
        expect(await world.http.post(URL, content=body, headers=JSON), 400, "malformed_request")


@pytest.mark.parametrize("size", [16_385, 10_000_000])
async def test_a_large_body_is_413_and_the_connection_lives_on(world: World, size: int) -> None:
    answer = await world.http.post(URL, content=b" " * size, headers=JSON)
    expect(answer, 413, "body_too_large")
    expect(await world.http.post(URL, content=_chunks(size), headers=JSON), 413, "body_too_large")

    assert (await world.http.post(URL, json=GOOD)).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_other_media_are_415(world: World, headers: dict[str, str]) -> None:
    expect(await world.http.post(URL, content=b"{}", headers=headers), 415, "unsupported_media_type")


async def test_json_with_a_charset_is_json(world: World) -> None:
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}

    assert (await world.http.post(URL, content=json.dumps(GOOD), headers=headers)).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/orders/execute", 426, "upgrade_required"),
        ("GET", "/ws/orders/x", 426, "upgrade_required"),
        ("GET", "/api/orders/status/x", 426, "upgrade_required"),
        ("GET", "/api/orders/nonsense", 404, "order_not_found"),
        ("GET", "/api/orders/01890000-0000-7000-8000-000000000000", 404, "order_not_found"),
        ("GET", "/api/orders/01890000-0000-7000-8000-000000000000/events", 404, "order_not_found"),
        ("DELETE", "/api/orders/01890000-0000-7000-8000-000000000000", 404, "order_not_found"),
        ("PUT", "/api/orders/execute", 405, "method_not_allowed"),
        ("GET", "/problems/no_such_code", 404, "not_found"),
    ],
)
async def test_other_refusals_are_problems_too(world: World, method: str, path: str, status: int, code: str) -> None:
    expect(await world.http.request(method, path), status, code)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/health", "/health"),
        ("/healthz", "/healthz"),
        ("/livez", "/livez"),
        ("/api/stream", "/api/stream"),
        ("/api/orders/execute", "/api/orders/execute"),
        ("/ws/orders/x", "/ws/orders/{order_id}"),
    ],
)
async def test_what_answers_at_several_paths_counts_for_each(world: World, path: str, route: str) -> None:
    before = await answers_of(world, route)
    await world.http.get(path)
    assert await answers_of(world, route) == before + 1


async def test_a_refused_upgrade_counts_for_its_path(world: World) -> None:
    before = await answers_of(world, "/ws/orders/{order_id}")
    with pytest.raises(websockets.InvalidStatus):
        async with world.socket("/ws/orders/x"):
            pass
    assert await answers_of(world, "/ws/orders/{order_id}") == before + 1


async def answers_of(world: World, route: str) -> int:
    """Return how many answers to GET the page of metrics shows for a route."""
    name = f'tradewind_http_seconds_count{{method="GET",route="{route}"}} '
    page = (await world.http.get("/metrics")).text.splitlines()
    return sum(int(float(line.removeprefix(name))) for line in page if line.startswith(name))


async def test_405_lists_every_method_of_the_address(world: World) -> None:
    order_id = world.orders.add()
    answer = await world.http.post(f"/api/orders/{order_id}")

    assert answer.headers["allow"] == "DELETE, GET, HEAD"


async def test_a_crash_is_500_without_a_word_of_what_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ValueError("the secret")

    monkeypatch.setattr("gateway.orders.orders.read_order", crash)
    answer = await world.http.post(URL, json=GOOD)

    expect(answer, 500, "internal")
    assert "secret" not in answer.text


async def test_a_body_that_never_comes_is_not_waited_for(open_world: OpenWorld) -> None:
    world = await open_world(body_read_seconds=0.1)
    reader, writer = await _connect(world)
    writer.write(b"POST /api/orders/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
    writer.write(b"content-length: 100\r\n\r\n{")

    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_headers_that_never_end_are_not_waited_for(open_world: OpenWorld) -> None:
    world = await open_world(header_read_seconds=0.1)
    reader, writer = await _connect(world)
    writer.write(b"GET /health HTTP/1.1\r\nhost: localhost\r\nx-a: ")

    assert await reader.read() == b""
    writer.close()


async def test_headers_beyond_the_limit_are_refused(world: World) -> None:
    answer = await world.http.get("/health", headers={"x-long": "a" * 17_000})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_what_is_not_http_is_a_problem_too(world: World) -> None:
    reader, writer = await _connect(world)
    writer.write(b"NONSENSE\r\n\r\n")
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer


def expect(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check the problem document and return it."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    row = ERRORS[code.upper()]
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert (problem["status"], problem["title"]) == (status, row.title)
    assert problem["instance"] == answer.request.url.path
    assert problem["retryable"] is (row.kind == "unavailable")
    assert len(problem["traceId"]) == 32
    return problem


async def _chunks(size: int) -> Any:
    for _ in range(-(-size // 10_000)):
        yield b" " * 10_000


async def _connect(world: World) -> Any:
    import asyncio

    return await asyncio.open_connection("127.0.0.1", world.port)
