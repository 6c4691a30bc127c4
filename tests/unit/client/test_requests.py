"""What is repeated, under which key, how often; and how refusals reach the caller."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tradewind_client import (
    NotAvailable,
    OrderRequest,
    Problem,
    RetryPolicy,
    TimedOut,
    Tradewind,
    UnexpectedAnswer,
    Unreachable,
)

ORDER = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5")
TAKEN = {"orderId": "o-1", "status": "pending"}
Answer = httpx.Response | Exception


class Wire:
    """A transport that gives prepared answers, the last one again and again, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], Answer]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content, parse_float=Decimal) for request in self.asked]

    @property
    def keys(self) -> list[str]:
        return [request.headers["idempotency-key"] for request in self.asked]


def client(wire: Wire, policy: RetryPolicy, **options: Any) -> Tradewind:
    return Tradewind("http://gateway", retry=policy, transport=httpx.MockTransport(wire), **options)


def refused(status: int, code: str, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    return httpx.Response(status, json={"status": status, "code": code, "title": code, **more}, headers=headers)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("broke off"),
        refused(429, "overloaded", retryable=True),
        httpx.Response(502, text="<html>bad gateway</html>"),
        refused(503, "unavailable", retryable=True),
        refused(504, "deadline", retryable=True),
    ],
    ids=lambda trouble: getattr(trouble, "status_code", type(trouble).__name__),
)
async def test_an_order_is_sent_again_as_it_was(hasty: RetryPolicy, trouble: Answer) -> None:
    wire = Wire(trouble, trouble, httpx.Response(202, json=TAKEN, headers={"idempotent-replayed": "true"}))
    async with client(wire, hasty) as tradewind:
        submitted = await tradewind.submit(ORDER)
    assert (submitted.order_id, submitted.replayed) == ("o-1", True)
    assert wire.keys == [submitted.idempotency_key] * 3
    assert len({request.content for request in wire.asked}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 500])
async def test_a_refusal_for_good_is_not_repeated(hasty: RetryPolicy, status: int) -> None:
    wire = Wire(refused(status, "some_code"))
    async with client(wire, hasty) as tradewind:
        with pytest.raises(Problem) as caught:
            await tradewind.submit(ORDER)
    assert (caught.value.status, len(wire.asked)) == (status, 1)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (httpx.ConnectError("refused"), Unreachable),
        (httpx.ReadTimeout("slow"), TimedOut),
        (refused(503, "unavailable"), Problem),
    ],
    ids=["refused", "slow", "away"],
)
async def test_repetition_is_bounded(hasty: RetryPolicy, trouble: Answer, kind: type[Exception]) -> None:
    wire = Wire(trouble)
    async with client(wire, hasty) as tradewind:
        with pytest.raises(kind):
            await tradewind.submit(ORDER)
    assert len(wire.asked) == hasty.tries_max


async def test_retry_after_is_waited_for(hasty: RetryPolicy) -> None:
    wire = Wire(refused(429, "overloaded", headers={"retry-after": "1"}), httpx.Response(202, json=TAKEN))
    began = time.monotonic()
    async with client(wire, hasty) as tradewind:
        await tradewind.submit(ORDER)
    assert time.monotonic() - began >= 1.0
    assert len(wire.asked) == 2


@pytest.mark.parametrize("asked", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
async def test_a_wait_beyond_the_budget_is_refused_at_once(hasty: RetryPolicy, asked: str) -> None:
    wire = Wire(refused(503, "unavailable", headers={"retry-after": asked}))
    async with client(wire, hasty) as tradewind:
        with pytest.raises(Problem):
            await tradewind.submit(ORDER)
    assert len(wire.asked) == 1


async def test_every_order_has_a_key(hasty: RetryPolicy) -> None:
    wire = Wire(httpx.Response(202, json=TAKEN))
    async with client(wire, hasty) as tradewind:
        await tradewind.submit(ORDER)
        await tradewind.submit(ORDER)
        await tradewind.submit({"tokenIn": "SOL", "clientOrderId": "mine"})
        await tradewind.submit(ORDER, idempotency_key="given")
    assert wire.keys[2:] == ["mine", "given"]
    assert len(set(wire.keys)) == 4


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Decimal("1E+2"), "100"), (Decimal("0.000000001"), "0.000000001"), (7, "7"), ("1.50", "1.50")],
)
async def test_amounts_are_sent_digit_for_digit(hasty: RetryPolicy, amount: Decimal | int | str, text: str) -> None:
    wire = Wire(httpx.Response(202, json=TAKEN))
    async with client(wire, hasty) as tradewind:
        await tradewind.submit(OrderRequest(token_in="SOL", token_out="USDC", amount_in=amount, max_legs=2))
    assert wire.bodies == [{"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": text, "maxLegs": 2}]


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError, match="not exact"):
        OrderRequest(token_in="SOL", token_out="USDC", amount_in=0.1)  # type: ignore[arg-type]


async def test_amounts_are_read_digit_for_digit(hasty: RetryPolicy) -> None:
    text = """{"quoteId":"q","expiresAt":"2026-01-31T12:00:00.123Z","dex":"raydium",
        "amountIn":1,"amountInBaseUnits":"1000000000",
        "amountOut":12345678901.123456789012,"amountOutBaseUnits":"18446744073709551615","price":0.1,"fee":0,
        "route":[{"venue":"raydium","pool":"p","share":0.1,"amountIn":18446744073.709551615,
        "amountInBaseUnits":"18446744073709551615","amountOut":0.000001,"amountOutBaseUnits":"1"}],
        "somethingNew":{"a":1}}"""
    wire = Wire(httpx.Response(200, content=text.encode()))
    async with client(wire, hasty) as tradewind:
        quote = await tradewind.quote("SOL", "USDC", 1, max_price_impact_bps=10, venues=None)
    assert quote.amount_out == Decimal("12345678901.123456789012")
    assert (quote.amount_out_base_units, quote.route[0].amount_in_base_units) == (2**64 - 1, 2**64 - 1)
    assert quote.route[0].amount_in == Decimal("18446744073.709551615")
    assert (quote.price, quote.route[0].share) == (Decimal("0.1"), Decimal("0.1"))
    assert wire.bodies == [{"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1", "maxPriceImpactBps": 10}]


async def test_a_problem_tells_all(hasty: RetryPolicy) -> None:
    errors = [{"pointer": "/amountIn", "code": "not_positive", "detail": "amountIn must be above zero."}]
    wire = Wire(refused(422, "invalid_order", errors=errors, traceId="abc", retryable=False, orderStatus="x"))
    async with client(wire, hasty) as tradewind:
        with pytest.raises(Problem) as caught:
            await tradewind.preview(ORDER)
    told = caught.value
    assert (told.code, told.retryable, told.trace_id, told.extra) == (
        "invalid_order",
        False,
        "abc",
        {"orderStatus": "x"},
    )
    assert (told.errors[0].pointer, told.errors[0].code) == ("/amountIn", "not_positive")
    assert str(told) == "/amountIn: amountIn must be above zero. (422 invalid_order)"


@pytest.mark.parametrize("answer", [refused(404, "not_found"), refused(501, "not_implemented")], ids=["404", "501"])
async def test_what_the_stack_does_not_have_is_not_available(hasty: RetryPolicy, answer: httpx.Response) -> None:
    async with client(Wire(answer), hasty) as tradewind:
        for call in (tradewind.explain("o-1"), tradewind.balances(), tradewind.airdrop("SOL", 1)):
            with pytest.raises(NotAvailable):
                await call


@pytest.mark.parametrize("answer", [httpx.Response(404, text="<html>"), httpx.Response(200, text="hello")], ids=str)
async def test_another_server_is_recognised(hasty: RetryPolicy, answer: httpx.Response) -> None:
    async with client(Wire(answer), hasty) as tradewind:
        with pytest.raises(UnexpectedAnswer):
            await tradewind.order("o-1")


async def test_a_listing_follows_its_pages(hasty: RetryPolicy, snapshot: Callable[[str, int], dict[str, Any]]) -> None:
    first = {"orders": [snapshot("confirmed", 6)] * 2, "nextPageToken": "more"}
    last = {"orders": [snapshot("failed", 9)], "nextPageToken": None}
    wire = Wire(httpx.Response(200, json=first), httpx.Response(200, json=last))
    async with client(wire, hasty) as tradewind:
        found = [order.version async for order in tradewind.orders(status=("confirmed", "failed"), page_size=2)]
    assert found == [6, 6, 9]
    assert [dict(request.url.params) for request in wire.asked] == [
        {"status": "confirmed,failed", "pageSize": "2"},
        {"status": "confirmed,failed", "pageSize": "2", "pageToken": "more"},
    ]


async def test_a_batch_sends_again_only_what_may_pass(hasty: RetryPolicy) -> None:
    taken = {"status": 202, "replayed": False, "order": TAKEN}
    bad = {"status": 422, "problem": {"status": 422, "code": "invalid_order", "title": ""}}
    busy = {"status": 429, "problem": {"status": 429, "code": "overloaded", "title": "", "retryable": True}}
    wire = Wire(
        httpx.Response(200, json={"results": [busy, bad, taken]}), httpx.Response(200, json={"results": [taken]})
    )
    async with client(wire, hasty) as tradewind:
        entries = await tradewind.batch([ORDER, {"tokenIn": "?"}, ORDER])
    assert [entry.problem.code if entry.problem else "taken" for entry in entries] == [
        "taken",
        "invalid_order",
        "taken",
    ]
    first, second = (body["orders"] for body in wire.bodies)
    assert second == first[:1]
    assert len({order["clientOrderId"] for order in first}) == 3
    assert entries[0].submitted is not None
    assert entries[0].submitted.idempotency_key == first[0]["clientOrderId"]


async def test_a_large_batch_is_sent_in_parts(hasty: RetryPolicy) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        orders = json.loads(request.content)["orders"]
        results = [{"status": 202, "order": {**TAKEN, "orderId": order["amountIn"]}} for order in orders]
        return httpx.Response(200, json={"results": results})

    wire = Wire(answer)
    orders = [OrderRequest(token_in="SOL", token_out="USDC", amount_in=number) for number in range(1, 1002)]
    async with client(wire, hasty) as tradewind:
        entries = await tradewind.batch(orders)
    assert [entry.submitted.order_id for entry in entries if entry.submitted] == [str(n) for n in range(1, 1002)]
    assert [len(body["orders"]) for body in wire.bodies] == [500, 500, 1]


async def test_the_key_is_sent_and_never_said(hasty: RetryPolicy) -> None:
    wire = Wire(httpx.ConnectError("refused"))
    async with client(wire, hasty, api_key="tw_me_secret") as tradewind:
        with pytest.raises(Unreachable) as caught:
            await tradewind.tokens()
    assert wire.asked[0].headers["authorization"] == "Bearer tw_me_secret"
    assert "secret" not in f"{caught.value!r} {tradewind!r}"


@pytest.mark.parametrize("url", ["gateway:3000", "ftp://gateway", "http://", ""])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Tradewind(url)
