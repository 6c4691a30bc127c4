"""Accounts over HTTP: one's own to read, any for admins to read and to set."""

from typing import Any

import pytest

from servicekit.errors import Unavailable
from tests.contract.gateway import fake_router
from tests.contract.gateway.conftest import World, bearer
from tradewind.accounts.v1 import accounts_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_LIMITS = {
    "orderUsdMax": None,
    "ordersInFlightMax": None,
    "ordersPerMinuteMax": None,
    "slippageBpsMax": None,
    "tokensAllowed": None,
}


async def test_a_key_tells_its_account_and_what_it_may_do(keyed: World) -> None:
    keyed.accounts.accounts["alice"] = pb.Account(
        account_id="alice",
        trading_state=pb.TRADING_STATE_HALTED,
        limits=pb.RiskLimits(
            order_usd_micros_max=2_500_500_000,
            orders_in_flight_max=5,
            orders_per_minute_max=60,
            slippage_bps_max=0,
            mints_allowed=[fake_router.USDC.mint, fake_router.SOL.mint],
        ),
        orders_in_flight=2,
        orders_last_minute=7,
    )
    answer = await keyed.http.get("/api/account", headers=bearer(keyed.accounts.make_key("alice", "trade")))
    assert answer.json() == {
        "accountId": "alice",
        "scopes": ["read", "trade"],
        "tradingState": "halted",
        "limits": {
            "orderUsdMax": 2500.5,
            "ordersInFlightMax": 5,
            "ordersPerMinuteMax": 60,
            "slippageBpsMax": 0,
            "tokensAllowed": ["SOL", "USDC"],
        },
        "use": {"ordersInFlight": 2, "ordersLastMinute": 7},
        "updatedAt": None,
    }


async def test_an_account_nobody_has_set_up_is_active_and_unlimited(keyed: World) -> None:
    admin = bearer(keyed.accounts.make_key("operations", "admin"))
    account = (await keyed.http.get("/api/accounts/alice", headers=admin)).json()
    assert (account["tradingState"], account["limits"]) == ("active", NO_LIMITS)
    assert "scopes" not in account


async def test_an_admin_sets_what_the_body_names_and_nothing_else(keyed: World) -> None:
    admin = bearer(keyed.accounts.make_key("operations", "admin"))

    async def patched(body: Any) -> dict[str, Any]:
        answer = await keyed.http.patch("/api/accounts/alice", json=body, headers=admin)
        assert answer.status_code == 200, answer.text
        account: dict[str, Any] = answer.json()
        assert (await keyed.http.get("/api/accounts/alice", headers=admin)).json() == account
        return account

    account = await patched({"limits": {"orderUsdMax": "1000.25", "tokensAllowed": ["sol"], "slippageBpsMax": 0}})
    assert account["limits"] == {**NO_LIMITS, "orderUsdMax": 1000.25, "tokensAllowed": ["SOL"], "slippageBpsMax": 0}
    assert account["tradingState"] == "active"
    account = await patched({"tradingState": "halted"})
    assert (account["tradingState"], account["limits"]["orderUsdMax"]) == ("halted", 1000.25)
    account = await patched({"limits": {"tokensAllowed": None, "ordersInFlightMax": 3}, "tradingState": "ACTIVE"})
    assert account["limits"] == {**NO_LIMITS, "orderUsdMax": 1000.25, "slippageBpsMax": 0, "ordersInFlightMax": 3}
    assert account["tradingState"] == "active"
    assert account["updatedAt"] == "2026-03-04T05:06:07.089Z"
    assert keyed.accounts.accounts.keys() == {"alice"}


async def test_nobody_else_reads_or_sets_an_account_not_even_his_own(keyed: World) -> None:
    for right in ("read", "trade"):
        key = bearer(keyed.accounts.make_key("alice", right))
        for name in ("alice", "bob"):
            answers = [
                await keyed.http.get(f"/api/accounts/{name}", headers=key),
                await keyed.http.patch(f"/api/accounts/{name}", json={"tradingState": "active"}, headers=key),
            ]
            assert [answer.status_code for answer in answers] == [403, 403]
    assert keyed.accounts.accounts == {}


@pytest.mark.parametrize("name", ["a b", "a%2Fb", "x" * 65, "%00", "%C3%A4", "a*", "..%2f"])
async def test_what_names_no_account_is_not_found(world: World, name: str) -> None:
    for answer in (
        await world.http.get(f"/api/accounts/{name}"),
        await world.http.patch(f"/api/accounts/{name}", json={"tradingState": "halted"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_change_that_cannot_be_is_told_field_by_field(world: World) -> None:
    answer = await world.http.patch("/api/accounts/alice", json={"limits": {"orderUsdMax": -1}, "tradingState": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/limits/orderUsdMax", "/tradingState"]
    assert world.accounts.accounts == {}


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 415), (b"{", 400), (b"[]", 400), (b'{"limits":{},"limits":{}}', 400), (b"{}", 422)]
)
async def test_a_body_that_is_no_change_is_refused(world: World, content: bytes, status: int) -> None:
    headers = {"content-type": "application/json"} if content else {}
    answer = await world.http.patch("/api/accounts/alice", content=content, headers=headers)
    assert answer.status_code == status


async def test_an_executor_that_is_away_is_said(world: World) -> None:
    world.accounts.refuse = Unavailable("UNAVAILABLE")
    for path in ("/api/account", "/api/accounts/alice"):
        assert (await world.http.get(path)).status_code == 503
    changed = await world.http.patch("/api/accounts/alice", json={"limits": {"orderUsdMax": 1}})
    assert changed.status_code == 503


async def test_unknown_parameters_are_refused(world: World) -> None:
    for path in ("/api/account?x=1", "/api/accounts/alice?x=1"):
        assert (await world.http.get(path)).status_code == 422
    assert (await world.http.post("/api/ws-ticket?x=1")).status_code == 422
