"""The least output, and the pauses between attempts."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.domain.lifecycle import AttemptFailed, OrderFailed, OrderStatus
from executor_service.domain.retry import RetryPolicy
from executor_service.domain.slippage import min_amount_out
from servicekit.errors import ERRORS
from tests.builders import NOON, an_order


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


def test_pauses_double() -> None:
    assert [RetryPolicy().delay_ms(attempt) for attempt in (1, 2, 3)] == [500, 1000, 2000]


def test_a_failed_attempt_is_followed_by_another_until_they_are_used_up() -> None:
    order = an_order(status=OrderStatus.SUBMITTED, attempt=2)
    event = order.next_attempt_or_failure(RetryPolicy(), "SLIPPAGE_EXCEEDED", "moved", NOON)
    assert event == AttemptFailed("SLIPPAGE_EXCEEDED", "moved", NOON + timedelta(seconds=1), 1000)
    last = an_order(status=OrderStatus.SUBMITTED, attempt=3)
    event = last.next_attempt_or_failure(RetryPolicy(), "SLIPPAGE_EXCEEDED", "moved", NOON)
    assert event == OrderFailed("SLIPPAGE_EXCEEDED", "moved")


@pytest.mark.parametrize("reason", ERRORS)
def test_the_error_table_says_what_ends_an_order(reason: str) -> None:
    event = an_order(attempt=1).next_attempt_or_failure(RetryPolicy(), reason, "", NOON)
    assert isinstance(event, OrderFailed if ERRORS[reason].ends_order else AttemptFailed)


def test_a_reason_without_a_row_is_a_defect() -> None:
    with pytest.raises(KeyError):
        RetryPolicy().allows_another(1, "SOMETHING_NEW")
