"""The pauses between attempts."""

from datetime import timedelta

import pytest

from executor_service.domain.lifecycle import AttemptFailed, OrderFailed, OrderStatus
from executor_service.domain.retry import RetryPolicy
from servicekit.errors import ERRORS
from tests.builders import NOON, an_order


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
