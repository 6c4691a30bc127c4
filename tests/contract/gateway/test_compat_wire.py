"""The wire contracts of the five earlier engines: each test is named after the row of the list that it holds.

The clients here know nothing of this engine: they send and read what their own engine's documents show.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.gateway.conftest import World
from tests.contract.gateway.fake_orders import LIFE, SIGNATURE
from tests.contract.gateway.fake_router import SOL, USDC

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXECUTE = "/api/orders/execute"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def _post(world: World, body: str) -> Any:
    answer = await world.http.post(EXECUTE, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def _told(world: World, path: str, order_id: str) -> list[Any]:
    async with world.socket(path.format(id=order_id)) as socket:
        return [json.loads(frame) async for frame in socket]


async def _statuses(world: World, path: str, order_id: str) -> list[str]:
    return [frame["status"] for frame in await _told(world, path, order_id)]


FIRST_PATH = "/ws/orders/{id}"
SHARED_PATH = EXECUTE + "?orderId={id}"
FIFTH_PATH = "/api/orders/status/{id}"
FAILED = [*LIFE[:2], ("failed", '{"reason":"no_route","detail":"No pool.","attempts":1}')]


# The first engine.


async def test_s1_02_the_endpoint_takes_a_market_order(world: World) -> None:
    told = await _post(world, '{"tokenIn":"SOL","tokenOut":"USDC","amountIn":1,"slippagePct":1}')
    assert world.orders.requests[told["orderId"]].order_type == 1


async def test_s1_03_its_example_means_ten_sol_at_half_a_percent(world: World) -> None:
    told = await _post(world, '{"tokenIn":"SOL","tokenOut":"USDC","amountIn":10,"slippagePct":0.5}')
    stored = world.orders.requests[told["orderId"]]
    assert (stored.mint_in, stored.mint_out) == (SOL.mint, USDC.mint)
    assert (stored.amount_in, stored.slippage_bps) == (10 * 10**9, 50)


async def test_s1_04_the_answer_has_the_order_id_and_pending(world: World) -> None:
    told = await _post(world, '{"tokenIn":"SOL","tokenOut":"USDC","amountIn":10,"slippagePct":0.5}')
    assert UUID.fullmatch(told["orderId"])
    assert told["status"] == "pending"


async def test_s1_06_the_socket_stands_at_ws_orders(world: World) -> None:
    order = world.orders.add(*LIFE)
    assert {frame["orderId"] for frame in await _told(world, FIRST_PATH, order)} == {order}


async def test_s1_08_routing_has_empty_details(world: World) -> None:
    frames = await _told(world, FIRST_PATH, world.orders.add(*LIFE))
    routing = next(frame for frame in frames if frame["status"] == "routing")
    assert routing.keys() == {"orderId", "status", "details", "timestamp"}
    assert routing["details"] == {}


@pytest.mark.parametrize(("stored", "shown"), [("raydium", "Raydium"), ("meteora", "Meteora")])
async def test_s1_09_routing_complete_has_dex_amount_out_and_fee(world: World, stored: str, shown: str) -> None:
    status, details = LIFE[2]
    life = [*LIFE[:2], (status, details.replace("raydium", stored)), *LIFE[3:]]
    frames = await _told(world, FIRST_PATH, world.orders.add(*life))
    details_told = next(frame["details"] for frame in frames if frame["status"] == "routing_complete")
    assert details_told.keys() == {"dex", "amountOut", "fee"}
    assert details_told["dex"] == shown


async def test_s1_10_submitted_has_dex(world: World) -> None:
    frames = await _told(world, FIRST_PATH, world.orders.add(*LIFE))
    assert next(frame["details"] for frame in frames if frame["status"] == "submitted") == {"dex": "Raydium"}


async def test_s1_11_confirmed_has_tx_hash_and_amount_out(world: World) -> None:
    confirmed = (await _told(world, FIRST_PATH, world.orders.add(*LIFE)))[-1]
    assert confirmed["details"].keys() == {"txHash", "amountOut"}
    assert confirmed["details"]["txHash"] == SIGNATURE


async def test_s1_17_the_life_in_its_words(world: World) -> None:
    words = ["pending", "routing", "routing_complete", "submitted", "confirmed"]
    assert await _statuses(world, FIRST_PATH, world.orders.add(*LIFE)) == words
    assert await _statuses(world, FIRST_PATH, world.orders.add(*FAILED)) == ["pending", "routing", "failed"]


# The second.


async def test_s2_05_the_endpoint_answers_with_an_order_id(world: World) -> None:
    told = await _post(world, '{"tokenIn":"SOL","tokenOut":"USDC","amountIn":1}')
    assert UUID.fullmatch(told["orderId"])


async def test_s2_07_the_socket_stands_at_the_same_path_with_the_order_in_the_query(world: World) -> None:
    order = world.orders.add(*LIFE)
    assert {frame["orderId"] for frame in await _told(world, SHARED_PATH, order)} == {order}


async def test_s2_12_the_life_begins_with_connected(world: World) -> None:
    words = ["connected", "pending", "routing", "building", "submitted"]
    assert await _statuses(world, SHARED_PATH, world.orders.add(*LIFE)) == [*words, "confirmed"]
    assert await _statuses(world, SHARED_PATH, world.orders.add(*FAILED)) == [*words[:3], "failed"]


async def test_s2_19_the_snapshot_has_every_persisted_field(world: World) -> None:
    snapshot = (await world.http.get(f"/api/orders/{world.orders.add(*LIFE)}")).json()
    fields = {"orderId", "status", "dex", "quotedPrice", "executedPrice", "txHash", "failureReason"}
    assert fields <= snapshot.keys()


# The third.


async def test_s3_01_market_is_taken_in_capitals(world: World) -> None:
    told = await _post(world, '{"type":"MARKET","tokenIn":"SOL","tokenOut":"USDC","amountIn":1}')
    assert world.orders.requests[told["orderId"]].order_type == 1


async def test_s3_12_health(world: World) -> None:
    assert (await world.http.get("/health")).status_code == 200


async def test_s3_13_its_example_means_one_sol_at_fifty_bps(world: World) -> None:
    told = await _post(world, '{"type":"MARKET","tokenIn":"SOL","tokenOut":"USDC","amountIn":1,"slippageBps":50}')
    stored = world.orders.requests[told["orderId"]]
    assert (stored.amount_in, stored.slippage_bps) == (10**9, 50)


async def test_s3_14_the_order_id_stands_at_the_top_and_is_a_uuid(world: World) -> None:
    told = await _post(world, '{"type":"MARKET","tokenIn":"SOL","tokenOut":"USDC","amountIn":1,"slippageBps":50}')
    assert UUID.fullmatch(told["orderId"])


async def test_s3_15_the_socket_stands_at_the_same_path_with_the_order_in_the_query(world: World) -> None:
    frames = await _told(world, SHARED_PATH, world.orders.add(*LIFE))
    assert frames[-1]["status"] == "confirmed"


async def test_s3_16_the_life_in_its_order(world: World) -> None:
    statuses = await _statuses(world, SHARED_PATH, world.orders.add(*LIFE))
    assert statuses[1:] == ["pending", "routing", "building", "submitted", "confirmed"]


async def test_s3_17_snapshot(world: World) -> None:
    order = world.orders.add(*LIFE[:2])
    snapshot = (await world.http.get(f"/api/orders/{order}")).json()
    assert (snapshot["orderId"], snapshot["status"]) == (order, "routing")


async def test_s3_18_the_history_is_whole_and_in_order(world: World) -> None:
    events = (await world.http.get(f"/api/orders/{world.orders.add(*LIFE)}/events")).json()["events"]
    assert [(event["sequence"], event["status"]) for event in events] == [
        (sequence, status) for sequence, (status, _) in enumerate(LIFE, 1)
    ]


async def test_s3_20_intermediate_failures_are_retrying(world: World) -> None:
    retrying = ("retrying", '{"reason":"slippage_exceeded","detail":"Moved.","attempt":1,"retryInMs":500}')
    order = world.orders.add(*LIFE[:5], retrying, *LIFE[1:])
    statuses = await _statuses(world, SHARED_PATH, order)
    assert statuses[1:] == [
        *["pending", "routing", "building", "submitted"],
        *["retrying", "routing", "building", "submitted", "confirmed"],
    ]


async def test_s3_23_the_socket_is_get_only(world: World) -> None:
    assert (await world.http.get(EXECUTE)).status_code == 426
    assert (await world.http.put(EXECUTE)).status_code == 405


@pytest.mark.parametrize("order_type", ["limit", "STOP", "sniper", "twap", ""])
async def test_s3_25_other_types_are_refused_as_a_problem(world: World, order_type: str) -> None:
    body = {"type": order_type, "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}
    answer = await world.http.post(EXECUTE, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/type"]


# The fourth.


async def test_s4_03_the_life_in_its_words(world: World) -> None:
    statuses = await _statuses(world, SHARED_PATH, world.orders.add(*LIFE))
    assert statuses[1:] == ["pending", "routing", "building", "submitted", "confirmed"]


async def test_s4_15_the_answer_does_not_wait_for_the_execution(world: World) -> None:
    told = await _post(world, '{"inputToken":"SOL","outputToken":"USDC","amount":1.5}')
    assert (await world.http.get(told["links"]["self"])).json()["status"] == "pending"


async def test_s4_33_its_example_means_one_and_a_half_sol_at_the_default_slippage(world: World) -> None:
    told = await _post(world, '{"inputToken":"SOL","outputToken":"USDC","amount":1.5}')
    stored = world.orders.requests[told["orderId"]]
    assert (stored.mint_in, stored.mint_out) == (SOL.mint, USDC.mint)
    assert (stored.amount_in, stored.slippage_bps) == (1_500_000_000, 50)


async def test_s4_34_the_socket_stands_at_the_same_path_with_the_order_in_the_query(world: World) -> None:
    assert (await _told(world, SHARED_PATH, world.orders.add(*LIFE)))[-1]["details"]["txHash"] == SIGNATURE


# The fifth.


async def test_s5_03_the_snapshot_has_the_fields_of_its_order(world: World) -> None:
    snapshot = (await world.http.get(f"/api/orders/{world.orders.add(*LIFE)}")).json()
    fields = {"status", "txHash", "quotes", "attempts", "createdAt", "updatedAt", "failureReason"}
    assert fields <= snapshot.keys()
    assert UUID.fullmatch(snapshot["orderId"])


async def test_s5_12_the_life_in_its_words(world: World) -> None:
    words = ["pending", "routing", "building", "submitted", "confirmed"]
    assert await _statuses(world, FIFTH_PATH, world.orders.add(*LIFE)) == words
    assert await _statuses(world, FIFTH_PATH, world.orders.add(*FAILED)) == ["pending", "routing", "failed"]


async def test_s5_15_its_example_means_a_hundred_sol_at_five_percent(world: World) -> None:
    told = await _post(world, '{"orderType":"market","tokenIn":"SOL","tokenOut":"USDC","amount":100,"slippage":0.05}')
    stored = world.orders.requests[told["orderId"]]
    assert (stored.amount_in, stored.slippage_bps) == (100 * 10**9, 500)


async def test_s5_16_the_answer_leads_to_its_socket(world: World) -> None:
    told = await _post(world, '{"orderType":"market","tokenIn":"SOL","tokenOut":"USDC","amount":1,"slippage":0.05}')
    upgrade = urlsplit(told["wsUpgrade"])
    assert (upgrade.scheme, upgrade.netloc) == ("ws", f"127.0.0.1:{world.port}")
    assert upgrade.path == f"/api/orders/status/{told['orderId']}"


async def test_s5_18_the_socket_stands_at_status(world: World) -> None:
    order = world.orders.add(*LIFE)
    assert {frame["orderId"] for frame in await _told(world, FIFTH_PATH, order)} == {order}


async def test_s5_33_frames_are_flat_with_chosen_attempt_and_a_branded_hash(world: World) -> None:
    frames = {frame["status"]: frame for frame in await _told(world, FIFTH_PATH, world.orders.add(*LIFE))}
    assert not any("details" in frame for frame in frames.values())
    assert frames["building"]["chosen"] == "raydium"
    assert frames["submitted"]["attempt"] == 1
    assert frames["confirmed"]["txHash"] == f"RAYDIUM-{SIGNATURE}"


async def test_s5_37_several_sockets_at_once_hear_the_same(world: World) -> None:
    order = world.orders.add(*LIFE)
    async with world.socket(FIFTH_PATH.format(id=order)) as one, world.socket(FIFTH_PATH.format(id=order)) as two:
        assert [frame async for frame in one] == [frame async for frame in two]
