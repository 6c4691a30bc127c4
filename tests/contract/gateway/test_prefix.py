"""Behind a proxy that strips a prefix from paths, every address that the gateway names leads back through it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest
import websockets

from tests.contract.gateway.conftest import OpenWorld, World
from tests.contract.gateway.fake_orders import LIFE
from tests.unit.gateway.corpus import GOOD
from tradewind_client import Tradewind

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREFIX: Final = "/desk/orders"
BELIEVED: Final = {"trusted_proxies": "127.0.0.0/8"}


@asynccontextmanager
async def stripping_proxy(gateway_port: int, *, says_prefix: bool) -> AsyncIterator[str]:
    """Yield the URL of a proxy that serves the gateway below PREFIX, and nothing else: one request a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, rest = head.split(b" ", 2)
        if not target.startswith(PREFIX.encode() + b"/"):
            writer.write(b"HTTP/1.1 404 Outside\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            writer.close()
            return
        version, headers = rest.split(b"\r\n", 1)
        added = [b"x-forwarded-prefix: " + PREFIX.encode()] if says_prefix else []
        if b"upgrade: websocket" not in headers.lower():
            headers = re.sub(rb"(?im)^connection:.*\r\n", b"", headers)
            added.append(b"connection: close")
        inner, outer = await asyncio.open_connection("127.0.0.1", gateway_port)
        first = b" ".join([method, target.removeprefix(PREFIX.encode()), version])
        outer.write(b"\r\n".join([first, *added, headers]))
        await asyncio.gather(_pipe(reader, outer), _pipe(inner, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()


@pytest.mark.parametrize("says_prefix", [True, False], ids=["header", "setting"])
async def test_every_address_leads_back_through_the_proxy(open_world: OpenWorld, says_prefix: bool) -> None:
    world = await open_world(**(BELIEVED if says_prefix else {"path_prefix": PREFIX}))
    async with (
        stripping_proxy(world.port, says_prefix=says_prefix) as origin,
        httpx.AsyncClient(base_url=origin, timeout=30) as outside,
    ):
        taken = await outside.post(f"{PREFIX}/api/orders/execute", json=GOOD)
        order = taken.json()
        links = order["links"]
        assert taken.headers["location"] == links["self"] == f"{PREFIX}/api/orders/{order['orderId']}"
        for path in (links["self"], links["events"]):
            assert (await outside.get(path)).status_code == 200
        for status, details in LIFE[1:]:
            world.orders.happen(order["orderId"], status, details)
        for url in (links["stream"], order["wsUpgrade"]):
            async with websockets.connect(url) as socket:
                assert order["orderId"] in str(await socket.recv())

        await outside.post(f"{PREFIX}/api/orders/execute", json=GOOD)
        page = await outside.get(f"{PREFIX}/api/orders?pageSize=1")
        assert (await outside.get(page.links["next"]["url"])).status_code == 200

        problem = (await outside.get(f"{PREFIX}/api/orders/none")).json()
        assert problem["instance"] == f"{PREFIX}/api/orders/none"
        assert (await outside.get(problem["type"])).json()["type"] == problem["type"]
        table = (await outside.get(f"{PREFIX}/api/meta/errors")).json()["errors"]
        assert (await outside.get(table[-1]["type"])).status_code == 200

        document = (await outside.get(f"{PREFIX}/openapi.json")).json()
        assert [server["url"] for server in document["servers"]] == [PREFIX]
        await _every_file_of_the_docs_comes(outside)


async def _every_file_of_the_docs_comes(outside: httpx.AsyncClient) -> None:
    page = await outside.get(f"{PREFIX}/docs")
    named = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    script = await outside.get(page.url.join("docs/docs.js"))
    # A script names paths relative to its page.
    named += re.findall(r'url: "([^"]+)"', script.text)
    assert len(named) == 6
    for path in named:
        assert (await outside.get(page.url.join(path))).status_code == 200, path


async def test_our_client_needs_only_the_whole_address(open_world: OpenWorld) -> None:
    world = await open_world(**BELIEVED)
    async with (
        stripping_proxy(world.port, says_prefix=True) as origin,
        Tradewind(f"{origin}{PREFIX}") as client,
    ):
        submitted = await client.submit(GOOD)
        for status, details in LIFE[1:]:
            world.orders.happen(submitted.order_id, status, details)
        assert [event.status async for event in client.watch(submitted.order_id)] == [status for status, _ in LIFE]


async def test_nobody_else_sets_the_prefix(world: World) -> None:
    answer = await world.http.post("/api/orders/execute", json=GOOD, headers={"x-forwarded-prefix": PREFIX})
    assert answer.headers["location"] == f"/api/orders/{answer.json()['orderId']}"


@pytest.mark.parametrize("request_bytes", [b"NONSENSE\r\n\r\n", b"GET /api/stream HTTP/1.1\r\nupgrade: websocket\r\n"])
async def test_what_no_route_sees_is_refused_below_the_settings_prefix(
    open_world: OpenWorld, request_bytes: bytes
) -> None:
    world = await open_world(path_prefix=PREFIX)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(request_bytes + b"host: x\r\nconnection: upgrade\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert f'"type":"{PREFIX}/problems/malformed_request"'.encode() in answer
