"""Quote, then execute: the order takes the quoted route, or says what became of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.clients import ORDER, submit, watch
from tests.stack import Stack

QUOTE_LIVES_SECONDS = 5.0


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client


async def _quote(http: httpx.AsyncClient) -> dict[str, Any]:
    body = {name: ORDER[name] for name in ("tokenIn", "tokenOut", "amountIn")}
    response = await http.post("/api/quotes", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_order_takes_the_route_it_was_quoted(stack: Stack, http: httpx.AsyncClient) -> None:
    quote = await _quote(http)
    seen = await watch(stack.ws_url, await submit(http, quoteId=quote["quoteId"]))
    routed = next(frame for frame in seen.frames if frame["status"] == "routing_complete")["details"]
    assert routed["amountOutBaseUnits"] == quote["amountOutBaseUnits"]
    assert seen.statuses[-1] == "confirmed"


async def test_a_route_is_the_same_wherever_it_is_shown(http: httpx.AsyncClient, stack: Stack) -> None:
    quote = await _quote(http)
    order_id = await submit(http, quoteId=quote["quoteId"])
    seen = await watch(stack.ws_url, order_id)
    event = next(frame for frame in seen.frames if frame["status"] == "routing_complete")["details"]
    snapshot = (await http.get(f"/api/orders/{order_id}")).json()
    [attempt] = (await http.get(f"/api/orders/{order_id}/explain")).json()["attemptHistory"]
    for name in ("route", "quotes", "refused", "runnerUp"):
        assert event[name] == quote[name] == attempt[name]
    assert (snapshot["route"], snapshot["quotes"]) == (quote["route"], quote["quotes"])
    assert all(leg["feeToken"] in (leg["tokenIn"], leg["tokenOut"]) for leg in quote["route"])


async def test_a_stale_quote_is_refused_or_replaced_as_the_order_says(stack: Stack, http: httpx.AsyncClient) -> None:
    quote = await _quote(http)
    await asyncio.sleep(QUOTE_LIVES_SECONDS + 0.5)
    refused = await http.post("/api/orders", json=ORDER | {"quoteId": quote["quoteId"], "onStale": "reject"})
    assert (refused.status_code, refused.json()["code"]) == (422, "quote_expired")
    replaced = await watch(stack.ws_url, await submit(http, quoteId=quote["quoteId"], onStale="requote"))
    assert replaced.statuses[-1] == "confirmed"


async def test_an_order_that_would_move_the_price_too_far_fails(stack: Stack, http: httpx.AsyncClient) -> None:
    seen = await watch(stack.ws_url, await submit(http, amountIn="200000", maxPriceImpactBps=1))
    assert seen.statuses[-1] == "failed"
    assert seen.frames[-1]["details"]["reason"] == "price_impact_too_high"
