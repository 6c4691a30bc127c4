"""Chance and scripts."""

import uuid
from dataclasses import replace

import pytest

from market_service.chain.clock import SLOT_MS, slot_at, slot_start_ms
from market_service.chain.fate import Fate, fate_of
from market_service.chain.scenarios import SCENARIOS, script_of
from market_service.chain.swaps import Failure, Swap, SwapLeg
from market_service.outside.profiles import PROFILES, Profile
from tests.unit.market.builders import SOL, a_swap

GENESIS = 1_000_000


def fate(swap: Swap, profile: Profile = PROFILES["realistic"], *, seed: int = 1, received_ms: int = GENESIS) -> Fate:
    return fate_of(swap, profile=profile, seed=seed, received_ms=received_ms, genesis_ms=GENESIS)


def some_swaps(count: int) -> list[Swap]:
    return [a_swap(SwapLeg("p", SOL, 1), swap_id=str(uuid.UUID(int=n))) for n in range(count)]


@pytest.mark.parametrize("arrives_after_ms", [0, 1, 399, 12_345])
def test_a_realistic_swap_is_seen_to_land_after_two_to_three_seconds(arrives_after_ms: int) -> None:
    received_ms = GENESIS + arrives_after_ms
    waits = [
        slot_start_ms(fate(swap, received_ms=received_ms).ends_in_slot, GENESIS) - received_ms
        for swap in some_swaps(300)
    ]
    assert min(waits) >= 2_000
    assert max(waits) <= 3_000
    assert max(waits) - min(waits) >= SLOT_MS


def test_a_fate_depends_on_the_seed_and_the_id_only() -> None:
    profile = replace(PROFILES["s5"], dropped_ppm=100_000)
    swaps = some_swaps(200)
    fates = [fate(swap, profile) for swap in swaps]
    assert [fate(swap, profile) for swap in reversed(swaps)] == fates[::-1]
    assert [fate(swap, profile, seed=2) for swap in swaps] != fates


@pytest.mark.parametrize(
    ("field", "failure"), [("transient_ppm", Failure.TRANSIENT), ("slippage_ppm", Failure.SLIPPAGE_EXCEEDED)]
)
def test_odds_are_met(field: str, failure: Failure) -> None:
    profile = replace(PROFILES["realistic"], **{field: 80_000})  # type: ignore[arg-type]
    failed = sum(fate(swap, profile).fails is failure for swap in some_swaps(4_000))
    assert 240 <= failed <= 400


def test_odds_of_nought_and_one_are_certain() -> None:
    never, always = (replace(PROFILES["realistic"], transient_ppm=ppm) for ppm in (0, 1_000_000))
    assert not any(fate(swap, never).fails for swap in some_swaps(500))
    assert all(fate(swap, always).fails for swap in some_swaps(500))


def test_a_dropped_swap_expires_after_its_validity_and_never_lands() -> None:
    profile = replace(PROFILES["realistic"], dropped_ppm=1_000_000, validity_slots=10)
    dropped = fate(some_swaps(1)[0], profile, received_ms=GENESIS + 5 * SLOT_MS)
    assert dropped.expires
    assert dropped.ends_in_slot == 5 + 10 + 1


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_not_dropped_lands_before_a_dropped_one_of_its_age_expires(name: str) -> None:
    profile = PROFILES[name]
    for swap in some_swaps(200):
        assert fate(swap, profile).ends_in_slot <= slot_at(GENESIS, GENESIS) + profile.validity_slots


def test_the_scenario_table() -> None:
    doomed = replace(PROFILES["realistic"], transient_ppm=1_000_000)

    def scripted(scenario: str, attempt: int = 1) -> Fate:
        return fate(a_swap(SwapLeg("p", SOL, 1), scenario=scenario, attempt=attempt), doomed)

    assert scripted("fail_once").fails is Failure.TRANSIENT
    assert scripted("fail_always", 3).fails is Failure.TRANSIENT
    assert scripted("slippage", 2).fails is Failure.SLIPPAGE_EXCEEDED
    assert scripted("dropped").expires
    assert scripted("venue_down:raydium").venues_down == {"raydium"}
    assert scripted("late_confirm").told_late_ms == 6_000
    for calm in ("ack_lost", "late_confirm", "slow_quotes", "venue_down:meteora"):
        assert scripted(calm).fails is None, "a script overrules the odds of the profile"
    assert set(SCENARIOS) >= {"ack_lost", "late_confirm", "fail_once", "fail_always", "slippage", "dropped"}


@pytest.mark.parametrize("scenario", ["fail_once", "dropped"])
def test_scripts_of_the_first_attempt_leave_the_second_alone(scenario: str) -> None:
    assert script_of(scenario, 1) is not None
    assert script_of(scenario, 2) is None
