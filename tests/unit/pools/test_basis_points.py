"""The least output that a slippage allows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools.basis_points import min_amount_out


@pytest.mark.parametrize(
    ("quoted", "bps", "least"),
    [(10_000, 50, 9_950), (10_001, 50, 9_951), (1, 50, 1), (1, 10_000, 0), (225_000_000, 0, 225_000_000)],
)
def test_the_least_output_rounds_up(quoted: int, bps: int, least: int) -> None:
    assert min_amount_out(quoted, bps) == least


def test_a_fill_of_exactly_the_least_output_passes() -> None:
    assert 9_950 >= min_amount_out(10_000, 50) > 9_949


@given(st.integers(1, 2**64 - 1), st.integers(0, 10_000), st.integers(0, 2**64 - 1))
def test_the_integer_rule_equals_the_exact_rule(quoted: int, bps: int, actual: int) -> None:
    assert (actual >= min_amount_out(quoted, bps)) == (actual >= quoted * (1 - Fraction(bps, 10_000)))
