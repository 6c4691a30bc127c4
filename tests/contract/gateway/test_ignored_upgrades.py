"""Clients that offer HTTP/2 with every request are answered as if they had not."""

import asyncio
import json

import pytest

from tests.contract.gateway.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDER = json.dumps({"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}).encode()
OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
SIZED = b"content-length: %d\r\n" % len(ORDER)
CHUNKED = b"transfer-encoding: chunked\r\n"
CHUNKS = b"5\r\n" + ORDER[:5] + b"\r\n" + b"%x\r\n" % (len(ORDER) - 5) + ORDER[5:] + b"\r\n0\r\n\r\n"


def head(framing: bytes) -> bytes:
    """Return the headers of a submission that offers HTTP/2."""
    begin = b"POST /api/orders/execute HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    return begin + OFFER + framing + b"\r\n"


async def answer_to(world: World, *parts: bytes) -> tuple[int, bytes, bytes]:
    """Send the parts one after the other; return the status, the headers and the body that come before the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        # Lets the server read this part by itself.
        await asyncio.sleep(0.001)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    headers, _, body = answer.partition(b"\r\n\r\n")
    return int(headers.split(b" ")[1]), headers.lower(), body


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([head(SIZED) + ORDER], id="at once"),
        pytest.param([head(SIZED), ORDER], id="the body apart"),
        pytest.param([head(SIZED), *(ORDER[i : i + 1] for i in range(len(ORDER)))], id="byte by byte"),
        pytest.param([head(SIZED)[:90], head(SIZED)[90:] + ORDER[:7], ORDER[7:]], id="cut anywhere"),
        pytest.param([head(CHUNKED) + CHUNKS], id="in chunks, at once"),
        pytest.param([head(CHUNKED), CHUNKS[:9], CHUNKS[9:]], id="in chunks, apart"),
    ],
)
async def test_an_order_is_taken_in_spite_of_the_offer(world: World, parts: list[bytes]) -> None:
    status, headers, body = await answer_to(world, *parts)
    assert status == 202, body
    assert world.orders.requests[json.loads(body)["orderId"]].amount_in == 10**9
    assert b"connection: close" in headers


async def test_a_request_without_a_body_is_answered(world: World) -> None:
    status, _, body = await answer_to(world, b"GET /api/tokens HTTP/1.1\r\nhost: localhost\r\n" + OFFER + b"\r\n")
    assert status == 200
    assert json.loads(body)["tokens"]


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ([head(b"content-length: 20000\r\n")], 413, "body_too_large"),
        ([head(b"content-length: 2\r\n") + b"[]"], 400, "malformed_request"),
        ([head(CHUNKED), b"zz\r\n"], 400, "malformed_request"),
    ],
)
async def test_its_limits_hold_as_for_others(world: World, parts: list[bytes], status: int, code: str) -> None:
    found, _, body = await answer_to(world, *parts)
    assert (found, json.loads(body)["code"]) == (status, code), body
