"""WebSockets: upgrades that are refused, and frames that no client should send."""

import json

import pytest

from tests.hostile.cases import Case
from tests.hostile.invariants import Ledger
from tests.hostile.test_http import check_all
from tests.hostile.wire import UPGRADE, RawSocket, exchange, frame, request

NOBODYS = "01890000-0000-7000-8000-000000000000"
PATHS = ("/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}", "/api/orders/execute?orderId={id}")


def upgrade(name: str, path: str, status: int, code: str, **headers: str) -> Case:
    changed = {**UPGRADE, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return Case(f"upgrade {name} {path}", request("GET", path, headers=changed), status, code)


def upgrades() -> list[Case]:
    nobodys = [path.replace("{id}", NOBODYS) for path in PATHS]
    garbled = [path.replace("{id}", text) for path in PATHS for text in ("x", "%00", "..", "9" * 3_000)]
    after = [f"{nobodys[0]}?after={value}" for value in ("-1", "x", "1.5", "9" * 20, "%00", "2147483648")]
    return [
        *(upgrade("of no order", path, 404, "order_not_found") for path in nobodys),
        *(upgrade("of nonsense", path, 404, "order_not_found") for path in garbled),
        *(upgrade("after nonsense", path, 422, "invalid_request") for path in after),
        upgrade("without order", "/api/orders/execute", 422, "invalid_request"),
        *(upgrade("to nowhere", path, 404, "not_found") for path in ("/", "/ws", "/socket.io/", "/api/orders")),
        upgrade("to plain HTTP", "/api/tokens", 404, "not_found"),
    ]


def test_upgrades_are_refused_with_problem_documents(port: int, ledger: Ledger) -> None:
    with ledger.untouched():
        check_all(port, upgrades())


HANDSHAKES = {
    "version 12": {"sec-websocket-version": "12"},
    "a version in words": {"sec-websocket-version": "x"},
    "no version": {"sec-websocket-version": ""},
    "no key": {"sec-websocket-key": ""},
    "a short key": {"sec-websocket-key": "short"},
    "a key that is no base64": {"sec-websocket-key": "!" * 24},
    "a header of 9,000 bytes": {"cookie": "x" * 9_000},
    "130 headers": {f"x-{number}": "1" for number in range(130)},
}


def handshakes() -> list[Case]:
    path = f"/ws/orders/{NOBODYS}"
    bad = [
        Case(f"handshake with {name}", request("GET", path, headers={**UPGRADE, **headers}), 400, "malformed_request")
        for name, headers in HANDSHAKES.items()
    ]
    twice = request("GET", path, headers={**UPGRADE, "upgrade": "websocket, h2c"})
    bad += [
        Case("handshake of two protocols", twice, 426, "upgrade_required"),
        Case(
            "handshake with 9,000 bytes of query",
            request("GET", f"{path}?x={'a' * 9_000}", headers=UPGRADE),
            400,
            "malformed_request",
        ),
    ]
    return [*bad, Case("handshake by POST", request("POST", path, headers=UPGRADE), 405, "method_not_allowed")]


def test_a_bad_handshake_is_refused_with_a_problem_document(port: int, ledger: Ledger) -> None:
    with ledger.untouched():
        check_all(port, handshakes())


def test_a_refused_handshake_names_the_version_to_use(port: int) -> None:
    answer = exchange(port, request("GET", "/api/stream", headers={**UPGRADE, "sec-websocket-version": "12"}))
    assert answer.headers["sec-websocket-version"] == "13"


# Frames and the code the server closes with. Our own stream reads messages; RFC 6455 rules what a frame may be.
NATIVE = {
    "not JSON": (frame(1, b"hello"), 4400),
    "an empty text": (frame(1, b""), 4400),
    "an array": (frame(1, b"[]"), 4400),
    "a number": (frame(1, b"1"), 4400),
    "null": (frame(1, b"null"), 4400),
    "a text": (frame(1, b'"x"'), 4400),
    "a name twice": (frame(1, b'{"a":1,"a":2}'), 4400),
    "NaN": (frame(1, b'{"a":NaN}'), 4400),
    "nested deeply": (frame(1, b'{"a":' + b"[" * 6_000), 4400),
    "half a surrogate": (frame(1, b'{"a":"\\ud800"}'), 4400),
    "cut off JSON": (frame(1, b'{"op":"subscr'), 4400),
    "binary": (frame(2, b"\0\1\2"), 4400),
    "binary JSON": (frame(2, b"{}"), 4400),
    "two parts that make no JSON": (frame(1, b"{", last=False) + frame(0, b"x"), 4400),
}
ANY = {
    "not UTF-8": (frame(1, b'{"a":"\xff"}'), 1007),
    "UTF-8 cut off": (frame(1, b"\xe2\x82"), 1007),
    "an encoded surrogate": (frame(1, b"\xed\xa0\x80"), 1007),
    "too long": (frame(1, b"a" * 16_385), 1009),
    "far too long": (frame(2, b"a" * 100_000), 1009),
    "told to be endless": (b"\x81\xff" + b"\x7f" + b"\xff" * 7 + b"abcd", 1009),
    "too long in parts": (frame(1, b"a" * 9_000, last=False) + frame(0, b"a" * 9_000), 1009),
    "not masked": (frame(1, b"{}", masked=False), 1002),
    "reserved opcode 3": (frame(3, b"{}"), 1002),
    "reserved opcode 7": (frame(7, b""), 1002),
    "reserved control 11": (frame(11, b""), 1002),
    "reserved control 15": (frame(15, b""), 1002),
    "reserved bit 1": (frame(1, b"{}", reserved=4), 1002),
    "reserved bits": (frame(1, b"{}", reserved=7), 1002),
    "ping in parts": (frame(9, b"a", last=False), 1002),
    "ping of 126 bytes": (frame(9, b"a" * 126), 1002),
    "close of 1 byte": (frame(8, b"\x03"), 1002),
    "close with 999": (frame(8, b"\x03\xe7"), 1002),
    "close with 1005": (frame(8, b"\x03\xed"), 1002),
    "close with words that are not UTF-8": (frame(8, b"\x03\xe8\xff"), 1007),
    "a part without beginning": (frame(0, b"a"), 1002),
    "a beginning inside": (frame(1, b"a", last=False) + frame(1, b"b"), 1002),
}


@pytest.fixture(scope="module")
def order_id(port: int) -> str:
    """An order that stays on its way for some seconds: its market tells late."""
    body = b'{"tokenIn":"SOL","tokenOut":"USDC","amountIn":"0.1","scenario":"late_confirm"}'
    return str(exchange(port, request("POST", "/api/orders/execute", body)).json()["orderId"])


ONE = f'"{NOBODYS}"'
# What /api/stream answers with an error frame: JSON objects that mean nothing there. The socket lives on.
COMMANDS = (
    *("{}", '{"op":1}', '{"op":null}', '{"op":""}', '{"op":"SUBSCRIBE"}', '{"op":["ping"]}', '{"op":"ping","x":1}'),
    *(
        '{"op":"subscribe"}',
        '{"op":"subscribe","all":false}',
        '{"op":"subscribe","all":1}',
        '{"op":"subscribe","all":"yes"}',
    ),
    *('{"op":"subscribe","orderIds":[]}', '{"op":"subscribe","orderIds":"x"}', '{"op":"subscribe","orderIds":[1]}'),
    *(
        '{"op":"subscribe","orderIds":[null]}',
        '{"op":"subscribe","orderIds":{}}',
        '{"op":"subscribe","orderIds":["x"]}',
    ),
    f'{{"op":"subscribe","orderIds":[{ONE}],"all":true}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":5}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":[]}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{{ONE}:-1}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{{ONE}:"1"}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{{ONE}:1.5}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{{ONE}:1e308}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{{ONE}:{"9" * 400}}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{"x":1}}}}',
    f'{{"op":"subscribe","orderIds":[{ONE}],"after":{{"{"0" * 36}":1}}}}',
    f'{{"op":"unsubscribe","orderIds":[{ONE}],"after":{{}}}}',
    *('{"op":"unsubscribe"}', '{"op":"unsubscribe","all":null}', '{"op":"unsubscribe","orderIds":[[]]}'),
    f'{{"op":"subscribe","orderIds":[{ONE}]}}',
)


def test_commands_that_mean_nothing_are_told_so(port: int, ledger: Ledger) -> None:
    wrong = []
    with ledger.untouched(), RawSocket(port, "/api/stream") as socket:
        for command in COMMANDS:
            socket.send(frame(1, command.encode()))
            told = json.loads(socket.text())
            if told["op"] != "error" or told["code"] not in ("invalid_request", "order_not_found"):
                wrong.append(f"{command}: {told}")
        assert socket.pongs(b"still there")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [*PATHS, "/api/stream"])
def test_bad_frames_close_with_their_code(port: int, ledger: Ledger, order_id: str, path: str) -> None:
    wrong = []
    native = path in (PATHS[0], "/api/stream")
    with ledger.untouched(("orders",)):
        for name, (sent, code) in {**ANY, **(NATIVE if native else {})}.items():
            with RawSocket(port, path.replace("{id}", order_id)) as socket:
                socket.send(sent)
                closed = socket.close_code()
            if closed != code:
                wrong.append(f"{name}: wanted {code}, got {closed}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", PATHS[1:])
def test_older_paths_ignore_what_they_are_told(port: int, order_id: str, path: str) -> None:
    for sent, _ in NATIVE.values():
        with RawSocket(port, path.replace("{id}", order_id)) as socket:
            socket.send(sent)
            assert socket.pongs(b"still there")
