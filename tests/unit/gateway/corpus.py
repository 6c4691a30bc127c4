"""Bodies that must be refused, as data: each with what is wrong with it."""

from typing import Any

GOOD: dict[str, Any] = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1, "slippageBps": 50}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name not in names}


# Body, then pointer and code of each violation, in any order.
INVALID: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "negative amount": (GOOD | {"amountIn": -5}, [("/amountIn", "not_positive")]),
    "zero amount": (GOOD | {"amountIn": 0}, [("/amountIn", "not_positive")]),
    "zero with decimals": (GOOD | {"amountIn": "0.000"}, [("/amountIn", "not_positive")]),
    "huge amount": (GOOD | {"amountIn": 1e308}, [("/amountIn", "too_large")]),
    "above u64": (GOOD | {"amountIn": "18446744073.709551616"}, [("/amountIn", "too_large")]),
    "too many decimals": (GOOD | {"amountIn": "0.0000000001"}, [("/amountIn", "too_many_decimals")]),
    "missing amount": (without("amountIn"), [("/amountIn", "required")]),
    "missing token": (without("tokenOut"), [("/tokenOut", "required")]),
    "amount is an object": (GOOD | {"amountIn": {"x": 1}}, [("/amountIn", "wrong_type")]),
    "amount is true": (GOOD | {"amountIn": True}, [("/amountIn", "wrong_type")]),
    "amount is null": (GOOD | {"amountIn": None}, [("/amountIn", "required")]),
    "amount is words": (GOOD | {"amountIn": "abc"}, [("/amountIn", "not_a_number")]),
    "amount is NaN": (GOOD | {"amountIn": "NaN"}, [("/amountIn", "not_a_number")]),
    "amount is infinite": (GOOD | {"amountIn": "Infinity"}, [("/amountIn", "not_a_number")]),
    "unknown token": (GOOD | {"tokenIn": "NOPE_TOKEN_XYZ"}, [("/tokenIn", "unknown_token")]),
    "same token": (GOOD | {"tokenOut": "sol"}, [("/tokenOut", "same_token")]),
    "same token by mint": (
        GOOD | {"tokenOut": "So11111111111111111111111111111111111111112"},
        [("/tokenOut", "same_token")],
    ),
    "slippage 101 %": (GOOD | {"slippageBps": 10100}, [("/slippageBps", "slippage_too_large")]),
    "slippage above the limit": (GOOD | {"slippageBps": 1001}, [("/slippageBps", "slippage_too_large")]),
    "slippage in half bps": (GOOD | {"slippageBps": 0.5}, [("/slippageBps", "not_whole_bps")]),
    "fraction in half bps": (
        without("slippageBps") | {"slippage": 0.00005},
        [("/slippage", "not_whole_bps")],
    ),
    "percent with three decimals": (
        without("slippageBps") | {"slippagePct": "0.555"},
        [("/slippagePct", "not_whole_bps")],
    ),
    "negative slippage": (GOOD | {"slippageBps": -1}, [("/slippageBps", "out_of_range")]),
    "two words for slippage": (GOOD | {"slippagePct": 0.5}, [("/slippagePct", "alias_conflict")]),
    "two words for the amount": (GOOD | {"amount": 1}, [("/amount", "alias_conflict")]),
    "two words for the token": (GOOD | {"inputToken": "SOL"}, [("/inputToken", "alias_conflict")]),
    "two words for the type": (GOOD | {"type": "market", "orderType": "market"}, [("/orderType", "alias_conflict")]),
    "unknown field": (GOOD | {"slipageBps": 50}, [("/slipageBps", "unknown_field")]),
    "unknown type": (GOOD | {"type": "limit"}, [("/type", "unsupported_type")]),
    "identity with spaces": (GOOD | {"clientOrderId": "a b"}, [("/clientOrderId", "invalid_value")]),
    "identity too long": (GOOD | {"clientOrderId": "x" * 256}, [("/clientOrderId", "invalid_value")]),
    "reserved identity": (GOOD | {"clientOrderId": "auto:1"}, [("/clientOrderId", "invalid_value")]),
    "no legs": (GOOD | {"maxLegs": 0}, [("/maxLegs", "out_of_range")]),
    "unknown venue": (GOOD | {"venues": ["orca"]}, [("/venues", "invalid_value")]),
    "venues not a list": (GOOD | {"venues": "raydium"}, [("/venues", "wrong_type")]),
    "no venue": (GOOD | {"venues": []}, [("/venues", "wrong_type")]),
    "pool that is none": (GOOD | {"excludePools": ["0OIl"]}, [("/excludePools", "invalid_value")]),
    "unknown onStale": (GOOD | {"onStale": "maybe"}, [("/onStale", "invalid_value")]),
    "scenario while off": (GOOD | {"scenario": "fail_once"}, [("/scenario", "scenarios_off")]),
    "awkward field name": (GOOD | {"a/b~c": 1}, [("/a~1b~0c", "unknown_field")]),
    "everything at once": (
        {"inputToken": "NOPE", "amount": -1, "slippage": 2, "colour": "red"},
        [
            ("/inputToken", "unknown_token"),
            ("/tokenOut", "required"),
            ("/amount", "not_positive"),
            ("/slippage", "slippage_too_large"),
            ("/colour", "unknown_field"),
        ],
    ),
    "empty object": ({}, [("/tokenIn", "required"), ("/tokenOut", "required"), ("/amountIn", "required")]),
}

MALFORMED = {
    "invalid JSON": b'{"tokenIn": "SOL",',
    "empty": b"",
    "an array": b"[]",
    "a text": b'"order"',
    "a number": b"1",
    "NaN": b'{"tokenIn":"SOL","tokenOut":"USDC","amountIn":NaN}',
    "infinity": b'{"tokenIn":"SOL","tokenOut":"USDC","amountIn":-Infinity}',
    "a name twice": b'{"amountIn":1,"tokenIn":"SOL","tokenOut":"USDC","amountIn":2}',
    "a name twice inside": b'{"x":{"a":1,"a":2}}',
    "not UTF-8": b'{"tokenIn":"\xff"}',
    "UTF-16": '{"tokenIn":"SOL"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"tokenIn":"SOL"}',
    "half a surrogate pair": b'{"tokenIn":"\\ud800"}',
    "nested deeply": b'{"a":' + b"[" * 8000 + b"]" * 8000 + b"}",
    "nested slightly too deep": b'{"a":[[[[[[1]]]]]]}',
    "two values": b"{} {}",
    "comment": b"{/* no */}",
    "single quotes": b"{'a':1}",
    "trailing comma": b'{"a":1,}',
    "control character": b'{"a":"\n"}',
}
