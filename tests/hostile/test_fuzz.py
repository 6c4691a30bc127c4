"""Seeded mutations of good requests: whatever comes out, the answer is a problem or an order, never a fall."""

import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Final

from servicekit.errors import ERRORS
from tests.hostile.cases import EXECUTE
from tests.hostile.invariants import Ledger
from tests.hostile.wire import Answer, RawSocket, exchange, frame, request

SEED: Final = 20_260_131
SECONDS: Final = 8.0
ROUNDS: Final = 4_000
BODIES: Final = (
    b'{"tokenIn":"SOL","tokenOut":"USDC","amountIn":"1.5","slippageBps":50,"clientOrderId":"abc-1"}',
    b'{"orders":[{"tokenIn":"SOL","tokenOut":"USDC","amountIn":1.5e0},{"inputToken":"sol","amount":"2"}]}',
    b'{"tokenIn":"USDC","tokenOut":"mSOL","amountIn":0.25,"venues":["raydium"],"maxLegs":2,"slippage":0.005}',
    b'{"token":"SOL","amount":"10"}',
)
# Nothing here stores: what a mutation leaves good must not be counted against the gateway.
PATHS: Final = ("/api/orders/preview", "/api/quotes")
# These store what is good: their bodies are broken on purpose first.
STORING: Final = (EXECUTE, "/api/orders/batch", "/api/airdrop")
SPICES: Final = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"1e308", b"NaN", b"-", b'"', b"{", b"[", b"}", b"]", b",", b":", b"\\u0000"),
    *(b"\\ud800", b"\xe2\x80\xae", b"null", b"true", b"9" * 400, b"%s%n", b"{name}", b"\r\n", b"[" * 50, b'"a":1,'),
)


def test_mutated_bodies_never_hurt(port: int, ledger: Ledger) -> None:
    chance = random.Random(SEED)
    seen: set[int] = set()
    with ledger.untouched():
        for _ in rounds():
            body, path = mutated(chance, chance.choice(BODIES)), chance.choice(PATHS + STORING)
            if path in STORING:
                body = broken(body)
            answer = exchange(port, request("POST", path, body))
            harmless(answer, path, body)
            seen.add(answer.status)
    # The mutations reach behind the JSON reader, and behind the reader of fields.
    assert {200, 400, 422} <= seen


def test_mutated_requests_never_hurt(port: int, ledger: Ledger) -> None:
    chance = random.Random(SEED)
    good = [
        request("GET", "/api/orders?status=confirmed&pageSize=5&since=2026-01-31T12:00:00Z"),
        request("GET", "/api/orders/01890000-0000-7000-8000-000000000000/events?after=3"),
        request("GET", "/api/pools?token=SOL", headers={"accept": "application/json", "traceparent": "00-" + "a" * 32}),
        request("POST", "/api/quotes", BODIES[0]),
        request("DELETE", "/api/orders/01890000-0000-7000-8000-000000000000"),
    ]
    with ledger.untouched():
        for _ in rounds():
            sent = mutated(chance, chance.choice(good))
            # Hung up at once: a request that promises more than it brings must not be waited for.
            harmless(exchange(port, sent, hang_up=True), "", sent)


def test_mutated_frames_never_hurt(port: int, ledger: Ledger) -> None:
    chance = random.Random(SEED)
    command = b'{"op":"subscribe","orderIds":["01890000-0000-7000-8000-000000000000"],"after":{}}'
    with ledger.untouched():
        for _ in range(150):
            with RawSocket(port, "/api/stream") as socket:
                socket.send(mutated(chance, frame(1, mutated(chance, command))) + frame(8, b"\x03\xe8"))
                socket.shut()
                assert socket.close_code() in {1000, 1002, 1003, 1005, 1006, 1007, 1009, 4400}


def rounds() -> Iterator[int]:
    """Yield as many rounds as the time allows, at most; the seed makes every prefix the same."""
    deadline = time.monotonic() + SECONDS / 2
    for number in range(ROUNDS):
        if time.monotonic() > deadline:
            return
        yield number


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Return the data after one to four small accidents."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(ACCIDENTS)(chance, data)
    return data


def broken(body: bytes) -> bytes:
    """Return a body that can mean no order: its tokens are gone."""
    for name in (b"SOL", b"sol", b"USDC", b"So1", b"EPj"):
        body = body.replace(name, b"NOPE")
    return body


def _spiced(chance: random.Random, data: bytes) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(SPICES) + data[at:]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(max(1, len(data)))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    return data[:start] + data[end:] if end - start < 12 else data[:end]


def _doubled(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    return data[:end] + data[start:end] + data[end:]


def _number_grown(chance: random.Random, data: bytes) -> bytes:
    digit = str(chance.randrange(10)).encode()
    return data.replace(digit, digit + chance.choice((b"e9", b".0000000001", b"0" * 30, b"e-400", b"x")), 1)


ACCIDENTS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    *(_spiced, _flipped, _cut, _doubled, _number_grown),
)


def harmless(answer: Answer, path: str, sent: bytes) -> None:
    """Check that an answer is one that the documents know; a hung-up connection is no answer and is fine."""
    assert answer.status < 500, (path, sent, answer)
    if answer.status >= 400:
        problem = json.loads(answer.body)
        assert ERRORS[problem["code"].upper()].http_status == answer.status, (path, sent, answer)
