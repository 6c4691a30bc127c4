"""The load generator's protocols, fed byte by byte by a server that answers as it was told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from tests.campaigns.bench.load.http import EventStream, HttpConnection
from tests.campaigns.bench.load.lives import Life
from tests.campaigns.bench.load.orders import body
from tests.campaigns.bench.load.websocket import WebSocket

FRAME = b'{"orderId":"x","sequence":%d,"status":"%s","details":{"padding":"' + b"y" * 200 + b'"}}'


@asynccontextmanager
async def _server(answer: bytes, *, closes: bool = False) -> AsyncIterator[int]:
    serving: list[asyncio.Task[object]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.append(task)
        await reader.readuntil(b"\r\n\r\n")
        for start in range(0, len(answer), 7):
            writer.write(answer[start : start + 7])
            await writer.drain()
            await asyncio.sleep(0)
        if not closes:
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*serving)


def _text(payload: bytes) -> bytes:
    head = bytes([0x81, len(payload)]) if len(payload) < 126 else b"\x81\x7e" + len(payload).to_bytes(2, "big")
    return head + payload


async def _heard(protocol: Callable[[], asyncio.Protocol], port: int) -> asyncio.Protocol:
    _, connected = await asyncio.get_running_loop().create_connection(protocol, "127.0.0.1", port)
    return connected


async def test_an_answer_is_read_to_its_length() -> None:
    content = b'{"orderId":"abc","status":"pending"}'
    async with _server(b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)) as port:
        connection = await HttpConnection.open("127.0.0.1", port)
        answer = await connection.ask(b"POST / HTTP/1.1\r\n\r\n")
        connection.close()
    assert (answer.status, answer.order_id) == (202, "abc")


async def test_a_socket_hears_short_and_long_frames_and_the_close() -> None:
    frames = [FRAME % (1, b"pending"), b'{"op":"pong"}', FRAME % (2, b"confirmed")]
    answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + b"".join(map(_text, frames)) + b"\x88\x02\x03\xe8"
    heard: list[bytes] = []
    async with _server(answer) as port:
        socket = await _heard(lambda: WebSocket("127.0.0.1", "/", heard.append), port)
        assert isinstance(socket, WebSocket)
        assert (await socket.opened, await socket.ended) == (101, 1000)
    assert heard == frames


async def test_a_refused_socket_tells_the_status() -> None:
    async with _server(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", closes=True) as port:
        socket = await _heard(lambda: WebSocket("127.0.0.1", "/", lambda text: None), port)
        assert isinstance(socket, WebSocket)
        assert (await socket.opened, await socket.ended) == (404, 1006)


async def test_an_event_stream_is_read_through_its_chunks() -> None:
    text = b"id: 1\ndata: " + FRAME % (1, b"pending") + b"\n\n: keep-alive\n\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)
    life = Life()
    async with _server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks) as port:
        stream = await _heard(lambda: EventStream(b"GET / HTTP/1.1\r\n\r\n", life.hear), port)
        assert isinstance(stream, EventStream)
        await stream.ended
    assert [(frame[0], frame[1]) for frame in life.frames] == [(1, "pending")]
    assert not life.is_over


def test_a_life_is_whole_when_every_event_came_once_in_order_to_the_end() -> None:
    def lived(*sequences: int) -> Life:
        return Life(frames=[(n, "confirmed" if n == 3 else "routing", 0.0) for n in sequences])

    assert [lived(1, 2, 3).is_whole, lived(1, 3).is_whole, lived(1, 2, 2, 3).is_whole, lived(1, 2).is_whole] == [
        True,
        False,
        False,
        False,
    ]


def test_orders_go_both_ways_and_differ() -> None:
    orders = [msgspec.json.decode(body(number)) for number in range(200)]
    assert {order["tokenIn"] for order in orders} == {"SOL", "USDC"}
    assert len({(order["tokenIn"], order["amountIn"]) for order in orders}) == 200
