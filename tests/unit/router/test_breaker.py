from hypothesis import given
from hypothesis import strategies as st

from router_service.application.breaker import Breaker, BreakerState


def a_breaker(failures_max: int = 3) -> Breaker:
    return Breaker(failures_max=failures_max, retry_seconds=2.0)


def opened() -> Breaker:
    breaker = a_breaker()
    for _ in range(3):
        breaker.failed(10.0)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = a_breaker()
    for _ in range(2):
        breaker.failed(10.0)
    assert breaker.admit(10.0)
    breaker.succeeded()
    for _ in range(3):
        assert breaker.state is BreakerState.CLOSED
        breaker.failed(10.0)
    assert breaker.state is BreakerState.OPEN
    assert not breaker.admit(11.9)


def test_one_request_tries_again_and_the_others_wait_for_it() -> None:
    breaker = opened()
    assert breaker.admit(12.0)
    assert breaker.state.value == "half_open"
    assert not breaker.admit(12.0)
    breaker.succeeded()
    assert breaker.state.value == "closed"
    assert breaker.consecutive_failures == 0


def test_a_trial_that_fails_waits_the_whole_time_again() -> None:
    breaker = opened()
    assert breaker.admit(12.0)
    breaker.failed(12.5)
    assert not breaker.admit(14.4)
    assert breaker.admit(14.5)


def test_a_trial_whose_caller_left_is_repeated_and_counts_no_failure() -> None:
    breaker = opened()
    assert breaker.admit(12.0)
    breaker.abandoned(12.1)
    assert breaker.consecutive_failures == 3
    assert breaker.admit(14.1)


def test_a_caller_who_leaves_says_nothing_about_a_closed_breaker() -> None:
    breaker = a_breaker()
    breaker.abandoned(1.0)
    assert breaker.state is BreakerState.CLOSED


@given(st.lists(st.sampled_from(["ask", "succeeded", "failed", "abandoned", "wait"]), max_size=60))
def test_an_open_breaker_always_lets_somebody_try_in_the_end(steps: list[str]) -> None:
    breaker, now, asked = a_breaker(), 0.0, 0
    for step in steps:
        if step == "wait":
            now += 0.7
        elif step == "ask":
            asked += breaker.admit(now)
        elif asked:
            asked -= 1
            breaker.succeeded() if step == "succeeded" else getattr(breaker, step)(now)
    for _ in range(asked):
        breaker.abandoned(now)
    assert breaker.admit(now + 2.0)
