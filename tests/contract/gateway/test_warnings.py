"""What is told before an order is sent, and what is refused because nobody can have meant it."""

from typing import Any

import pytest

from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable
from tests.contract.gateway.conftest import OpenWorld, World
from tests.contract.gateway.fake_router import SOL
from tests.unit.gateway.corpus import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER_TRADE = Rejected("INVALID_REQUEST", violations=[FieldViolation("quote_id", "belongs to another pair or amount")])


def codes(answer: Any) -> list[str]:
    return [warning["code"] for warning in answer.json()["warnings"]]


async def test_a_preview_warns_of_a_wallet_that_holds_too_little(world: World) -> None:
    poor = await world.http.post("/api/orders/preview", json=GOOD)
    world.market.wallets["default", SOL.mint] = 10**9
    rich = await world.http.post("/api/orders/preview", json=GOOD)

    assert (codes(poor), codes(rich)) == (["insufficient_balance"], [])
    assert poor.json()["warnings"][0]["detail"] == "The wallet holds 0 SOL; the order sells 1."
    assert codes(await world.http.post("/api/quotes", json=GOOD)) == [], "a quote is nobody's order"


async def test_impact_and_a_price_far_from_the_pools_are_told(world: World) -> None:
    world.router.impact_bps = 101
    world.router.mid_price = "160"
    answer = await world.http.post("/api/quotes", json=GOOD)

    assert codes(answer) == ["high_price_impact", "far_from_reference"]
    assert "1.01 %" in answer.json()["warnings"][0]["detail"]
    # 150.123456 for one, where the pool's middle is 160.
    assert "6.17 %" in answer.json()["warnings"][1]["detail"]


async def test_dust_is_told_with_the_receipt_too(world: World) -> None:
    dust = GOOD | {"amountIn": "0.000000099"}
    taken = await world.http.post("/api/orders", json=dust, headers={"idempotency-key": "dust"})
    again = await world.http.post("/api/orders", json=dust, headers={"idempotency-key": "dust"})

    assert (taken.status_code, codes(taken)) == (202, ["dust"])
    assert again.content == taken.content
    assert codes(await world.http.post("/api/orders", json=GOOD)) == []
    assert "dust" in codes(await world.http.post("/api/quotes", json=dust))


async def test_a_warning_that_cannot_be_made_fails_nothing(world: World) -> None:
    world.market.refuse = Unavailable("UNAVAILABLE")
    answer = await world.http.post("/api/orders/preview", json=GOOD)

    assert (answer.status_code, codes(answer)) == (200, [])


@pytest.mark.parametrize(
    ("refusal", "on_stale", "status", "code"),
    [
        (OTHER_TRADE, None, 422, "invalid_order"),
        (OTHER_TRADE, "reject", 422, "invalid_order"),
        (Rejected("QUOTE_EXPIRED"), "reject", 422, "quote_expired"),
        (Rejected("QUOTE_EXPIRED"), None, 202, None),
        (Rejected("NO_ROUTE"), "reject", 202, None),
        (Unavailable("UNAVAILABLE"), "reject", 202, None),
    ],
)
async def test_a_quote_that_an_order_cannot_have_is_refused_when_it_is_sent(
    world: World, refusal: DomainError, on_stale: str | None, status: int, code: str | None
) -> None:
    world.router.refuse = refusal
    for path, wrap in (("/api/orders", False), ("/api/orders/batch", True)):
        order = GOOD | {"quoteId": "abc-1-2", "onStale": on_stale}
        answer = await world.http.post(path, json=[order] if wrap else order)
        told = answer.json()["results"][0] if wrap else {"status": answer.status_code, "problem": answer.json()}
        assert told["status"] == status
        if code:
            assert told["problem"]["code"] == code
        if code == "invalid_order":
            (error,) = told["problem"]["errors"]
            assert (error["pointer"], error["code"]) == ("/quoteId", "unknown_quote")
    assert bool(world.orders.orders) is (status == 202)


async def test_an_order_that_is_stored_keeps_its_answer_when_its_quote_is_gone(world: World) -> None:
    order = GOOD | {"quoteId": "abc-1-2", "onStale": "reject", "clientOrderId": "once"}
    taken = await world.http.post("/api/orders", json=order)
    world.router.refuse = Rejected("QUOTE_EXPIRED")
    again = await world.http.post("/api/orders", json=order)

    assert (taken.status_code, again.status_code) == (202, 202)
    assert again.content == taken.content


async def test_an_order_that_names_no_impact_is_held_to_the_gateways(world: World, open_world: OpenWorld) -> None:
    other = await open_world(max_price_impact_bps=10_000)
    for asked, body, limit in (
        (world, GOOD, 1_500),
        (world, GOOD | {"maxPriceImpactBps": 9_000}, 9_000),
        (world, GOOD | {"maxPriceImpactBps": None}, 1_500),
        (other, GOOD, 10_000),
    ):
        await asked.http.post("/api/orders", json=body)
        assert list(asked.orders.requests.values())[-1].max_price_impact_bps == limit
        await asked.http.post("/api/orders/preview", json=body)
        assert asked.router.asked is not None
        assert asked.router.asked.max_price_impact_bps == limit
    # Whoever asks for quotes wants to see what there is.
    await world.http.post("/api/quotes", json=GOOD)
    assert world.router.asked is not None
    assert world.router.asked.max_price_impact_bps == 0


async def test_the_default_limit_written_out_is_the_same_order(world: World) -> None:
    headers = {"idempotency-key": "limit"}
    one = await world.http.post("/api/orders", json=GOOD, headers=headers)
    two = await world.http.post("/api/orders", json=GOOD | {"maxPriceImpactBps": 1_500}, headers=headers)

    assert (one.status_code, two.status_code) == (202, 202)
    assert one.content == two.content
