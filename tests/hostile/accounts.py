"""Accounts that cannot be, and changes of an account that mean nothing."""

import json
from collections.abc import Iterator

from tests.hostile.cases import Case, short
from tests.hostile.wire import request

ACCOUNT = "/api/accounts/hostile"
NO_ACCOUNT = (
    *("%00", "a%00b", "%20", "a%20b", "%0a", "default%0a", "%ff", "%C3%A9", "%D0%B0dmin", "..%2f..", "a%2fb", "*"),
    *("'%20OR%201=1--", "x" * 65, "x" * 5_000, "%F0%9F%98%80", "a;b", "a,b", "{account}"),
)
# Raw JSON for a field, and the code of the fault that is told at its pointer.
LIMITS: dict[str, dict[str, tuple[str, ...]]] = {
    "orderUsdMax": {
        "out_of_range": (
            *("0", "-1", '"-0.5"', "1e13", '"1e400"', '"NaN"', '"Infinity"', '"0x10"', '"1_000"', '"\\u0661"'),
            *('""', '" 1"', '"1 "', '"1\\u0000"', '"' + "9" * 70 + '"', "1e-400000"),
        ),
        "too_many_decimals": ("0.0000001", '"1.1234567"', "1e-7"),
        "wrong_type": ("true", "[]", "{}", "[1]"),
    },
    "ordersInFlightMax": {"out_of_range": ("0", "-1", "1.5", "1e3", '"5"', "true", "9999999999", "[]", '"\\u00b2"')},
    "ordersPerMinuteMax": {"out_of_range": ("0", "-0", "2.0", "1e1", '"60"', "false", "1000000001", "{}")},
    "slippageBpsMax": {"out_of_range": ("-1", "10001", "0.5", '"50"', "1e2", "[]")},
    "tokensAllowed": {
        "wrong_type": ("[]", '"SOL"', "{}", "[1]", "[null]", '[["SOL"]]', json.dumps(["SOL"] * 257)),
        "unknown_token": (
            '["NOPE"]',
            '["SOL","\\u017fOL"]',
            '["SOL\\u0000"]',
            '["So11111111111111111111111111111111"]',
        ),
    },
    "orderusdmax": {"unknown_field": ("1",)},
    "__proto__": {"unknown_field": ("{}",)},
    "": {"unknown_field": ("1",)},
}
STATES = {
    "invalid_value": ('"halt"', '""', '"active "', '"\\u212aalted"', '"ACTIVE\\u0000"'),
    "wrong_type": ("null", "1", "[]"),
}
STRANGERS = ("accountId", "scopes", "use", "tradingstate", "trading_state", "\\u0000", "x" * 5_000)


def accounts() -> Iterator[Case]:
    """Yield all of these."""
    for name in NO_ACCOUNT:
        path = f"/api/accounts/{name}"
        yield Case(f"GET {short(path)}", request("GET", path), 404, "not_found")
        yield Case(f"PATCH {short(path)}", _patch(path, b'{"tradingState":"halted"}'), 404, "not_found")
    for field, faults in LIMITS.items():
        for fault, values in faults.items():
            for raw in values:
                text = f'{{"limits":{{{json.dumps(field)}:{raw}}}}}'.encode()
                yield _refused(f"limits.{field}={short(raw)}", text, fault, f"/limits/{field}")
    for fault, values in STATES.items():
        for raw in values:
            yield _refused(f"tradingState={short(raw)}", f'{{"tradingState":{raw}}}'.encode(), fault, "/tradingState")
    for name in STRANGERS:
        yield _refused(f"a stranger {short(name)}", f'{{"{name}":1}}'.encode(), "unknown_field")
    for body in (b'{"limits":null}', b'{"limits":[]}', b'{"limits":"none"}', b'{"limits":1}'):
        yield _refused(body.decode(), body, "wrong_type", "/limits")
    yield _refused("no change", b"{}", "required")
    for body in (
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"limits":{},"limits":{}}',
        b'{"limits":{"orderUsdMax":NaN}}',
        b"\xff\xfe{}",
    ):
        yield Case(f"PATCH {short(body.decode('latin-1'))}", _patch(ACCOUNT, body), 400, "malformed_request")


def _patch(path: str, body: bytes) -> bytes:
    return request("PATCH", path, body, {"content-type": "application/json"})


def _refused(name: str, body: bytes, fault: str, pointer: str = "") -> Case:
    return Case(f"PATCH {name}", _patch(ACCOUNT, body), 422, "invalid_request", fault=fault, pointer=pointer)
