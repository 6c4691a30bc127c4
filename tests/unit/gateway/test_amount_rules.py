"""The checks that hold real answers to the rules find what breaks one."""

from typing import Any

import pytest

from tests.amount_rules import faults_of, read_plain

DECIMALS = {"mint-sol": 9, "mint-usdc": 6}
GOOD: dict[str, Any] = {
    "tokenIn": "SOL",
    "tokenInMint": "mint-sol",
    "tokenOut": "USDC",
    "tokenOutMint": "mint-usdc",
    "amountIn": 1.5,
    "amountInBaseUnits": "1500000000",
    "quotedAmountOut": None,
    "quotedAmountOutBaseUnits": None,
    "fee": 0.5,
    "feeBaseUnits": "500000",
    "feeToken": "USDC",
    "feeTokenMint": "mint-usdc",
    "price": 150,
    "priceImpactBps": 10_000,
    "attempts": 1,
    "status": "confirmed",
    "failureReason": None,
}


def found(document: Any) -> list[str]:
    text = str(document).replace("'", '"').replace("None", "null").replace("False", "false")
    return faults_of(read_plain(text), DECIMALS)


def test_a_good_document_breaks_no_rule() -> None:
    assert found(GOOD) == []
    assert found({**GOOD, "quotes": [{"amountOut": 1, "amountOutBaseUnits": "1000000"}]}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"amountInBaseUnits": "1500000001"},
        {"amountInBaseUnits": 1_500_000_000},
        {"amountIn": "1.5"},
        {"amountIn": None},
        {"quotedAmountOut": 1},
        {"minAmountOut": 1},
        {"baseReserveBaseUnits": "1"},
        {"fee": 0.25},
        {"priceImpactBps": 13_133},
        {"attempts": [1]},
        {"failureReason": "no_route"},
        {"mintIn": "mint-sol"},
        {"route": [{"amountOut": "150000000"}]},
        {"runnerUp": {"amountOut": 1, "amountOutBaseUnits": "1"}},
        {"amount": 1, "amountBaseUnits": "1000000"},
    ],
    ids=str,
)
def test_a_broken_rule_is_found(change: dict[str, Any]) -> None:
    assert found({**GOOD, **change})


@pytest.mark.parametrize("missing", ["amountInBaseUnits", "feeToken", "feeTokenMint", "tokenInMint", "tokenOutMint"])
def test_a_missing_half_is_found(missing: str) -> None:
    assert found({name: value for name, value in GOOD.items() if name != missing})


@pytest.mark.parametrize("text", ['{"price":1E-7}', '{"price":1.5e+2}', "[1E3]"])
def test_an_exponent_is_found(text: str) -> None:
    with pytest.raises(ValueError, match=r"[eE]"):
        read_plain(text)


def test_a_price_of_too_many_digits_is_found() -> None:
    assert faults_of(read_plain('{"price":0.1234567890123456789}'), {}) == [
        "/price: 0.1234567890123456789 has too many digits"
    ]
