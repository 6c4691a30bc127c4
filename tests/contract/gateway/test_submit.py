"""POST /api/orders/execute."""

import asyncio
import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

from servicekit.errors import Unavailable
from tests.contract.gateway.conftest import OpenWorld, World, eventually
from tradewind.orders.v1 import orders_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "/api/orders/execute"
CANONICAL: dict[str, Any] = {
    "type": "market",
    "tokenIn": "SOL",
    "tokenOut": "USDC",
    "amountIn": "1.5",
    "slippageBps": 50,
    "clientOrderId": "abc-1",
}

EXAMPLES = {
    "percent": ('{"tokenIn":"SOL","tokenOut":"USDC","amountIn":10,"slippagePct":0.5}', 10 * 10**9, 50),
    "typed": ('{"type":"MARKET","tokenIn":"SOL","tokenOut":"USDC","amountIn":1,"slippageBps":50}', 10**9, 50),
    "input words": ('{"inputToken":"SOL","outputToken":"USDC","amount":1.5}', 1_500_000_000, 50),
    "fraction": (
        '{"orderType":"market","tokenIn":"SOL","tokenOut":"USDC","amount":100,"slippage":0.05}',
        100 * 10**9,
        500,
    ),
    "canonical": (
        '{"type":"market","tokenIn":"SOL","tokenOut":"USDC","amountIn":"1.5","slippageBps":50,"clientOrderId":"a"}',
        1_500_000_000,
        50,
    ),
}


@pytest.mark.parametrize(("body", "amount_in", "slippage_bps"), EXAMPLES.values(), ids=EXAMPLES)
async def test_every_engines_example_is_taken_verbatim(
    world: World, body: str, amount_in: int, slippage_bps: int
) -> None:
    answer = await world.http.post(URL, content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 202
    told = answer.json()
    order_id = told["orderId"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", order_id)
    assert told["status"] == "pending"
    assert told["wsUpgrade"] == f"ws://127.0.0.1:{world.port}/api/orders/status/{order_id}"
    assert told["links"] == {
        "self": f"/api/orders/{order_id}",
        "events": f"/api/orders/{order_id}/events",
        "stream": f"ws://127.0.0.1:{world.port}/api/orders/{order_id}/events",
    }
    assert answer.headers["location"] == f"/api/orders/{order_id}"
    stored = world.orders.requests[order_id]
    assert (stored.amount_in, stored.slippage_bps) == (amount_in, slippage_bps)
    assert (stored.mint_in[:4], stored.mint_out[:4]) == ("So11", "EPjF")
    assert (stored.decimals_in, stored.decimals_out) == (9, 6)
    assert len(stored.body_hash) == 32
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", stored.traceparent)


async def test_a_repeated_request_gets_the_same_bytes(world: World) -> None:
    first = await world.http.post(URL, json=CANONICAL)
    world.orders.happen(first.json()["orderId"], "routing")
    second = await world.http.post(URL, json=CANONICAL)

    assert (second.status_code, second.content) == (202, first.content)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(world.orders.orders) == 1


async def test_other_words_for_the_same_order_are_a_repeat(world: World) -> None:
    key = {"idempotency-key": '"abc-1"'}
    first = await world.http.post(URL, json=CANONICAL)
    other = {"orderType": "MARKET", "inputToken": "sol", "outputToken": "usdc", "amount": 1.50, "slippage": 0.005}
    second = await world.http.post(URL, json=other, headers=key)

    assert second.content == first.content


async def test_another_order_under_the_same_key_is_refused(world: World) -> None:
    await world.http.post(URL, json=CANONICAL)
    answer = await world.http.post(URL, json=CANONICAL | {"amountIn": "2"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_two_different_keys_are_refused(world: World) -> None:
    answer = await world.http.post(URL, json=CANONICAL, headers={"idempotency-key": "other"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/clientOrderId"


@pytest.mark.parametrize("key", ["", '""', "with space", "x" * 256, "auto:1"])
async def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    answer = await world.http.post(URL, json=_plain(), headers={"idempotency-key": key})

    assert answer.status_code == 422
    assert not world.orders.orders


async def test_orders_without_a_key_are_each_their_own(world: World) -> None:
    answers = [await world.http.post(URL, json=_plain()) for _ in range(2)]

    assert len({answer.json()["orderId"] for answer in answers}) == 2
    shown = await world.http.get(answers[0].headers["location"])
    assert shown.json()["clientOrderId"] is None


async def test_concurrent_orders_share_calls(world: World) -> None:
    world.orders.submits_open.clear()
    async with asyncio.TaskGroup() as requests:
        sent = [requests.create_task(world.http.post(URL, json=_plain())) for _ in range(60)]
        await eventually(lambda: orders_held(world) == 60)
        world.orders.submits_open.set()

    answers = [request.result() for request in sent]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["orderId"] for answer in answers}) == 60
    assert len(world.orders.batches) == 3


def orders_held(world: World) -> float:
    """How many orders are in calls to the executor, or wait for one."""
    waiting = REGISTRY.get_sample_value("tradewind_batch_waiting", {"batch": "submit"}) or 0
    return sum(world.orders.batches) + waiting


async def test_a_full_queue_refuses_and_says_when_to_come_back(open_world: OpenWorld) -> None:
    world = await open_world(submits_waiting_max=1)
    world.orders.submits_open.clear()
    async with asyncio.TaskGroup() as requests:
        sent = [requests.create_task(world.http.post(URL, json=_plain())) for _ in range(20)]
        await eventually(lambda: sum(request.done() for request in sent) + orders_held(world) == 20)
        refused = [request.result() for request in sent if request.done()]
        world.orders.submits_open.set()

    assert {request.result().status_code for request in sent} == {202, 503}
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(503, "1")}


async def test_an_executor_that_is_away_is_503(world: World) -> None:
    await world.orders.stop()
    answer = await world.http.post(URL, json=_plain())
    await world.orders.start()

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["retryable"] is True


async def test_an_executor_that_does_not_answer_is_504(open_world: OpenWorld) -> None:
    world = await open_world(rpc_deadline_seconds=0.2)
    world.orders.submit_seconds = 1
    answer = await world.http.post(URL, json=_plain())

    assert (answer.status_code, answer.json()["code"]) == (504, "deadline")


async def test_an_executor_that_asks_for_time_is_given_it(world: World) -> None:
    world.orders.refuse = Unavailable("OVERLOADED", retry_after_ms=2500)
    answer = await world.http.post(URL, json=_plain())

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


async def test_the_executors_refusal_names_the_field_as_the_client_did(world: World) -> None:
    violation = pb.FieldViolation(field="amount_in", detail="too much for this account")
    world.orders.refusal = pb.OrderRefusal(reason="INVALID_ORDER", detail="no", violations=[violation])
    answer = await world.http.post(URL, json={"inputToken": "SOL", "outputToken": "USDC", "amount": 1.5})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/amount", "code": "invalid_value", "detail": "too much for this account"}
    ]


async def test_forwarded_headers_count_only_from_a_trusted_proxy(open_world: OpenWorld) -> None:
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "dex.example"}
    plain = await open_world()
    behind_proxy = await open_world(trusted_proxies="127.0.0.0/8, ::1", allowed_hosts="dex.example")

    ignored = await plain.http.post(URL, json=_plain(), headers=forwarded)
    believed = await behind_proxy.http.post(URL, json=_plain(), headers=forwarded)

    assert ignored.json()["wsUpgrade"].startswith(f"ws://127.0.0.1:{plain.port}/")
    assert believed.json()["wsUpgrade"].startswith("wss://dex.example/api/orders/status/")


async def test_a_host_that_is_none_is_not_echoed(open_world: OpenWorld) -> None:
    world = await open_world(allowed_hosts="*")
    answer = await world.http.post(URL, json=_plain(), headers={"host": 'evil"><script>'})

    assert answer.json()["wsUpgrade"].startswith(f"ws://127.0.0.1:{world.port}/")


async def test_the_callers_trace_goes_on(world: World) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await world.http.post(URL, json=_plain(), headers={"traceparent": trace})
    assert world.orders.requests[answer.json()["orderId"]].traceparent == trace

    refused = await world.http.post(URL, json={}, headers={"traceparent": trace})
    assert refused.json()["traceId"] == "0af7651916cd43dd8448eb211c80319c"


def _plain() -> dict[str, Any]:
    return {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}


KEYLESS = {name: value for name, value in CANONICAL.items() if name != "clientOrderId"}


async def test_two_keys_in_one_request_are_refused(world: World) -> None:
    headers = [("idempotency-key", "a"), ("idempotency-key", "a")]
    answer = await world.http.post("/api/orders/execute", json=KEYLESS, headers=headers)
    assert answer.status_code == 422
    assert "twice" in answer.json()["detail"]


async def test_a_default_that_is_written_out_equals_one_left_out(world: World) -> None:
    key = "defaults-1"
    spelled_out = {"onStale": "requote", "venues": ["raydium", "meteora"], "slippageBps": 50}
    first = await world.http.post(
        "/api/orders/execute", json=KEYLESS | {"slippageBps": 50}, headers={"idempotency-key": key}
    )
    again = await world.http.post("/api/orders/execute", json=KEYLESS | spelled_out, headers={"idempotency-key": key})
    assert (first.status_code, again.status_code) == (202, 202), again.text
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


async def test_a_batch_under_a_key_is_stored_once(world: World) -> None:
    key = "batch-1"
    batch = {"orders": [KEYLESS, KEYLESS | {"clientOrderId": "batch-own"}]}
    first, again = [
        (await world.http.post("/api/orders/batch", json=batch, headers={"idempotency-key": key})).json()
        for _ in range(2)
    ]
    assert [result["replayed"] for result in first["results"]] == [False, False]
    assert [result["replayed"] for result in again["results"]] == [True, True]
    assert [r["order"]["orderId"] for r in first["results"]] == [r["order"]["orderId"] for r in again["results"]]
    long = await world.http.post("/api/orders/batch", json=batch, headers={"idempotency-key": "x" * 252})
    assert (long.status_code, "251" in long.json()["detail"]) == (422, True)


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/orders/{}"), ("PATCH", "/api/accounts/default")])
async def test_where_repeating_is_safe_a_key_is_refused_with_the_reason(world: World, method: str, path: str) -> None:
    key = "any"
    order_id = (await world.http.post("/api/orders/execute", json=KEYLESS)).json()["orderId"]
    body = {"tradingState": "active"} if method == "PATCH" else None
    answer = await world.http.request(method, path.format(order_id), json=body, headers={"idempotency-key": key})
    assert answer.status_code == 422
    assert "Leave it out" in answer.json()["detail"]
