from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.amounts import U64_MAX, NotExact, decimal_text, whole_units

UNITS = st.integers(0, U64_MAX)
DECIMALS = st.integers(0, 18)
NOT_NUMBERS = (
    *("", " 1", "1 ", "+1", ".5", "5.", "01", "1_0", "0x1", "\u0661", "1e", "1e99999", "NaN", "Infinity"),
    *("1,5", "--1", "1.5.0", "0." + "0" * 70),
)


@given(UNITS, DECIMALS)
def test_text_and_units_are_each_others_inverse(units: int, decimals: int) -> None:
    assert whole_units(decimal_text(units, decimals), decimals) == units


@given(UNITS, DECIMALS, st.integers(-60, 60))
def test_every_notation_of_a_number_means_the_same(units: int, decimals: int, exponent: int) -> None:
    shifted = Decimal(units).scaleb(-decimals - exponent, Context(prec=100))
    text = f"{shifted:f}e{exponent}"
    if len(text) <= 64:
        assert whole_units(text, decimals) == units


@given(st.decimals(min_value=0, max_value=10**12, places=12), DECIMALS)
def test_the_result_is_exact_or_refused(number: Decimal, decimals: int) -> None:
    exact = number.scaleb(decimals, Context(prec=60))
    text = f"{number:f}"
    if exact != exact.to_integral_value():
        assert _fault_of(text, decimals) == "too_precise"
    elif exact > U64_MAX:
        assert _fault_of(text, decimals) == "too_large"
    else:
        assert whole_units(text, decimals) == exact


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1e308", "too_large"),
        ("1e9999", "too_large"),
        ("1e-9999", "too_precise"),
        ("9" * 64, "too_large"),
        ("9" * 5000, "too_large"),
        ("0.0000000001", "too_precise"),
        ("18446744073.709551616", "too_large"),
        ("-0.1", "negative"),
        *((text, "not_a_number") for text in NOT_NUMBERS),
    ],
)
def test_what_is_no_whole_number_of_units_is_refused(text: str, fault: str) -> None:
    with pytest.raises(NotExact) as refused:
        whole_units(text, 9)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1.5", 1_500_000_000),
        ("1.500000000000", 1_500_000_000),
        ("15e-1", 1_500_000_000),
        ("0.15E+1", 1_500_000_000),
        ("-0", 0),
        ("0e400", 0),
        ("18446744073.709551615", U64_MAX),
        ("0.000000001", 1),
    ],
)
def test_what_is_exact_is_read(text: str, units: int) -> None:
    assert whole_units(text, 9) == units


def _fault_of(text: str, decimals: int) -> str:
    with pytest.raises(NotExact) as refused:
        whole_units(text, decimals)
    return refused.value.fault
