"""A request that never ends is ended by the gateway, whatever its method and in whichever part it dawdles."""

import asyncio
import contextlib
from typing import Final

import pytest

from tests.contract.gateway.conftest import OpenWorld, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Short limits, so that the test is; and a patience that only a hang outlasts.
LIMITS: Final = {"header_read_seconds": 0.3, "body_read_seconds": 0.3, "keep_alive_seconds": 1.0}
PATIENCE_SECONDS: Final = 30.0
DRIP_SECONDS: Final = 0.02

METHODS: Final = ("GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH", "TRACE")
PATHS: Final = ("/health", "/api/orders/execute", "/api/orders/01890000-0000-7000-8000-000000000000", "/nothing")
HOST: Final = b"host: localhost\r\n"
# What a request says first, and the bytes that it repeats for ever.
SHAPES: Final[dict[str, tuple[bytes, bytes]]] = {
    "headers": (HOST + b"x-long: ", b"a"),
    "many headers": (HOST, b"a: b\r\n"),
    "body": (HOST + b"content-length: 1000000\r\n\r\n", b" "),
    "JSON body": (HOST + b"content-type: application/json\r\ncontent-length: 9999\r\n\r\n{", b" "),
    "chunks": (HOST + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a chunk's size": (HOST + b"transfer-encoding: chunked\r\n\r\n", b"0"),
    "a chunk's extension": (HOST + b"transfer-encoding: chunked\r\n\r\n1;", b"a"),
    "trailers": (HOST + b"transfer-encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
    "body after 100": (HOST + b"expect: 100-continue\r\ncontent-length: 1000000\r\n\r\n", b" "),
    "body of an ignored upgrade": (
        HOST + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 1000000\r\n\r\n",
        b" ",
    ),
    "line ends after the answer": (HOST + b"content-length: 0\r\n\r\n", b"\r\n"),
    "a second request": (HOST + b"content-length: 0\r\n\r\nGET /health HTTP/1.1\r\nx-long: ", b"a"),
}
BARE: Final[dict[str, tuple[bytes, bytes]]] = {
    "nothing": (b"", b""),
    "line ends": (b"", b"\r\n"),
    "a method": (b"", b"G"),
    "a path": (b"GET /", b"a"),
    "an unknown method": (b"BREW /", b"a"),
    "a tunnel": (b"CONNECT localhost:1 HTTP/1.1\r\n" + HOST + b"\r\n", b"a"),
    "a handshake": (b"GET /api/stream HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" + HOST, b"a: b\r\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_methods_request_ends(open_world: OpenWorld, shape: str) -> None:
    world = await open_world(**LIMITS)
    head, drip = SHAPES[shape]
    lines = [f"{method} {path} HTTP/1.1\r\n".encode() for method in METHODS for path in PATHS]
    await asyncio.gather(*(_outlasted(world, line + head, drip) for line in lines))


@pytest.mark.parametrize("shape", BARE)
async def test_what_is_hardly_a_request_ends(open_world: OpenWorld, shape: str) -> None:
    await _outlasted(await open_world(**LIMITS), *BARE[shape])


async def test_who_is_prompt_keeps_the_connection(open_world: OpenWorld) -> None:
    world = await open_world(header_read_seconds=0.2, body_read_seconds=0.2, keep_alive_seconds=60)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    for _ in range(3):
        writer.write(b"GET /health HTTP/1.1\r\n" + HOST + b"content-length: 2\r\n\r\nhi")
        assert b" 200 " in await reader.readuntil(b'{"status":"ok"}')
        await asyncio.sleep(0.5)  # idle for longer than headers and body may take
    writer.close()


async def _outlasted(world: World, head: bytes, drip: bytes) -> None:
    """Say something that never ends; return when the gateway ends the connection, and fail when it does not."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(head)

    async def go_on() -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(drip)
                await writer.drain()
                await asyncio.sleep(DRIP_SECONDS)

    dripping = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with contextlib.suppress(ConnectionError):
                while await reader.read(65_536):
                    pass
    except TimeoutError:
        pytest.fail(f"{head!r} is still waited for after {PATIENCE_SECONDS:g} s")
    finally:
        dripping.cancel()
        writer.close()
