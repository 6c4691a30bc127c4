"""Batches, quotes, previews and the market's data."""

import json
from typing import Any

import pytest

from servicekit.errors import Rejected, Unavailable
from tests.contract.gateway.conftest import OpenWorld, World
from tests.contract.gateway.fake_router import MSOL, POOL, SOL, USDC

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD: dict[str, Any] = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}


@pytest.mark.parametrize("wrapped", [True, False])
async def test_one_bad_order_does_not_sink_the_batch(world: World, wrapped: bool) -> None:
    orders = [GOOD | {"clientOrderId": "a"}, GOOD | {"amountIn": -1}, 7, GOOD | {"clientOrderId": "a"}]
    answer = await world.http.post("/api/orders/batch", json={"orders": orders} if wrapped else orders)

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [202, 422, 422, 202]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/amountIn"
    assert results[2]["problem"]["code"] == "invalid_order"
    assert [results[0]["replayed"], results[3]["replayed"]] == [False, True]
    assert results[0]["order"] == results[3]["order"]
    assert set(results[0]["order"]) == {"orderId", "status", "wsUpgrade", "links"}


async def test_a_large_batch_goes_out_in_few_calls(world: World) -> None:
    answer = await world.http.post("/api/orders/batch", json=[GOOD] * 500)

    ids = [result["order"]["orderId"] for result in answer.json()["results"]]
    assert len(set(ids)) == 500
    assert [world.orders.requests[order_id].amount_in for order_id in ids] == [10**9] * 500
    assert len(world.orders.batches) <= 10


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 422),
        ([GOOD] * 501, 422),
        ({"orders": [GOOD], "more": 1}, 400),
        ({"orders": GOOD}, 400),
        ("orders", 400),
        ({}, 400),
    ],
)
async def test_what_is_no_batch_is_refused_whole(world: World, body: Any, status: int) -> None:
    assert (await world.http.post("/api/orders/batch", json=body)).status_code == status
    assert not world.orders.orders


async def test_a_batch_may_be_larger_than_an_order(world: World) -> None:
    assert (await world.http.post("/api/orders/batch", content=_padded(200_000), headers=JSON)).status_code == 200
    assert (await world.http.post("/api/orders/batch", content=_padded(300_000), headers=JSON)).status_code == 413


async def test_a_quote_shows_everything_that_was_weighed(world: World) -> None:
    body = {"inputToken": "sol", "outputToken": USDC.mint, "amount": "1.5", "venues": ["raydium"], "maxLegs": 2}
    answer = await world.http.post("/api/quotes", json=body | {"maxPriceImpactBps": 50, "excludePools": [MSOL.mint]})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["quoteId"], told["expiresAt"]) == ("q-1", "2026-03-04T05:06:17.000Z")
    assert (told["dex"], told["amountIn"], told["amountOut"]) == ("raydium", 1.5, 150.123456)
    assert (told["amountOutBaseUnits"], told["fee"], told["price"]) == ("150123456", 0.375309, 100.082304)
    assert told["route"][0]["pool"] == told["quotes"][0]["pool"] == POOL
    assert told["refused"] == [
        {"venue": "meteora", "pool": None, "reason": "venue_unavailable", "detail": "No answer in time."}
    ]
    asked = world.router.asked
    assert asked is not None
    assert (asked.mint_in, asked.mint_out, asked.amount_in) == (SOL.mint, USDC.mint, 1_500_000_000)
    assert (list(asked.venues), asked.max_legs, asked.max_price_impact_bps) == (["raydium"], 2, 50)
    assert list(asked.exclude_pools) == [MSOL.mint]


async def test_a_quote_takes_no_field_of_an_order(world: World) -> None:
    answer = await world.http.post("/api/quotes", json=GOOD | {"clientOrderId": "a"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == "/clientOrderId"


async def test_quotes_can_be_read_with_the_fields_as_parameters(world: World) -> None:
    body = {**GOOD, "slippageBps": 100, "maxLegs": 2, "venues": ["raydium", "meteora"]}
    query = "tokenIn=SOL&tokenOut=USDC&amountIn=1&slippageBps=100&maxLegs=2&venues=raydium&venues=meteora"
    posted, read = await world.http.post("/api/quotes", json=body), await world.http.get(f"/api/quotes?{query}")

    assert (read.status_code, read.json()) == (200, posted.json())
    assert read.json()["slippageBps"] == 100
    assert read.json()["minAmountOut"] < read.json()["amountOut"]
    joined = query.replace("venues=raydium&venues=meteora", "venues=raydium,meteora")
    assert (await world.http.get(f"/api/quotes?{joined}")).json() == read.json()


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("tokenOut=USDC&amountIn=1", "?tokenIn", "required"),
        ("tokenIn=SOL&tokenOut=USDC&amountIn=x", "?amountIn", "not_a_number"),
        ("tokenIn=SOL&tokenOut=USDC&amountIn=1&amountIn=2", "?amountIn", "invalid_value"),
        ("tokenIn=SOL&tokenOut=USDC&amountIn=1&maxLegs=0", "?maxLegs", "out_of_range"),
        ("tokenIn=SOL&tokenOut=USDC&amountIn=1&venues=", "?venues", "invalid_value"),
        ("tokenIn=SOL&tokenOut=USDC&amount=1", "?amount", "unknown_field"),
    ],
)
async def test_a_bad_parameter_of_a_quote_is_named(world: World, query: str, pointer: str, code: str) -> None:
    answer = await world.http.get(f"/api/quotes?{query}")

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_a_preview_stores_nothing(world: World) -> None:
    answer = await world.http.post("/api/orders/preview", json=GOOD | {"slippageBps": 100, "clientOrderId": "a"})

    assert answer.status_code == 200
    told = answer.json()
    # 150.123456 less 1 %, rounded up to the base unit.
    assert '"minAmountOut":148.622222' in answer.text
    assert (told["order"]["slippageBps"], told["order"]["tokenOut"]) == (100, "USDC")
    assert (told["dex"], told["priceImpactBps"]) == ("raydium", 7)
    assert not world.orders.orders


async def test_a_preview_tells_every_violation(world: World) -> None:
    answer = await world.http.post("/api/orders/preview", json={"tokenIn": "NOPE", "amountIn": 0})

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/tokenIn", "/tokenOut", "/amountIn"}


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Rejected("NO_ROUTE"), 422),
        (Rejected("INSUFFICIENT_LIQUIDITY"), 422),
        (Unavailable("QUOTES_UNAVAILABLE"), 503),
    ],
)
async def test_what_the_router_refuses_is_passed_on(world: World, refusal: Rejected | Unavailable, status: int) -> None:
    world.router.refuse = refusal
    answer = await world.http.post("/api/quotes", json=GOOD)

    assert (answer.status_code, answer.json()["code"]) == (status, refusal.reason.lower())


async def test_tokens_pools_and_prices(world: World) -> None:
    tokens = (await world.http.get("/api/tokens")).json()["tokens"]
    pools = await world.http.get("/api/pools", params={"token": "sol"})
    prices = await world.http.get("/api/prices", params={"token": USDC.mint})
    none = await world.http.get("/api/pools", params={"token": "mSOL"})

    assert tokens[0] == {"symbol": "SOL", "mint": SOL.mint, "name": "Wrapped SOL", "decimals": 9}
    pool = pools.json()["pools"][0]
    assert (pool["pool"], pool["base"], pool["quote"], pool["feePpm"]) == (POOL, "SOL", "USDC", 2_500)
    assert pool["baseReserveBaseUnits"] == "18446744073709551615"
    assert '"baseReserve":18446744073.709551615,' in pools.text
    assert '"price":150.123456789012345' in pools.text
    assert prices.json()["prices"][0]["base"] == "SOL"
    assert none.json()["pools"] == []


@pytest.mark.parametrize("path", ["/api/pools?token=NOPE", "/api/prices?tokn=SOL", "/api/tokens?x=1"])
async def test_a_bad_parameter_is_named(world: World, path: str) -> None:
    answer = await world.http.get(path)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_orders_are_taken_while_the_router_is_away(world: World) -> None:
    await world.router.stop()
    accepted = await world.http.post("/api/orders/execute", json=GOOD)
    quoted = await world.http.post("/api/quotes", json=GOOD)
    await world.router.start()

    assert (accepted.status_code, quoted.status_code) == (202, 503)


async def test_scenarios_pass_only_when_switched_on(open_world: OpenWorld) -> None:
    world = await open_world(scenarios="on")
    answer = await world.http.post("/api/orders/execute", json=GOOD | {"scenario": "venue_down:raydium"})

    assert answer.status_code == 202
    assert world.orders.requests[answer.json()["orderId"]].scenario == "venue_down:raydium"


JSON = {"content-type": "application/json"}


def _padded(size: int) -> str:
    return json.dumps({"orders": [GOOD]}).ljust(size)
