import json
from typing import Any

import pytest

from gateway.orders.dialects import FLAT, NESTED_CAPITALISED, NESTED_GREETING, Dialect, Narrator, greeting
from tests.contract.gateway.fake_orders import LIFE, SIGNATURE, TIMESTAMP, frame

DETAILS = dict(LIFE) | {
    "retrying": '{"reason":"swap_dropped","attempt":1,"retryInMs":500}',
    "failed": '{"reason":"swap_dropped","detail":"lost","attempts":3}',
    "cancelled": "{}",
}
REASON = {"reason": "swap_dropped"}

# Dialect, our status, then the status it tells (None: nothing) and what its details hold.
TOLD: list[tuple[Dialect, str, str | None, dict[str, Any]]] = [
    (NESTED_CAPITALISED, "pending", "pending", {"tokenIn": "mint-sol"}),
    (NESTED_CAPITALISED, "routing", "routing", {}),
    (NESTED_CAPITALISED, "routing_complete", "routing_complete", {"dex": "Raydium"}),
    (NESTED_CAPITALISED, "building", None, {}),
    (NESTED_CAPITALISED, "submitted", "submitted", {"dex": "Raydium"}),
    (NESTED_CAPITALISED, "retrying", "retrying", REASON),
    (NESTED_CAPITALISED, "confirmed", "confirmed", {"txHash": SIGNATURE}),
    (NESTED_CAPITALISED, "failed", "failed", REASON),
    (NESTED_GREETING, "pending", "pending", {"tokenIn": "mint-sol"}),
    (NESTED_GREETING, "routing", "routing", {"attempt": 1}),
    (NESTED_GREETING, "routing_complete", None, {}),
    (NESTED_GREETING, "building", "building", {"dex": "raydium"}),
    (NESTED_GREETING, "submitted", "submitted", {"dex": "raydium", "attempt": 1}),
    (NESTED_GREETING, "retrying", "retrying", REASON),
    (NESTED_GREETING, "confirmed", "confirmed", {"txHash": SIGNATURE}),
    (NESTED_GREETING, "failed", "failed", REASON | {"attempts": 3}),
    (FLAT, "pending", "pending", {"tokenIn": "mint-sol"}),
    (FLAT, "routing", "routing", {"attempt": 1}),
    (FLAT, "routing_complete", None, {}),
    (FLAT, "building", "building", {"chosen": "raydium"}),
    (FLAT, "submitted", "submitted", {"attempt": 1}),
    (FLAT, "retrying", "retrying", REASON),
    (FLAT, "confirmed", "confirmed", {"txHash": f"RAYDIUM-{SIGNATURE}"}),
    (FLAT, "failed", "failed", REASON),
    *(
        (dialect, "cancelled", "failed", {"reason": "cancelled"})
        for dialect in (NESTED_CAPITALISED, NESTED_GREETING, FLAT)
    ),
]


@pytest.mark.parametrize(("dialect", "status", "told", "details"), TOLD)
def test_each_status_in_each_dialect(dialect: Dialect, status: str, told: str | None, details: dict[str, Any]) -> None:
    text = Narrator(dialect).tell(frame("the-order", 1, status, DETAILS[status]))

    assert (text is None) == (told is None)
    if text is not None:
        shown = json.loads(text)
        assert (shown["orderId"], shown["status"], shown["timestamp"]) == ("the-order", told, TIMESTAMP)
        assert "sequence" not in shown
        assert ("details" in shown) == (dialect.shape == "nested")
        found = shown.get("details", shown)
        assert {name: found[name] for name in details} == details


def test_the_first_dialect_tells_exactly_its_keys() -> None:
    def details(status: str) -> set[str]:
        text = Narrator(NESTED_CAPITALISED).tell(frame("o", 1, status, DETAILS[status]))
        return set(json.loads(text or "")["details"])

    assert details("routing") == set()
    assert details("routing_complete") == {"dex", "amountOut", "fee"}
    assert details("submitted") == {"dex"}
    assert details("confirmed") == {"txHash", "amountOut"}


@pytest.mark.parametrize("dialect", [NESTED_CAPITALISED, NESTED_GREETING, FLAT])
def test_no_digit_is_lost_on_the_way(dialect: Dialect) -> None:
    narrator = Narrator(dialect)
    told = "".join(narrator.tell(frame("o", i, status, details)) or "" for i, (status, details) in enumerate(LIFE))

    assert '"amountOut":123456789012.123456789' in told
    assert "0.300000000000000000001" in told


@pytest.mark.parametrize("dialect", [NESTED_GREETING, FLAT])
def test_the_decision_is_told_where_its_own_status_is_left_out(dialect: Dialect) -> None:
    narrator = Narrator(dialect)
    narrator.tell(frame("o", 3, *LIFE[2]))
    shown = json.loads(narrator.tell(frame("o", 4, *LIFE[3])) or "")

    decision = shown.get("details", shown)["decision"]
    assert decision["dex"] == "raydium"
    [leg] = decision["route"]
    assert (leg["venue"], leg["pool"], leg["amountIn"], leg["feeToken"]) == ("raydium", "P1", "1000000000", "mint-usdc")


def test_the_greeting() -> None:
    assert json.loads(greeting("o", TIMESTAMP)) == {
        "orderId": "o",
        "status": "connected",
        "details": {},
        "timestamp": TIMESTAMP,
    }
