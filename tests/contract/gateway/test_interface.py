"""What every address does alike: request ids, strict queries, slashes, nulls, forms of an answer, compression."""

import gzip
import json
import sys
from typing import Any

import brotli
import httpx
import pytest
import websockets

from gateway.documents.endpoints import ENDPOINTS
from gateway.documents.openapi_operations import OPERATIONS
from gateway.orders.listing import PAGE_SIZE, PAGE_SIZE_MAX
from servicekit.field_codes import FIELD_CODES
from tests.contract.gateway.conftest import World
from tests.contract.gateway.fake_orders import LIFE
from tests.unit.gateway.corpus import GOOD

if sys.version_info >= (3, 14):
    from compression.zstd import decompress as unzstd
else:
    import zstandard

    def unzstd(raw: bytes) -> bytes:
        with zstandard.ZstdDecompressor().stream_reader(raw) as reader:
            return bytes(reader.read())


pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS = "/api/orders"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/livez"), ("GET", "/nothing"), ("POST", "/api/orders"), ("PUT", "/api/orders"), ("GET", "/docs")],
)
async def test_every_answer_has_a_request_id_and_takes_over_the_clients(world: World, method: str, path: str) -> None:
    own = await world.http.request(method, path)
    given = await world.http.request(method, path, headers={"x-request-id": "job-17/attempt:2"})
    odd = await world.http.request(method, path, headers={"x-request-id": "two words"})

    assert len(own.headers["x-request-id"]) == 32
    assert given.headers["x-request-id"] == "job-17/attempt:2"
    assert len(odd.headers["x-request-id"]) == 32
    if own.status_code >= 400:
        assert own.json()["traceId"] == own.headers["x-request-id"]


async def test_sockets_and_streams_and_refused_bytes_have_one_too(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    async with world.socket(f"{ORDERS}/{order_id}/events", additional_headers={"x-request-id": "mine"}) as socket:
        assert socket.response is not None
        assert socket.response.headers["x-request-id"] == "mine"
    events = await world.http.get(f"{ORDERS}/{order_id}/events", headers={"accept": "text/event-stream"})
    assert len(events.headers["x-request-id"]) == 32
    refused = await world.http.get("/livez", headers={"x-long": "a" * 17_000})
    assert refused.headers["x-request-id"] == refused.json()["traceId"]


async def test_a_parameter_that_an_address_does_not_know_is_refused_with_the_nearest(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    for endpoint in ENDPOINTS:
        if endpoint.query is None or endpoint.method == "WEBSOCKET":
            continue
        path = endpoint.path.replace("{order_id}", order_id).replace("{account}", "a").replace("{code}", "no_route")
        answer = await world.http.request(endpoint.method, f"{path}?nonsense=1", json=GOOD)
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["pointer"], error["code"]) == (422, "?nonsense", "unknown_field"), path
    near = await world.http.get(f"{ORDERS}?pagesize=5")
    assert "Did you mean pageSize?" in near.json()["detail"]
    for path in (f"{ORDERS}/{order_id}/events?afetr=1", "/api/stream?after=1"):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with world.socket(path):
                pass
        assert refused.value.response.status_code == 422


@pytest.mark.parametrize("path", ["/livez?t=1", "/metrics?t=1", "/docs?v=2", "/problems/no_route?lang=en"])
async def test_what_probes_and_pages_add_is_passed_over(world: World, path: str) -> None:
    assert (await world.http.get(path)).status_code == 200


async def test_what_the_documents_say_of_parameters_is_what_is_taken() -> None:
    for operation in OPERATIONS:
        described = tuple(parameter.name for parameter in operation.parameters if parameter.place == "query")
        if operation.endpoint.query is not None:
            assert described == tuple(operation.endpoint.query), operation.name


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/tokens/"), ("GET", "/docs//"), ("POST", "/api/orders/")])
async def test_a_slash_too_many_is_one_redirect(world: World, method: str, path: str) -> None:
    answer = await world.http.request(method, f"{path}?", json=GOOD)

    assert (answer.status_code, answer.headers["location"]) == (308, path.rstrip("/"))
    followed = await world.http.request(method, path, json=GOOD, follow_redirects=True)
    assert followed.status_code in (200, 202)


async def test_a_slash_behind_nothing_is_not_found(world: World) -> None:
    assert (await world.http.get("/nothing/")).status_code == 404
    assert (await world.http.get("/api/tokens/?token=SOL")).headers["location"] == "/api/tokens?token=SOL"


async def test_an_id_without_dashes_is_told_with_them(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    for path in ("", "/events", "/explain"):
        answer = await world.http.get(f"{ORDERS}/{order_id.replace('-', '')}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
        assert answer.json()["detail"] == f"Ids of orders have dashes: ask for {order_id}."


async def test_an_order_can_be_posted_to_the_collection(world: World) -> None:
    headers = {"idempotency-key": "same"}
    one = await world.http.post(ORDERS, json=GOOD, headers=headers)
    two = await world.http.post(f"{ORDERS}/execute", json=GOOD, headers=headers)

    assert (one.status_code, two.status_code) == (202, 202)
    assert one.content == two.content
    assert two.headers["idempotent-replayed"] == "true"


async def test_null_counts_as_left_out(world: World) -> None:
    nulls: dict[str, Any] = dict.fromkeys(("slippageBps", "slippage", "clientOrderId", "venues", "inputToken", "type"))
    headers = {"idempotency-key": "nulls"}
    one = await world.http.post(ORDERS, json=GOOD | nulls, headers=headers)
    two = await world.http.post(ORDERS, json=GOOD, headers=headers)

    assert (one.status_code, two.status_code) == (202, 202)
    assert one.content == two.content


async def test_a_page_that_is_too_large_is_lowered_and_says_so(world: World) -> None:
    for asked, given in (
        ("", PAGE_SIZE),
        ("?pageSize=7", 7),
        ("?pageSize=501", PAGE_SIZE_MAX),
        ("?pageSize=" + "9" * 50, PAGE_SIZE_MAX),
    ):
        answer = await world.http.get(f"{ORDERS}{asked}")
        assert (answer.status_code, answer.json()["pageSize"]) == (200, given)
        assert world.orders.listed.page_size == given


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("application/json;q=0.5, TEXT/HTML;q=0.9", "text/html"),
        ("text/html;q=0", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "application/json"),
        ("", "application/json"),
        ("text/html;;;/,,q", "application/json"),
    ],
)
async def test_a_problems_page_comes_in_the_form_that_is_liked_best(world: World, accept: str, media: str) -> None:
    answer = await world.http.get("/problems/invalid_order", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/event-stream", "text/event-stream"),
        ("application/json, text/event-stream", "text/event-stream"),
        ("application/json, text/event-stream;q=0.5", "application/json"),
        ("text/event-stream;q=0", "application/json"),
        ("*/*", "application/json"),
    ],
)
async def test_events_come_in_the_form_that_is_liked_best(world: World, accept: str, media: str) -> None:
    order_id = world.orders.add(*LIFE)
    answer = await world.http.get(f"{ORDERS}/{order_id}/events", headers={"accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media


async def test_the_table_of_errors_has_the_codes_of_fields(world: World) -> None:
    table = (await world.http.get("/api/meta/errors")).json()
    assert [row["code"] for row in table["fieldCodes"]] == list(FIELD_CODES)
    page = (await world.http.get("/problems/invalid_order", headers={"accept": "text/html"})).text
    assert all(f"<code>{code}</code>" in page for code in FIELD_CODES)
    for heading in ("What it means", "What to do", "May the request be sent again?", "Example"):
        assert f"<h2>{heading}</h2>" in page


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_long_answer_is_compressed_as_the_client_can_read_it(world: World, encoding: str) -> None:
    plain = await world.http.get("/openapi.json", headers={"accept-encoding": "identity"})
    async with world.http.stream("GET", "/openapi.json", headers={"accept-encoding": encoding}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert len(raw) < len(plain.content) / 4
    assert _decoded(encoding, raw) == plain.content


async def test_short_answers_problems_and_events_are_not_compressed(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    stream = {"accept": "text/event-stream"}
    for path, headers in (("/livez", {}), ("/nothing", {}), (f"{ORDERS}/{order_id}/events", stream)):
        answer = await world.http.get(path, headers={"accept-encoding": "gzip", **headers})
        assert "content-encoding" not in answer.headers, path
    refused = httpx.Headers({"accept-encoding": "gzip;q=0, br;q=0"})
    assert "content-encoding" not in (await world.http.get("/openapi.json", headers=refused)).headers


def _decoded(encoding: str, raw: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(raw)
    if encoding == "br":
        return bytes(brotli.decompress(raw))
    return unzstd(raw)


async def test_amounts_survive_compression(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    answer = await world.http.get(f"{ORDERS}/{order_id}/events", headers={"accept-encoding": "gzip"})
    assert json.loads(answer.text)["events"][2]["details"]["amountOut"]
    assert "123456789012.123456789" in answer.text
