import json
from typing import Any

import pytest

from gateway.edge.strict_json import JsonNumber, parse_json, parse_json_object
from gateway.orders.codec import NewOrder, Rules, read_order
from gateway.orders.tokens import Token, Tokens
from servicekit.errors import Rejected
from tests.unit.gateway.corpus import GOOD, INVALID, MALFORMED

SOL = Token("So11111111111111111111111111111111111111112", "SOL", "Wrapped SOL", 9)
USDC = Token("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "USDC", "USD Coin", 6)
TOKENS = Tokens([SOL, USDC])


def read(body: dict[str, Any], rules: Rules | None = None) -> NewOrder:
    return read_order(parse_json_object(json.dumps(body).encode()), TOKENS, rules or Rules())


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        parse_json_object(body)
    assert refused.value.reason == "MALFORMED_REQUEST"


@pytest.mark.parametrize(("body", "violations"), INVALID.values(), ids=INVALID)
def test_an_invalid_order_is_refused_with_all_its_violations(body: Any, violations: list[tuple[str, str]]) -> None:
    with pytest.raises(Rejected) as refused:
        read(body)
    assert refused.value.reason == "INVALID_ORDER"
    assert sorted((v.field, v.code) for v in refused.value.violations) == sorted(violations)


def test_numbers_are_kept_as_they_were_written() -> None:
    value = parse_json(b'{"a":0.1000000000000000000001,"b":1e999999999,"c":[-0]}')

    assert value == {"a": "0.1000000000000000000001", "b": "1e999999999", "c": ["-0"]}
    assert isinstance(value, dict)
    assert isinstance(value["a"], JsonNumber)


@pytest.mark.parametrize(
    "slippage", [{"slippageBps": 50}, {"slippagePct": 0.5}, {"slippage": 0.005}, {"slippagePct": "5e-1"}]
)
def test_one_tolerance_in_three_units(slippage: dict[str, Any]) -> None:
    body = {name: value for name, value in GOOD.items() if name != "slippageBps"}

    assert read(body | slippage).slippage_bps == 50


def test_the_default_tolerance_is_the_operators() -> None:
    body = {name: value for name, value in GOOD.items() if name != "slippageBps"}

    assert read(body, Rules(default_slippage_bps=77)).slippage_bps == 77


def test_tokens_are_known_by_symbol_in_any_case_and_by_mint() -> None:
    by_symbol = read(GOOD | {"tokenIn": "sOl", "tokenOut": "uSdC"})
    by_mint = read(GOOD | {"tokenIn": SOL.mint, "tokenOut": USDC.mint})

    assert (by_symbol.token_in, by_symbol.token_out) == (by_mint.token_in, by_mint.token_out) == (SOL, USDC)


def test_every_optional_field_is_read() -> None:
    order = read(
        GOOD
        | {
            "type": "Market",
            "clientOrderId": "abc-1",
            "maxLegs": 3,
            "venues": ["Raydium", "meteora", "raydium"],
            "excludePools": [SOL.mint],
            "maxPriceImpactBps": 100,
            "quoteId": "q-1",
            "onStale": "Reject",
            "scenario": "venue_down:raydium",
        },
        Rules(scenarios=True),
    )

    assert (order.client_order_id, order.max_legs, order.quote_id) == ("abc-1", 3, "q-1")
    assert (order.venues, order.exclude_pools) == (("meteora", "raydium"), (SOL.mint,))
    assert (order.on_stale, order.scenario, order.max_price_impact_bps) == ("reject", "venue_down:raydium", 100)


def test_the_hash_is_of_the_meaning_not_of_the_words() -> None:
    same = read({"inputToken": "sol", "outputToken": USDC.mint, "amount": "1.000", "slippage": 0.005})

    assert same.body_hash() == read(GOOD).body_hash()
    assert same.identified_by("k").body_hash() == same.body_hash()


@pytest.mark.parametrize(
    "other",
    [
        {"amountIn": 2},
        {"slippageBps": 51},
        {"tokenOut": SOL.mint, "tokenIn": "USDC"},
        {"maxLegs": 1},
        {"venues": ["raydium"]},
        {"quoteId": "q"},
        {"onStale": "reject"},
        {"maxPriceImpactBps": 1},
        {"excludePools": [SOL.mint]},
    ],
)
def test_the_hash_tells_other_orders_apart(other: dict[str, Any]) -> None:
    assert read(GOOD | other).body_hash() != read(GOOD).body_hash()


def test_what_the_client_wrote_cannot_reach_into_our_sentences() -> None:
    with pytest.raises(Rejected) as refused:
        read(GOOD | {"tokenIn": "{name}{0}%s"})
    assert "{name}{0}%s" in refused.value.violations[0].detail


def test_what_is_there_is_never_called_missing() -> None:
    with pytest.raises(Rejected) as refused:
        read({f"field{n}": 0 for n in range(100)} | GOOD)
    assert {violation.code for violation in refused.value.violations} == {"unknown_field"}
