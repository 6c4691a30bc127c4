"""The older engines' numbers, as their documents state them."""

import pytest

from market_service.outside.profiles import PROFILES

ODDS = ("transient_ppm", "slippage_ppm", "dropped_ppm")


@pytest.mark.parametrize(
    ("name", "quote_ms", "odds"),
    [
        ("s1", (200, 400), {"transient_ppm": 50_000}),
        ("s2", (2_000, 3_000), {"transient_ppm": 50_000}),
        ("s3", (0, 0), {}),
        ("s4", (200, 200), {"slippage_ppm": 50_000}),
        ("s5", (100, 400), {"transient_ppm": 80_000}),
        ("realistic", (10, 30), {}),
        ("instant", (0, 0), {}),
    ],
)
def test_quote_latency_and_failures(name: str, quote_ms: tuple[int, int], odds: dict[str, int]) -> None:
    profile = PROFILES[name]
    assert profile.quote_latency_ms == quote_ms
    assert {odd: getattr(profile, odd) for odd in ODDS} == {odd: odds.get(odd, 0) for odd in ODDS}


def test_only_the_instant_profile_lands_at_once() -> None:
    assert [name for name, profile in PROFILES.items() if profile.landing_ms is None] == ["instant"]
