"""What one line may cost: connections, frames, and time without reading."""

import asyncio
import errno
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
import websockets

from gateway.edge.http_protocol import TURNED_AWAY_MAX
from gateway.edge.socket_limits import CONTROL_FRAMES_PER_SECOND_MAX, PARTS_PER_SECOND_MAX
from tests.campaigns.rude.lines import PATIENT_BYTES, PING, dial, say, text, upgrade
from tests.contract.gateway.conftest import World, a_world, eventually
from tests.contract.gateway.fake_orders import LIFE
from tests.hostile.wire import frame

CONNECTIONS_MAX = 20
STALL_SECONDS = 1.0
CONTINUATION = 0


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world(connections_max=CONNECTIONS_MAX, stall_seconds=STALL_SECONDS) as world:
        yield world


async def test_connections_beyond_the_limit_are_refused_in_words(world: World) -> None:
    async with AsyncExitStack() as lines:
        # One more is the world's own.
        for _ in range(CONNECTIONS_MAX - 1):
            lines.callback((await dial(world.port)).close)
        await eventually(lambda: len(world.server.server_state.connections) == CONNECTIONS_MAX)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{world.port}") as late:
            refused = await late.get("/livez")
        assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
        assert refused.headers["retry-after"] == "1"
        # Who was there before is served.
        assert (await world.http.get("/livez")).status_code == 200
    await eventually(lambda: len(world.server.server_state.connections) == 1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{world.port}") as next_one:
        assert (await next_one.get("/livez")).status_code == 200


REQUESTS = {
    "no body": b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a body": b"POST /api/orders/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60_000,
    "a body without end": b"POST /api/orders/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nx",
    "an upgrade": (
        b"GET /api/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ),
    "another version": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n"
    ),
}


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
async def test_a_connection_too_many_hears_why_and_is_never_reset(world: World, request_bytes: bytes) -> None:
    async with AsyncExitStack() as lines:
        for _ in range(CONNECTIONS_MAX - 1):
            lines.callback((await dial(world.port)).close)
        await eventually(lambda: len(world.server.server_state.connections) == CONNECTIONS_MAX)
        for _ in range(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
            # The server has seen the connection before the request comes: a refusal at once would be lost in a reset.
            await eventually(lambda: len(world.server.server_state.connections) > CONNECTIONS_MAX)
            writer.write(request_bytes)
            async with asyncio.timeout(10):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert b"retry-after: 1" in answer
            assert answer.endswith(b"}")
            writer.close()
            await eventually(lambda: len(world.server.server_state.connections) == CONNECTIONS_MAX)


async def test_so_many_connections_that_hearing_them_costs_too_much_are_cut(world: World) -> None:
    async with AsyncExitStack() as lines:
        for _ in range(CONNECTIONS_MAX + TURNED_AWAY_MAX + 20):
            lines.callback((await dial(world.port)).close)
        await eventually(lambda: len(world.server.server_state.connections) <= CONNECTIONS_MAX + TURNED_AWAY_MAX)
        assert (await world.http.get("/livez")).status_code == 200


async def closed_with(line: websockets.ClientConnection) -> int | None:
    async with asyncio.timeout(5):
        await line.wait_closed()
    return line.close_code


@pytest.mark.parametrize("opcode", [PING, 10])
async def test_too_many_control_frames_end_a_socket(world: World, opcode: int) -> None:
    async with world.socket("/api/stream") as line:
        line.transport.write(frame(opcode, b"x" * 125) * CONTROL_FRAMES_PER_SECOND_MAX)
        await line.send('{"op":"ping"}')
        assert json.loads(await line.recv()) == {"op": "pong"}
        line.transport.write(frame(opcode, b"x" * 125) * (10 * CONTROL_FRAMES_PER_SECOND_MAX))
        assert await closed_with(line) == 4429


async def test_a_message_in_too_many_parts_ends_a_socket(world: World) -> None:
    async with world.socket("/api/stream") as line:
        part = frame(CONTINUATION, b"", last=False)
        line.transport.write(frame(1, b"{", last=False) + part * (PARTS_PER_SECOND_MAX + 1))
        assert await closed_with(line) == 4429


async def test_messages_without_a_pause_end_a_socket_that_only_tells(world: World) -> None:
    order_id = world.orders.add(*LIFE[:1])
    async with world.socket(f"/api/orders/{order_id}/events") as line:
        line.transport.write(text("{}") * (2 * PARTS_PER_SECOND_MAX))
        assert await closed_with(line) == 4429


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system alone decides when it gives a line up")
async def test_who_reads_nothing_is_cut_off(world: World) -> None:
    orders = [world.orders.add(*LIFE) for _ in range(300)]
    line = await upgrade(world.port, "/api/stream", receives_bytes=PATIENT_BYTES)
    with line:
        for start in range(0, len(orders), 100):
            await say(line, text(json.dumps({"op": "subscribe", "orderIds": orders[start : start + 100]})))
        turnstile = world.server.gateway.turnstile
        await eventually(lambda: len(turnstile) == 1)
        await eventually(lambda: len(turnstile) == 0, seconds=15 * STALL_SECONDS)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNRESET)
    await eventually(lambda: world.orders.watches == 0)


async def test_who_reads_slowly_but_reads_is_not_cut_off(world: World) -> None:
    orders = [world.orders.add(*LIFE) for _ in range(100)]
    line = await upgrade(world.port, "/api/stream", receives_bytes=PATIENT_BYTES)
    heard = b""
    with line:
        await say(line, text(json.dumps({"op": "subscribe", "orderIds": orders})))
        began = asyncio.get_running_loop().time()
        while heard.count(b'"status"') < 600:
            async with asyncio.timeout(5):
                heard += await asyncio.get_running_loop().sock_recv(line, 2_048)
            await asyncio.sleep(STALL_SECONDS / 20)
        assert asyncio.get_running_loop().time() - began > STALL_SECONDS
        assert len(world.server.gateway.turnstile) == 1
