"""How limits are written, and how answers tell of them."""

import pytest

from gateway.access.rate_policies import Policy, Standing, headers_of, limits_in, whole_seconds


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("100/second", [(100, 1)]),
        ("2000 per 5 minutes", [(2000, 300)]),
        ("100/second;2000/minute", [(100, 1), (2000, 60)]),
        ("1/hour, 5/day | 7 per month", [(1, 3600), (5, 86_400), (7, 2_592_000)]),
        ("", []),
        ("  ", []),
        ("off", []),
        ("None", []),
    ],
)
def test_limits_are_written_as_the_library_writes_them(text: str, limits: list[tuple[int, int]]) -> None:
    assert [(limit.amount, limit.get_expiry()) for limit in limits_in(text)] == limits


@pytest.mark.parametrize(
    "text",
    ["100", "many/second", "100/fortnight", "-1/second", "100/second;", "1.5/second", "0/second", "100/second x"],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        limits_in(text)


def standing(policy: Policy, index: int, remaining: int, reset_seconds: float) -> Standing:
    return Standing(policy, policy.limits[index], remaining, reset_seconds)


def test_headers_tell_the_policy_and_where_the_caller_stands() -> None:
    address = Policy("address", limits_in("500/second"))
    submits = Policy("submits", limits_in("100/second;2000/minute"))
    told = dict(
        headers_of([standing(address, 0, 7, 0.2), standing(submits, 0, 0, 1.0), standing(submits, 1, 1999, 59.01)])
    )
    assert told == {
        b"ratelimit-policy": b'"address";q=500;w=1, "submits-1s";q=100;w=1, "submits-60s";q=2000;w=60',
        b"ratelimit": b'"address";r=7;t=1, "submits-1s";r=0;t=1, "submits-60s";r=1999;t=60',
    }


def test_who_is_not_limited_is_told_nothing() -> None:
    assert headers_of([]) == []


@pytest.mark.parametrize(("seconds", "whole"), [(0.0, 0), (0.001, 1), (1.0, 1), (1.0001, 2), (-3.0, 0)])
def test_a_wait_is_never_told_too_short(seconds: float, whole: int) -> None:
    assert whole_seconds(seconds) == whole
