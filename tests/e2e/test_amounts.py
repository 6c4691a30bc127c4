"""Every document of real orders' lives keeps the rules: plain numbers, both forms of an amount, one meaning a word."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import jsonschema_rs
import pytest
import websockets

from tests.amount_rules import faults_of, read_plain
from tests.clients import submit
from tests.stack import Stack
from tradewind_client.orders import TERMINAL

# A pair without a pool of its own, one of very small numbers, one that is tried twice, one that fails, a split.
ORDERS: Mapping[str, dict[str, Any]] = {
    "dust": {"amountIn": "0.000001"},
    "a split": {"amountIn": "4000", "slippageBps": 500},
    "two hops": {"tokenIn": "BONK", "tokenOut": "JUP", "amountIn": "1000000"},
    "a tiny price": {"tokenIn": "BONK", "tokenOut": "SOL", "amountIn": "150"},
    "tried twice": {"amountIn": "1", "scenario": "fail_once"},
    "failed": {"amountIn": "1", "scenario": "fail_always"},
}

LISTS: Mapping[str, str] = {
    "/api/orders": "OrderPage",
    "/api/tokens": "TokenList",
    "/api/pools": "PoolList",
    "/api/prices": "PriceList",
    "/api/balances": "BalanceList",
    "/api/meta/scenarios": "ScenarioList",
    "/api/status": "Status",
}


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as client:
        yield client


async def decimals_of(http: httpx.AsyncClient) -> dict[str, int]:
    return {token["mint"]: token["decimals"] for token in (await http.get("/api/tokens")).json()["tokens"]}


async def life_of(stack: Stack, order_id: str) -> list[str]:
    """Return the frames of an order's life, as the native socket sends them."""
    async with websockets.connect(f"{stack.ws_url}/api/orders/{order_id}/events", open_timeout=20) as socket:
        return [str(frame) async for frame in socket]


async def documents(http: httpx.AsyncClient, order_id: str) -> dict[str, str]:
    """Return what is told of an order in answers."""
    paths = (f"/api/orders/{order_id}", f"/api/orders/{order_id}/events", f"/api/orders/{order_id}/explain")
    return {path: (await http.get(path)).text for path in paths}


@pytest.mark.parametrize("name", ORDERS)
async def test_an_order_is_told_in_the_same_words_everywhere(stack: Stack, http: httpx.AsyncClient, name: str) -> None:
    decimals = await decimals_of(http)
    order_id = await submit(http, **ORDERS[name])
    frames = await life_of(stack, order_id)
    answers = await documents(http, order_id)
    order = read_plain(answers[f"/api/orders/{order_id}"])
    tokens = {name: order[name] for name in ("tokenInMint", "tokenOutMint")}
    for place, text in [*answers.items(), *((f"frame {n}", frame) for n, frame in enumerate(frames))]:
        assert faults_of(read_plain(text), decimals, tokens) == [], place
    first, last = json.loads(frames[0])["details"], json.loads(frames[-1])
    assert {key: first[key] for key in ("tokenIn", "tokenInMint")} == {
        key: order[key] for key in ("tokenIn", "tokenInMint")
    }
    assert first["tokenIn"] != first["tokenInMint"]
    if last["status"] == "confirmed":
        assert order["failureReason"] is None
        assert read_plain(frames[-1])["details"]["executedPrice"] == order["executedPrice"]
        explained = read_plain(answers[f"/api/orders/{order_id}/explain"])
        assert explained["fill"]["shortfallBps"] == read_plain(frames[-1])["details"]["shortfallBps"]
    if name == "tried twice":
        assert [attempt["result"] == "landed" for attempt in order["attemptHistory"]] == [False, True]
    assert (last["status"] == "failed") is (name == "failed")


async def test_lists_streams_quotes_and_the_market_keep_the_rules_too(stack: Stack, http: httpx.AsyncClient) -> None:
    decimals = await decimals_of(http)
    order_id = await submit(http)
    await life_of(stack, order_id)
    pair = {"tokenIn": "BONK", "tokenOut": "JUP", "amountIn": "1000000"}
    asked = [
        await http.get("/api/orders"),
        await http.post("/api/quotes", json=pair),
        await http.post("/api/orders/preview", json=pair),
        await http.get("/api/prices"),
        await http.get("/api/pools"),
        await http.get("/api/balances"),
        await http.post("/api/airdrop", json={"token": "BONK", "amount": "0.00001"}),
    ]
    for answer in asked:
        assert answer.status_code == 200, answer.text
        assert faults_of(read_plain(answer.text), decimals) == [], answer.url
    assert all("attemptHistory" not in order for order in asked[0].json()["orders"])
    assert faults_of(read_plain(await _first_prices(http)), decimals) == []


async def test_the_documents_describe_what_the_stack_says(stack: Stack, http: httpx.AsyncClient) -> None:
    named = (await http.get("/openapi.json")).json()["components"]
    streams = (await http.get("/asyncapi.json")).json()["components"]
    orders = [await submit(http, **ORDERS[name]) for name in ("tried twice", "failed")]
    waiting = await submit(http, amountIn="1", scenario="fail_always")
    async with asyncio.timeout(20):
        while "retrying" not in (await http.get(f"/api/orders/{waiting}")).json()["status"]:
            await asyncio.sleep(0.02)
    cancelled = await http.delete(f"/api/orders/{waiting}")
    assert len(cancelled.json()["attemptHistory"]) == cancelled.json()["attempts"]
    _valid(cancelled.json(), "Order", named)
    for order_id in (*orders, waiting):
        frames = [json.loads(frame) for frame in await life_of(stack, order_id)]
        assert frames[-1]["status"] in TERMINAL
        for frame in frames:
            _valid(frame, "Event", streams)
        _valid((await http.get(f"/api/orders/{order_id}")).json(), "Order", named)
        _valid((await http.get(f"/api/orders/{order_id}/events")).json(), "History", named)
        _valid((await http.get(f"/api/orders/{order_id}/explain")).json(), "Explanation", named)
    for path, name in LISTS.items():
        _valid((await http.get(path)).json(), name, named)
    _valid(json.loads(await _first_prices(http)), "PriceEvent", streams)


def _valid(document: Any, name: str, components: Mapping[str, Any]) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(document)


async def _first_prices(http: httpx.AsyncClient) -> str:
    """Return the first event of the stream of prices."""
    async with http.stream("GET", "/api/prices", headers={"accept": "text/event-stream"}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                return line.removeprefix("data: ")
    raise AssertionError("the stream ended without an event")
