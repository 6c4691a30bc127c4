"""Snapshots, histories, lists, cancellation and health."""

import json
from typing import Any

import pytest

from servicekit.errors import ERRORS, Rejected, Unavailable
from tests.contract.gateway.conftest import World
from tests.contract.gateway.fake_orders import LIFE, SIGNATURE, frame
from tests.contract.gateway.fake_router import POOL, QUOTED_AT, SOL, USDC, presented
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind.router.v1 import router_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEG = router_pb2.Leg(
    venue="raydium",
    pool_id=POOL,
    pool_kind="raydium_cpmm",
    mint_in=SOL.mint,
    mint_out=USDC.mint,
    amount_in=3_000_000_000,
    amount_out=451_000_000,
    fee=7_500_000,
    fee_mint=SOL.mint,
)
PRESENTED = json.loads(presented(LEG, 1_000))
# As the executor keeps a route.
ROUTE: dict[str, Any] = {
    "venue": "raydium",
    "amountIn": "3000000000",
    "amountOut": "451000000",
    "fee": "1000",
    "priceImpactBps": 3,
    "slot": 9,
    "legs": [
        {
            "venue": "raydium",
            "pool": POOL,
            "kind": "raydium_cpmm",
            "mintIn": SOL.mint,
            "mintOut": USDC.mint,
            "amountIn": "3000000000",
            "amountOut": "451000000",
            "fee": "7500000",
            "feeMint": SOL.mint,
            "shareBps": 10000,
        }
    ],
    "presented": PRESENTED,
}


def confirmed(world: World) -> str:
    order_id = world.orders.add(*LIFE)
    attempt = pb.Attempt(
        attempt=1,
        swap_id="s1",
        result="landed",
        tx_signature=SIGNATURE,
        route_json=json.dumps(ROUTE),
        started_at=QUOTED_AT,
        ended_at=QUOTED_AT,
    )
    world.orders.orders[order_id].MergeFrom(
        pb.Order(
            client_order_id="abc-1",
            mint_in=SOL.mint,
            mint_out=USDC.mint,
            amount_in=3_000_000_000,
            slippage_bps=50,
            attempt=1,
            swap_id="s1",
            route_json=json.dumps(ROUTE),
            quoted_amount_out=451_000_000,
            min_amount_out=448_745_000,
            executed_amount_out=450_000_001,
            tx_signature=SIGNATURE,
            attempts=[attempt],
        )
    )
    return order_id


async def test_the_snapshot_tells_all_that_is_known(world: World) -> None:
    order_id = confirmed(world)
    answer = await world.http.get(f"/api/orders/{order_id}")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"6"')
    told = answer.json()
    assert told["orderId"] == order_id
    assert (told["status"], told["type"], told["version"]) == ("confirmed", "market", 6)
    assert (told["tokenIn"], told["tokenOut"], told["clientOrderId"]) == ("SOL", "USDC", "abc-1")
    assert (told["dex"], told["txHash"], told["attempts"]) == ("raydium", SIGNATURE, 1)
    assert (told["amountIn"], told["amountInBaseUnits"]) == (3, "3000000000")
    assert (told["createdAt"], told["updatedAt"]) == ("2026-03-04T05:06:07.089Z",) * 2
    assert told["quotes"] == PRESENTED["quotes"]
    assert told["route"] == PRESENTED["route"]
    assert told["failureReason"] is None
    assert told["attemptHistory"][0]["result"] == "landed"
    # Exactly, digit for digit; a third of a lamport is rounded at the eighteenth digit.
    assert '"quotedPrice":150.333333333333333,' in answer.text
    assert '"executedPrice":150.000000333333333,' in answer.text
    assert '"executedAmountOut":450.000001,"executedAmountOutBaseUnits":"450000001",' in answer.text


async def test_what_an_earlier_release_presented_in_other_units_is_not_shown(world: World) -> None:
    order_id = confirmed(world)
    leg = {"venue": "raydium", "pool": POOL, "tokenIn": SOL.mint, "amountIn": "3000000000", "fee": "7500000"}
    before = json.dumps({**ROUTE, "presented": {"route": [leg], "quotes": [], "refused": [], "runnerUp": None}})
    stored = world.orders.orders[order_id]
    stored.route_json = stored.attempts[0].route_json = before
    told = (await world.http.get(f"/api/orders/{order_id}")).json()
    [attempt] = (await world.http.get(f"/api/orders/{order_id}/explain")).json()["attemptHistory"]

    assert (told["dex"], told["route"], told["quotes"]) == ("raydium", None, None)
    assert (attempt["amountOut"], attempt["amountOutBaseUnits"]) == (451, "451000000")
    hidden = ("route", "quotes", "refused", "runnerUp", "fee", "feeBaseUnits", "feeToken", "feeTokenMint")
    assert {name: attempt[name] for name in hidden} == dict.fromkeys(hidden)


async def test_a_young_order_knows_little(world: World) -> None:
    answer = await world.http.post("/api/orders/execute", json={"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1})
    told = (await world.http.get(answer.headers["location"])).json()

    unknown = ["clientOrderId", "dex", "route", "quotes", "txHash", "swapId", "failureReason", "nextAttemptAt"]
    unknown += ["quotedAmountOut", "minAmountOut", "executedAmountOut", "quotedPrice", "executedPrice"]
    unknown += ["quotedAmountOutBaseUnits", "minAmountOutBaseUnits", "executedAmountOutBaseUnits"]
    assert {name: told[name] for name in unknown} == dict.fromkeys(unknown)
    assert (told["status"], told["attempts"], told["attemptHistory"]) == ("pending", 0, [])


async def test_a_failed_order_says_why(world: World) -> None:
    order_id = world.orders.add(LIFE[0], ("failed", '{"reason":"swap_dropped"}'))
    world.orders.orders[order_id].failure_reason = "SWAP_DROPPED"
    told = (await world.http.get(f"/api/orders/{order_id}")).json()

    assert (told["status"], told["failureReason"]) == ("failed", "swap_dropped")


@pytest.mark.parametrize(("known", "status"), [('"6"', 304), ('W/"6", "2"', 304), ("*", 304), ('"5"', 200), ("6", 200)])
async def test_a_client_that_has_the_version_is_sent_nothing(world: World, known: str, status: int) -> None:
    order_id = confirmed(world)
    answer = await world.http.get(f"/api/orders/{order_id}", headers={"if-none-match": known})

    assert (answer.status_code, answer.headers["etag"]) == (status, '"6"')
    assert (answer.content == b"") is (status == 304)


async def test_the_history_is_as_stored(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    whole = await world.http.get(f"/api/orders/{order_id}/events")
    rest = await world.http.get(f"/api/orders/{order_id}/events", params={"after": 4})

    frames = [frame(order_id, i + 1, status, details) for i, (status, details) in enumerate(LIFE)]
    assert whole.text == f'{{"orderId":"{order_id}","events":[{",".join(frames)}]}}'
    assert [event["sequence"] for event in rest.json()["events"]] == [5, 6]


async def test_an_order_id_is_read_in_any_case(world: World) -> None:
    order_id = world.orders.add(*LIFE)

    assert (await world.http.get(f"/api/orders/{order_id.upper()}")).json()["orderId"] == order_id


async def test_cancelling_in_time_is_202_and_repeatable(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    for _ in range(2):
        answer = await world.http.delete(f"/api/orders/{order_id}")
        assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")


async def test_cancelling_too_late_is_409_with_the_status(world: World) -> None:
    order_id = world.orders.add(*LIFE[:5])
    answer = await world.http.delete(f"/api/orders/{order_id}")

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["orderStatus"]) == ("too_late_to_cancel", "submitted")


async def test_a_list_is_paged_to_its_end(world: World) -> None:
    ids = [world.orders.add(LIFE[0]) for _ in range(5)]
    seen: list[str] = []
    url: str | None = "/api/orders?pageSize=2&status=pending"
    while url:
        answer = await world.http.get(url)
        assert answer.status_code == 200
        seen += [order["orderId"] for order in answer.json()["orders"]]
        link = answer.links.get("next")
        assert (link is None) is (answer.json()["nextPageToken"] is None)
        url = link["url"] if link else None

    assert seen == ids[::-1]


async def test_a_list_is_filtered_by_the_executor(world: World) -> None:
    query = (
        "status=pending,ROUTING&status=failed&type=market&token=usdc&clientOrderId=a"
        "&since=2026-03-04T05:06:07Z&until=2026-03-04T06:06:07%2B01:00&pageSize=500&pageToken=7"
    )
    assert (await world.http.get(f"/api/orders?{query}")).status_code == 200

    asked = world.orders.listed
    assert list(asked.statuses) == [pb.ORDER_STATUS_PENDING, pb.ORDER_STATUS_ROUTING, pb.ORDER_STATUS_FAILED]
    assert list(asked.order_types) == [pb.ORDER_TYPE_MARKET]
    assert (asked.mint, asked.client_order_id, asked.page_size) == (USDC.mint, "a", 500)
    assert (asked.since.seconds, asked.until.seconds) == (1_772_600_767, 1_772_600_767)
    assert (asked.account_id, asked.page_token) == ("default", "7")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=done", "?status"),
        ("type=limit", "?type"),
        ("token=NOPE", "?token"),
        ("since=yesterday", "?since"),
        ("until=2026-03-04T05:06:07", "?until"),
        ("pageSize=0", "?pageSize"),
        ("pagesize=5", "?pagesize"),
        ("pageToken=bad", "?pageToken"),
    ],
)
async def test_a_bad_filter_is_named(world: World, query: str, pointer: str) -> None:
    answer = await world.http.get(f"/api/orders?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("path", ["/health", "/healthz", "/livez"])
async def test_alive_asks_nobody(world: World, path: str) -> None:
    await world.orders.stop()
    answer = await world.http.get(path)
    await world.orders.start()

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_an_executor_in_trouble_is_passed_on(world: World) -> None:
    order_id = world.orders.add(LIFE[0])
    world.orders.refuse = Unavailable("UNAVAILABLE", retry_after_ms=4_000)
    away = await world.http.get(f"/api/orders/{order_id}")
    world.orders.refuse = Rejected("ILLEGAL_TRANSITION", "secret")
    bug = await world.http.get(f"/api/orders/{order_id}")

    assert (away.status_code, away.headers["retry-after"]) == (503, "4")
    assert (bug.status_code, bug.json()["code"]) == (500, "internal")
    assert "secret" not in bug.text


async def test_the_error_table_is_published_and_every_type_leads_to_its_page(world: World) -> None:
    entries = (await world.http.get("/api/meta/errors")).json()["errors"]
    assert {entry["code"] for entry in entries} == {reason.lower() for reason in ERRORS}
    for entry in entries:
        assert (await world.http.get(entry["type"])).json() == entry


async def test_people_get_a_page_they_can_read(world: World) -> None:
    page = await world.http.get("/problems/no_route", headers={"accept": "text/html,*/*"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert ERRORS["NO_ROUTE"].advice in page.text


async def test_an_order_explains_itself(world: World) -> None:
    order_id = confirmed(world)
    told = (await world.http.get(f"/api/orders/{order_id}/explain")).json()
    assert (told["orderId"], told["status"], told["tokenIn"]) == (order_id, "confirmed", "SOL")
    [attempt] = told["attemptHistory"]
    assert (attempt["result"], attempt["txHash"]) == ("landed", SIGNATURE)
    assert [stage["status"] for stage in attempt["stages"]] == [status for status, _ in LIFE[1:]]


@pytest.mark.parametrize("order_id", ["01a1f992-25b7-713e-87c4-000000000000", "x"])
async def test_an_order_that_is_not_there_explains_nothing(world: World, order_id: str) -> None:
    answer = await world.http.get(f"/api/orders/{order_id}/explain")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
