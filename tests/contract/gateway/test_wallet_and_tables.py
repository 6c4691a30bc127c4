"""Balances, airdrops, and the tables that other services run on."""

from typing import Any

import pytest

from servicekit.errors import Unavailable
from tests.contract.gateway.conftest import OpenWorld, World
from tests.contract.gateway.fake_router import SOL

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _airdrop(world: World, body: Any, **headers: str) -> Any:
    return await world.http.post("/api/airdrop", json=body, headers=headers)


async def test_the_wallet_names_every_token_in_whole_tokens_and_base_units(world: World) -> None:
    world.market.wallets["default", SOL.mint] = 1_500_000_001
    answer = await world.http.get("/api/balances")
    assert answer.status_code == 200
    assert answer.json()["slot"] == 12
    assert [(b["token"], b["amountBaseUnits"]) for b in answer.json()["balances"]] == [
        ("SOL", "1500000001"),
        ("USDC", "0"),
    ]
    assert b'"amount":1.500000001' in answer.content


@pytest.mark.parametrize("token", ["SOL", "sol", SOL.mint])
async def test_an_airdrop_arrives_to_the_last_digit(world: World, token: str) -> None:
    answer = await _airdrop(world, {"token": token, "amount": "1.000000001"})
    assert answer.status_code == 200
    assert answer.json()["balance"]["amountBaseUnits"] == "1000000001"
    assert "idempotent-replayed" not in answer.headers


async def test_an_airdrop_with_a_key_happens_once(world: World) -> None:
    first = await _airdrop(world, {"token": "SOL", "amount": 2}, **{"idempotency-key": "drop-1"})
    again = await _airdrop(world, {"token": "SOL", "amount": 2}, **{"idempotency-key": '"drop-1"'})
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert [drop.amount for drop in world.market.airdrops] == [2 * 10**9]


async def test_airdrops_without_a_key_are_as_many_as_were_asked_for(world: World) -> None:
    for _ in range(2):
        await _airdrop(world, {"token": "SOL", "amount": 1})
    assert world.market.wallets["default", SOL.mint] == 2 * 10**9


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {("/token", "required"), ("/amount", "required")}),
        ({"token": "NOPE", "amount": 1}, {("/token", "unknown_token")}),
        ({"token": "SOL", "amount": 0}, {("/amount", "not_positive")}),
        ({"token": "SOL", "amount": "-1"}, {("/amount", "not_positive")}),
        ({"token": "SOL", "amount": "1e-10"}, {("/amount", "too_many_decimals")}),
        ({"token": "SOL", "amount": "1e308"}, {("/amount", "too_large")}),
        ({"token": "SOL", "amount": "1000000.000000001"}, {("/amount", "too_large")}),
        ({"token": "SOL", "amount": "NaN"}, {("/amount", "not_a_number")}),
        ({"token": 5, "amount": None}, {("/token", "wrong_type"), ("/amount", "wrong_type")}),
        ({"token": "SOL", "amount": 1, "account": "other"}, {("/account", "unknown_field")}),
    ],
)
async def test_a_bad_airdrop_is_refused_with_all_that_is_wrong(world: World, body: Any, pointers: Any) -> None:
    answer = await _airdrop(world, body)
    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == pointers
    assert world.market.airdrops == []


async def test_a_key_that_cannot_be_one_is_refused(world: World) -> None:
    answer = await _airdrop(world, {"token": "SOL", "amount": 1}, **{"idempotency-key": "two words"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert world.market.airdrops == []


async def test_a_market_that_is_away_is_said_to_be(world: World) -> None:
    world.market.refuse = Unavailable("UNAVAILABLE")
    for answer in (await world.http.get("/api/balances"), await _airdrop(world, {"token": "SOL", "amount": 1})):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"


async def test_the_lifecycle_is_the_executors_table(world: World) -> None:
    table = (await world.http.get("/api/meta/lifecycle")).json()
    assert table == {
        "transitions": [
            {"from": None, "event": "OrderAccepted", "to": "pending"},
            {"from": "pending", "event": "RoutingStarted", "to": "routing"},
        ],
        "terminal": ["confirmed"],
    }


async def test_the_scenarios_are_the_markets_table(world: World) -> None:
    table = (await world.http.get("/api/meta/scenarios")).json()["scenarios"]
    assert [row["name"] for row in table] == ["fail_once", "venue_down:raydium"]
    assert (table[0]["failsWith"], table[0]["firstAttemptOnly"]) == ("transient", True)
    assert (table[1]["failsWith"], table[1]["venueDown"]) == (None, "raydium")


@pytest.mark.parametrize("table", ["lifecycle", "scenarios"])
async def test_a_table_once_had_is_served_while_its_service_is_away(open_world: OpenWorld, table: str) -> None:
    world = await open_world()
    fake = world.orders if table == "lifecycle" else world.market
    fake.refuse = Unavailable("UNAVAILABLE")
    assert (await world.http.get(f"/api/meta/{table}")).status_code == 503
    fake.refuse = None
    known = await world.http.get(f"/api/meta/{table}")
    fake.refuse = Unavailable("UNAVAILABLE")
    assert (await world.http.get(f"/api/meta/{table}")).content == known.content
