"""Orders with one thing wrong: for each field the values it refuses, by the code of the refusal."""

import json
from collections.abc import Iterator

from tests.hostile.cases import EXECUTE, GOOD, Case, order_text, posted, short

SOL_MINT = "So11111111111111111111111111111111111111112"
NOT_TEXT = ("true", "false", "1", "-1.5", "1e308", "[]", "{}", '["SOL"]', '{"a":"b"}')
NOT_NUMBER = ("true", "false", "[]", "{}", "[1]", '{"a":1}')
UNPRINTABLE = (
    '""',
    '" "',
    '"a b"',
    '"\\u0000"',
    '"a\\u0000"',
    '"a\\nb"',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '"\\u202ea"',
)
NOT_NUMERALS = (
    *('""', '" "', '"abc"', '"1 "', '" 1"', '"1,5"', '"1_000"', '"0x10"', '"0b1"', '"+1"', '"01"', '"1."', '".5"'),
    *('"1e"', '"1e+"', '"e5"', '"1e1.5"', '"--1"', '"$1"', '"1;2"', '"NaN"', '"nan"', '"Infinity"', '"-Infinity"'),
    *('"inf"', '"null"', '"1\\u0000"', '"1\\n"', '"\\u0661"', '"\\uff11"', '"\\u00bd"', '"1\\u00b2"', '"1e99999"'),
)

VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "amountIn": {
        "required": ("null",),
        "wrong_type": NOT_NUMBER,
        "not_a_number": (*NOT_NUMERALS, f'"{"1" * 30}.{"1" * 40}"', "1." + "0" * 80),
        "not_positive": ("0", "0.0", "-0", "-0.0", '"0"', '"-0"', "0e308", "0e-9999", "-1", '"-1"', "-1e308", "-1e-9"),
        "too_many_decimals": ('"0.0000000001"', "1e-10", "1e-308", "1e-9999", '"1e-400"', "1.0000000001"),
        "too_large": (
            *("1e308", '"1e308"', "1e9999", "1.7976931348623157e308", "18446744073.709551616", "2e10"),
            *('"99999999999999999999"', "9" * 64, "9" * 65, "9" * 5000, f'"{"9" * 5000}"'),
        ),
    },
    "tokenIn": {
        "required": ("null",),
        "wrong_type": NOT_TEXT,
        "unknown_token": (
            *('""', '" "', '"NOPE"', '"SOL "', '" SOL"', '"S0L"', '"SOL\\u0000"', '"\\uff33\\uff2f\\uff2c"', '"..."'),
            *('"\\u017fOL"', '"SO\\u200bL"', '"\\u202eLOS"', '"SOL\'; DROP TABLE orders; --"', '"{name}"', '"%s%n"'),
            *(f'"{SOL_MINT[:-1]}"', f'"{SOL_MINT}1"', f'"{SOL_MINT.lower()}"', f'"{"S" * 65}"', f'"{"S" * 9000}"'),
        ),
    },
    "tokenOut": {
        "required": ("null",),
        "wrong_type": NOT_TEXT,
        "unknown_token": ('""', '"NOPE"', '"USDC\\n"', '"\\ud83d\\ude00"', f'"{"1" * 44}"', '"U\\u0405DC"'),
        "same_token": ('"SOL"', '"sol"', '"Sol"', f'"{SOL_MINT}"'),
    },
    "slippageBps": {
        "wrong_type": NOT_NUMBER,
        "not_a_number": ('""', '"abc"', '"NaN"', '"1 %"', '"50bps"'),
        "out_of_range": ("-1", "-1e308", '"-50"'),
        "slippage_too_large": ("1001", "10000", "10001", "10100", "1e308", "1e9999", "18446744073709551616", "9" * 300),
        "not_whole_bps": ("0.5", "1e-5", "50.0001", "1e-9999"),
    },
    "slippagePct": {
        "wrong_type": NOT_NUMBER,
        "not_a_number": ('"5%"', '"-"'),
        "out_of_range": ("-0.5", "-1e-9"),
        "slippage_too_large": ("10.01", "100", "101", "1e308"),
        "not_whole_bps": ("0.001", "0.555", "1e-308"),
    },
    "slippage": {
        "wrong_type": NOT_NUMBER,
        "not_a_number": ('"0,5"', '"half"'),
        "out_of_range": ("-0.01", "-1"),
        "slippage_too_large": ("0.1001", "0.5", "1", "2", "50", "1e308"),
        "not_whole_bps": ("0.00001", "0.00005", "1e-308"),
    },
    "type": {
        "wrong_type": NOT_TEXT,
        "unsupported_type": ('""', '"market "', '"stop"', '"mar\\u212aet"', '"market\\u0000"', f'"{"m" * 9000}"'),
    },
    "clientOrderId": {"wrong_type": NOT_TEXT, "invalid_value": (*UNPRINTABLE, f'"{"x" * 256}"', '"auto:1"', '"auto:"')},
    "quoteId": {"wrong_type": NOT_TEXT, "invalid_value": (*UNPRINTABLE, f'"{"x" * 256}"', '"auto:1"')},
    "onStale": {"wrong_type": NOT_TEXT, "invalid_value": ('""', '"maybe"', '"reject "', '"re\\u212aect"')},
    "maxLegs": {"out_of_range": (*NOT_NUMBER, '"2"', "0", "17", "-1", "1.5", "2.0", "1e1", "1e308", "9" * 11, "-0")},
    "maxPriceImpactBps": {"out_of_range": (*NOT_NUMBER, '"2"', "0", "10001", "-1", "0.5", "1e308", "9" * 20)},
    "venues": {
        "wrong_type": ("true", "1", '"raydium"', "{}", "[]", "[1]", "[null]", '[["raydium"]]', "[{}]"),
        "invalid_value": ('[""]', '["orca"]', '["raydium","orca"]', '["raydium "]', '["raydium\\u0000"]'),
    },
    "excludePools": {
        "wrong_type": ('"x"', "{}", "[]", "[1]", f"[{','.join(['1'] * 65)}]"),
        "invalid_value": ('[""]', '["0OIl"]', f'["{"1" * 31}"]', f'["{"1" * 45}"]', '["\\u00e9o0l"]'),
    },
    "scenario": {
        "wrong_type": NOT_TEXT,
        "invalid_value": ('""', '"FAIL_ONCE"', '"fail once"', '"a/b"', '"a\\u0000"', '"\\u00e9"', f'"{"a" * 65}"'),
        "unknown_scenario": ('"no_such"', '"fail_onse"', '"venue_down"', '"venue_down:"', '"venue_down:orca"', '"..."'),
    },
}
QUOTE_FIELDS = ("amountIn", "tokenIn", "tokenOut", "maxLegs", "venues", "excludePools", "scenario")
ALIASES = {
    "tokenIn": ("inputToken", '"SOL"'),
    "tokenOut": ("outputToken", '"USDC"'),
    "amountIn": ("amount", "1"),
}
SLIPPAGES = {"slippageBps": "50", "slippagePct": "0.5", "slippage": "0.005"}
STRANGERS = (
    *("slipageBps", "tokenin", "TOKENIN", "amount_in", "Amount", "side", "price", "id", "orderId", "status", "account"),
    *("", " ", "amountIn ", "\0", "a/b~c", "__proto__", "constructor", "$where", "{name}", "%s", "../x", "x" * 300),
    *("\u0430mountIn", "amountIn\u200b", "\U0001f600", "account_id", "accountId", "body_hash", "owner", "swap_id"),
)


def one_bad_value(path: str, code: str, fields: tuple[str, ...], *, each: int = 1) -> Iterator[Case]:
    """Yield an order for each bad value of the fields, or for one in `each`."""
    rows = [(field, fault, raw) for field in fields for fault, values in VALUES[field].items() for raw in values]
    for field, fault, raw in rows[::each]:
        body = order_text(field, raw)
        yield posted(f"{field}={short(raw)}", path, body, 422, code, fault=fault, pointer=f"/{field}")


def two_names() -> Iterator[Case]:
    """Yield orders that say one thing by two names."""
    for field, (alias, raw) in ALIASES.items():
        yield posted(f"{field}+{alias}", EXECUTE, order_text(alias, raw), 422, "invalid_order", fault="alias_conflict")
    for first, raw in SLIPPAGES.items():
        for second, other in SLIPPAGES.items():
            if first != second:
                body = order_text(first, raw)[:-1] + f',"{second}":{other}}}'.encode()
                yield posted(f"{first}+{second}", EXECUTE, body, 422, "invalid_order", fault="alias_conflict")
    two_types = {**GOOD, "type": "market", "orderType": "market"}
    yield posted(
        "type+orderType", EXECUTE, two_types, 422, "invalid_order", fault="alias_conflict", pointer="/orderType"
    )


def strangers_and_gaps() -> Iterator[Case]:
    """Yield orders with a field that is not known, and orders that lack one."""
    for name in STRANGERS:
        body = order_text(name, "1")
        yield posted(f"unknown field {short(name)}", EXECUTE, body, 422, "invalid_order", fault="unknown_field")
    for field in GOOD:
        rest = {name: value for name, value in GOOD.items() if name != field}
        yield posted(f"no {field}", EXECUTE, rest, 422, "invalid_order", fault="required", pointer=f"/{field}")
    yield posted("nothing", EXECUTE, {}, 422, "invalid_order", fault="required", pointer="/amountIn")
    crowd = {f"f{number}": number for number in range(1_000)}
    yield posted("a thousand fields", EXECUTE, crowd, 422, "invalid_order", fault="unknown_field")


def batches() -> Iterator[Case]:
    """Yield batches that are none, and batches of bad orders."""
    path = "/api/orders/batch"
    for text in (
        "{}",
        '"x"',
        "1",
        "null",
        "true",
        '{"orders":1}',
        '{"orders":null}',
        '{"orders":[],"x":1}',
        '{"o":[]}',
    ):
        yield posted(text, path, text.encode(), 400, "malformed_request")
    for text in ("[]", '{"orders":[]}', json.dumps([{}] * 501)):
        yield posted(short(text), path, text.encode(), 422, "invalid_request", fault="out_of_range", pointer="/orders")
    for text in ("[null]", "[1]", "[[]]", '["SOL"]', "[{}]", '{"orders":[{},null,[]]}', json.dumps([{}] * 500)):
        yield posted(short(text), path, text.encode(), 200, "invalid_order")
    yield posted("too large", path, b" " * (256 * 1024 + 1), 413, "body_too_large")


def fields() -> list[Case]:
    """Return all of these."""
    every = tuple(VALUES)
    return [
        *one_bad_value(EXECUTE, "invalid_order", every),
        *one_bad_value("/api/orders/preview", "invalid_order", every, each=4),
        *one_bad_value("/api/quotes", "invalid_request", QUOTE_FIELDS, each=2),
        *two_names(),
        *strangers_and_gaps(),
        *batches(),
    ]
