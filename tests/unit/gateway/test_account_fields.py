"""What can be set of an account, and what is refused."""

import json
from typing import Any

import pytest

from gateway.edge.strict_json import parse_json_object
from gateway.market.account_fields import LIMIT_FIELDS, AccountChange, read_change
from gateway.orders.tokens import Token, Tokens
from servicekit.errors import Rejected
from tradewind.accounts.v1 import accounts_pb2 as pb

SOL, USDC = "So11111111111111111111111111111111111111112", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
TOKENS = Tokens([Token(SOL, "SOL", "Solana", 9), Token(USDC, "USDC", "USD Coin", 6)])


def read(body: Any) -> AccountChange:
    return read_change(parse_json_object(json.dumps(body).encode()), TOKENS)


def limited(body: Any, before: pb.RiskLimits | None = None) -> pb.RiskLimits:
    limits = before or pb.RiskLimits()
    read({"limits": body}).apply_to(limits)
    return limits


@pytest.mark.parametrize(("word", "state"), [("halted", "halted"), ("ACTIVE", "active")])
def test_the_switch_is_set_by_its_word(word: str, state: str) -> None:
    assert read({"tradingState": word}).trading_state == state


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        ({"orderUsdMax": 2500}, pb.RiskLimits(order_usd_micros_max=2_500_000_000)),
        ({"orderUsdMax": "0.000001"}, pb.RiskLimits(order_usd_micros_max=1)),
        ({"ordersInFlightMax": 5}, pb.RiskLimits(orders_in_flight_max=5)),
        ({"ordersPerMinuteMax": 60}, pb.RiskLimits(orders_per_minute_max=60)),
        ({"slippageBpsMax": 0}, pb.RiskLimits(slippage_bps_max=0)),
        ({"tokensAllowed": ["usdc", SOL, "SOL"]}, pb.RiskLimits(mints_allowed=[USDC, SOL])),
    ],
)
def test_limits_are_given_in_plain_units(body: dict[str, Any], limits: pb.RiskLimits) -> None:
    assert limited(body) == limits


def test_what_is_not_named_stays_and_null_takes_a_limit_away() -> None:
    before = pb.RiskLimits(
        order_usd_micros_max=1, orders_in_flight_max=2, orders_per_minute_max=3, slippage_bps_max=0, mints_allowed=[SOL]
    )
    after = limited(
        {"orderUsdMax": None, "slippageBpsMax": None, "tokensAllowed": None, "ordersInFlightMax": 9}, before
    )
    assert after == pb.RiskLimits(orders_in_flight_max=9, orders_per_minute_max=3)


def test_every_limit_of_the_contract_can_be_set() -> None:
    everything = {
        "orderUsdMax": 1,
        "ordersInFlightMax": 1,
        "ordersPerMinuteMax": 1,
        "slippageBpsMax": 1,
        "tokensAllowed": ["SOL"],
    }
    assert everything.keys() == LIMIT_FIELDS.keys()
    assert len(limited(everything).ListFields()) == len(pb.RiskLimits.DESCRIPTOR.fields)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("", "required")]),
        ({"tradingState": "closed"}, [("/tradingState", "invalid_value")]),
        ({"tradingState": None}, [("/tradingState", "wrong_type")]),
        ({"limits": None}, [("/limits", "wrong_type")]),
        ({"limits": []}, [("/limits", "wrong_type")]),
        ({"accountId": "x"}, [("/accountId", "unknown_field")]),
        ({"limits": {"orderMax": 1}}, [("/limits/orderMax", "unknown_field")]),
        ({"limits": {"orderUsdMax": 0}}, [("/limits/orderUsdMax", "out_of_range")]),
        ({"limits": {"orderUsdMax": -1}}, [("/limits/orderUsdMax", "out_of_range")]),
        ({"limits": {"orderUsdMax": "1e13"}}, [("/limits/orderUsdMax", "out_of_range")]),
        ({"limits": {"orderUsdMax": "much"}}, [("/limits/orderUsdMax", "out_of_range")]),
        ({"limits": {"orderUsdMax": "0.0000001"}}, [("/limits/orderUsdMax", "too_many_decimals")]),
        ({"limits": {"orderUsdMax": True}}, [("/limits/orderUsdMax", "wrong_type")]),
        ({"limits": {"ordersInFlightMax": 0}}, [("/limits/ordersInFlightMax", "out_of_range")]),
        ({"limits": {"ordersPerMinuteMax": 1.5}}, [("/limits/ordersPerMinuteMax", "out_of_range")]),
        ({"limits": {"slippageBpsMax": 10_001}}, [("/limits/slippageBpsMax", "out_of_range")]),
        ({"limits": {"tokensAllowed": []}}, [("/limits/tokensAllowed", "wrong_type")]),
        ({"limits": {"tokensAllowed": ["DOGE"]}}, [("/limits/tokensAllowed", "unknown_token")]),
        ({"limits": {"tokensAllowed": [1]}}, [("/limits/tokensAllowed", "wrong_type")]),
        (
            {"tradingState": 1, "x": 1, "limits": {"orderUsdMax": 0, "y": 1}},
            [
                ("/tradingState", "wrong_type"),
                ("/x", "unknown_field"),
                ("/limits/orderUsdMax", "out_of_range"),
                ("/limits/y", "unknown_field"),
            ],
        ),
    ],
)
def test_all_that_is_wrong_is_told_at_once(body: Any, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(Rejected) as refused:
        read(body)
    assert [(violation.field, violation.code) for violation in refused.value.violations] == faults
