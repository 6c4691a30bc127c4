"""Orders from POST to their end on the real stack, over every path a client may use."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from tests.builders import SOL
from tests.clients import ORDER, all_within, submit, submit_and_watch, watch
from tests.ledger_check import check
from tests.stack import Stack
from tradewind_client.orders import TERMINAL

LIFE = ["pending", "routing", "routing_complete", "building", "submitted", "confirmed"]


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client


async def test_the_native_stream_tells_the_whole_life(stack: Stack, http: httpx.AsyncClient) -> None:
    seen = await submit_and_watch(http, stack.ws_url)
    assert seen.statuses == LIFE
    assert seen.sequences == [1, 2, 3, 4, 5, 6]
    assert seen.close_code == 1000
    by_status = {frame["status"]: frame["details"] for frame in seen.frames}
    routed, confirmed = by_status["routing_complete"], by_status["confirmed"]
    assert routed["dex"] in ("raydium", "meteora")
    assert {quote["venue"] for quote in routed["quotes"]} == {"raydium", "meteora"}
    assert sum(int(leg["amountInBaseUnits"]) for leg in routed["route"] if leg["tokenInMint"] == SOL) == 1_500_000_000
    assert int(confirmed["amountOutBaseUnits"]) >= int(by_status["building"]["minAmountOutBaseUnits"])
    assert len(confirmed["txHash"]) >= 64


@pytest.mark.parametrize(
    ("path", "life"),
    [
        ("/ws/orders/{id}", ["pending", "routing", "routing_complete", "submitted", "confirmed"]),
        (
            "/api/orders/execute?orderId={id}",
            ["connected", "pending", "routing", "building", "submitted", "confirmed"],
        ),
        ("/api/orders/status/{id}", ["pending", "routing", "building", "submitted", "confirmed"]),
    ],
)
async def test_older_paths_speak_their_own_words(
    stack: Stack, http: httpx.AsyncClient, path: str, life: list[str]
) -> None:
    seen = await watch(stack.ws_url, await submit(http), path)
    assert seen.statuses == life


async def test_the_fifth_dialects_frames_are_flat(stack: Stack, http: httpx.AsyncClient) -> None:
    seen = await watch(stack.ws_url, await submit(http), "/api/orders/status/{id}")
    by_status = {frame["status"]: frame for frame in seen.frames}
    assert by_status["building"]["chosen"] in ("raydium", "meteora")
    assert by_status["submitted"]["attempt"] == 1
    venue = by_status["building"]["chosen"].upper()
    assert by_status["confirmed"]["txHash"].startswith(f"{venue}-")


@pytest.mark.parametrize(
    "body",
    [
        {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 10, "slippagePct": 0.5},
        {"type": "MARKET", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1, "slippageBps": 50},
        {"inputToken": "SOL", "outputToken": "USDC", "amount": 1.5},
        {"orderType": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amount": 100, "slippage": 0.05},
        ORDER,
    ],
)
async def test_every_engines_example_is_executed(stack: Stack, http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    response = await http.post("/api/orders/execute", json=body)
    assert response.status_code == 202
    answer = response.json()
    assert (answer["status"], answer["wsUpgrade"][:5]) == ("pending", "ws://")
    assert (await watch(stack.ws_url, answer["orderId"])).statuses[-1] in TERMINAL


async def test_a_late_subscriber_gets_everything_once_and_in_order(stack: Stack, http: httpx.AsyncClient) -> None:
    first = await submit_and_watch(http, stack.ws_url)
    late = await watch(stack.ws_url, first.order_id)
    assert late.frames == first.frames
    rest = await watch(stack.ws_url, first.order_id, after=4)
    assert rest.sequences == [5, 6]


async def test_the_snapshot_and_the_history_agree_with_the_stream(stack: Stack, http: httpx.AsyncClient) -> None:
    seen = await submit_and_watch(http, stack.ws_url)
    snapshot = (await http.get(f"/api/orders/{seen.order_id}")).json()
    history = (await http.get(f"/api/orders/{seen.order_id}/events")).json()
    assert snapshot["status"] == "confirmed"
    assert snapshot["txHash"] == seen.frames[-1]["details"]["txHash"]
    events = history["events"] if isinstance(history, dict) else history
    assert events == seen.frames


async def test_a_repeated_submission_is_the_same_order(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "e2e-repeat"}
    answers = await all_within(20, *(http.post("/api/orders/execute", json=ORDER, headers=headers) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replayed") != "true" for answer in answers) == 1
    other = await http.post("/api/orders/execute", json={**ORDER, "amountIn": "2"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.alone
async def test_two_hundred_at_once_end_within_ten_seconds(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=stack.url, timeout=20, limits=limits) as http:
        seen = await all_within(10, *(submit_and_watch(http, stack.ws_url) for _ in range(200)))
    for order in seen:
        assert order.sequences == list(range(1, len(order.frames) + 1))
        assert order.statuses[-1] in TERMINAL
    assert sum(order.statuses == LIFE for order in seen) >= 190
    assert check(stack.env()["DATABASE_URL"]).require_none().orders == 200


async def test_forced_failures_are_retried_and_fail_once(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MOCK_FAIL_RATE="0.8", RETRY_BASE_MS="50")
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        seen = await all_within(30, *(submit_and_watch(http, stack.ws_url) for _ in range(40)))
    ends = [order.statuses[-1] for order in seen]
    assert set(ends) == {"confirmed", "failed"}
    for order in seen:
        assert order.statuses.count("failed") <= 1
        assert order.statuses.count("routing") == order.statuses.count("retrying") + 1 <= 3
    assert check(stack.env()["DATABASE_URL"]).require_none().orders == 40


async def test_without_failures_every_order_is_filled_to_the_unit(stack: Stack, http: httpx.AsyncClient) -> None:
    seen = await submit_and_watch(http, stack.ws_url, amountIn="0.25")
    with psycopg.connect(stack.env()["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT amount_in, amount_out FROM market.swaps WHERE order_tag = %s AND state = 'landed'",
            (seen.order_id,),
        ).fetchone()
    assert row is not None
    assert row[0] == 250_000_000
    assert Decimal(str(seen.frames[-1]["details"]["amountOutBaseUnits"])) == row[1]
