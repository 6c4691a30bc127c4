"""Each error's advice, followed to the letter while a part is frozen, never makes two orders of one intent."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from tests.clients import ORDER
from tests.stack import Stack, eventually

# The gateway's deadline for a call is 5 seconds, and an answer may be on its way when the part wakes up.
PATIENCE_SECONDS = 30.0
TRIES_MAX = 10


@contextmanager
def frozen(stack: Stack, part: str) -> Iterator[None]:
    """Stop a part, with its children: the backends of Postgres are processes of their own."""
    process = psutil.Process(stack.pid(part))
    stopped = [process, *process.children(recursive=True)]
    for each in stopped:
        os.kill(each.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in stopped:
            if each.is_running():
                os.kill(each.pid, signal.SIGCONT)


def send(http: httpx.Client, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
    return http.post(path, json=body, headers=headers, timeout=PATIENCE_SECONDS)


def follow_the_advice(http: httpx.Client, path: str, body: Any, refused: httpx.Response) -> httpx.Response:
    """Do what a problem says, as a client that knows nothing else would, until there is another answer than a 5xx."""
    answer, key = refused, ""
    for _ in range(TRIES_MAX):
        if answer.status_code < 500:
            return answer
        problem = answer.json()
        assert problem["retry"] in ("safe", "with_key"), problem
        if problem["retry"] == "with_key":
            key = key or problem["idempotencyKey"]
        answer = send(http, path, body, {"Idempotency-Key": key} if key else {})
    raise AssertionError(f"no answer but {answer.text}")


def stored(http: httpx.Client, client_order_id: str | None = None) -> list[dict[str, Any]]:
    query = {} if client_order_id is None else {"clientOrderId": client_order_id}
    orders: list[dict[str, Any]] = http.get("/api/orders", params={"pageSize": 500, **query}).json()["orders"]
    return orders


@pytest.mark.parametrize("part", ["postgres", "executor", "redis"])
def test_the_advice_of_a_submission_never_makes_two_orders(start_stack: Callable[..., Stack], part: str) -> None:
    stack = start_stack()
    with httpx.Client(base_url=stack.url) as http:
        with frozen(stack, part):
            first = send(http, "/api/orders/execute", ORDER, {})
        if part == "redis":
            # The queue is an accelerator: acceptance does not wait for it.
            assert first.status_code == 202
        else:
            assert first.status_code in (503, 504)
            assert first.json()["outcome"] == "unknown"
            assert first.json()["orderId"] in first.json()["detail"]
        answer = follow_the_advice(http, "/api/orders/execute", ORDER, first)
        assert answer.status_code == 202
        eventually(lambda: len(stored(http)) == 1 and stored(http)[0]["status"] == "confirmed", within_seconds=60)
        [order] = stored(http)
        assert order["orderId"] == answer.json()["orderId"]
        if part != "redis":
            # Whether the first request or the repeat made it, the answer's id leads to it.
            named = first.json()["orderId"]
            assert order["orderId"] == named or order["clientOrderId"] == named


def test_a_batch_repeated_as_each_of_its_answers_says_stores_each_order_once(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack()
    body = {"orders": [ORDER, {**ORDER, "amountIn": "2"}, {**ORDER, "clientOrderId": "mine"}]}
    with httpx.Client(base_url=stack.url) as http:
        with frozen(stack, "executor"):
            first = send(http, "/api/orders/batch", body, {"Idempotency-Key": "batch-1"})
        assert first.status_code == 200
        problems = [result["problem"] for result in first.json()["results"]]
        assert [problem["idempotencyKey"] for problem in problems] == ["batch-1#0", "batch-1#1", "mine"]
        eventually(lambda: send(http, "/api/orders/batch", body, {"Idempotency-Key": "batch-1"}).status_code == 200)
        again = send(http, "/api/orders/batch", body, {"Idempotency-Key": "batch-1"}).json()["results"]
        assert [(result["status"], result["replayed"]) for result in again] == [(202, True)] * 3
        assert len(stored(http)) == 3


def test_an_airdrop_without_a_key_can_be_repeated_with_the_one_that_its_error_names(
    start_stack: Callable[..., Stack],
) -> None:
    stack = start_stack()
    body = {"token": "USDC", "amount": "25"}
    with httpx.Client(base_url=stack.url) as http:

        def held() -> float:
            balances = http.get("/api/balances").json()["balances"]
            return float(next(balance["amount"] for balance in balances if balance["token"] == "USDC"))

        before = held()
        with frozen(stack, "market"):
            first = send(http, "/api/airdrop", body, {})
        assert first.status_code in (503, 504)
        assert follow_the_advice(http, "/api/airdrop", body, first).status_code == 200
        assert held() == before + 25
