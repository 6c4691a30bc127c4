"""Amounts and prices as JSON shows them."""

import json
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools.basis_points import shortfall_bps
from pools.plain_numbers import PRICE_DIGITS, amount, plain, price, price_text, token_text

units = st.integers(0, 2**64 - 1)
decimals = st.integers(0, 18)


@given(units, decimals)
def test_both_forms_of_an_amount_are_the_same(base_units: int, places: int) -> None:
    text = msgspec.json.encode(amount("amountIn", base_units, places)).decode()
    told = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert told["amountIn"].scaleb(places) == base_units == int(told["amountInBaseUnits"])
    assert "E" not in text
    assert token_text(base_units, places) == f"{told['amountIn']:f}"


@pytest.mark.parametrize(
    ("base_units", "places", "text"),
    [(1, 9, "0.000000001"), (0, 9, "0"), (150_000_000, 6, "150"), (10**18, 0, "1000000000000000000"), (15, 1, "1.5")],
)
def test_whole_tokens_have_no_exponent_and_no_empty_digit(base_units: int, places: int, text: str) -> None:
    assert token_text(base_units, places) == text


def test_what_is_not_known_is_null_in_both_forms() -> None:
    assert amount("minAmountOut", None, 6) == {"minAmountOut": None, "minAmountOutBaseUnits": None}


@given(st.integers(1, 2**64 - 1), decimals, st.integers(1, 2**64 - 1), decimals)
def test_a_price_is_the_nearest_of_eighteen_digits(bought: int, places_out: int, sold: int, places_in: int) -> None:
    text = bytes(price(bought, places_out, sold, places_in)).decode()
    assert set(text) <= set("0123456789.")
    assert len(text.replace(".", "").strip("0")) <= PRICE_DIGITS
    exact = Fraction(bought, 10**places_out) / Fraction(sold, 10**places_in)
    assert abs(Fraction(text) - exact) <= exact / 10 ** (PRICE_DIGITS - 1) / 2


@pytest.mark.parametrize(
    ("numerator", "text"),
    [(1_000_000_000_000_000_005, "1000000000000000000"), (1_000_000_000_000_000_015, "1000000000000000020")],
)
def test_a_price_halfway_between_two_is_rounded_to_the_even_one(numerator: int, text: str) -> None:
    assert price_text(numerator, 1) == text


@pytest.mark.parametrize(("number", "text"), [("1E-7", "0.0000001"), ("1.5E+2", "150"), ("-0.25", "-0.25")])
def test_a_number_is_told_without_exponent(number: str, text: str) -> None:
    assert bytes(plain(Decimal(number))).decode() == text


@pytest.mark.parametrize(
    ("quoted", "executed", "bps"),
    [
        (10_000, 9_950, "50.00"),
        (451_000_000, 450_000_001, "22.17"),
        (1_000, 1_001, "-10.00"),
        (400_000, 399_999, "0.02"),
    ],
)
def test_a_shortfall_is_measured_to_a_hundredth_of_a_basis_point(quoted: int, executed: int, bps: str) -> None:
    assert shortfall_bps(quoted, executed) == Decimal(bps)
