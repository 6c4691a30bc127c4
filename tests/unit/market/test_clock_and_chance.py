"""Slots, and chance that can be asked again."""

import asyncio

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_service.chain.clock import SLOT_MS, ManualClock, RealClock, first_slot_from, slot_at, slot_start_ms
from market_service.outside.seeded import PPM, address, base58_of, draw_between, happens, noise_ppm, signature


def test_slots_follow_each_other_without_a_gap() -> None:
    genesis = 1_234_567
    for slot in (0, 1, 99):
        start = slot_start_ms(slot, genesis)
        assert slot_at(start, genesis) == slot
        assert slot_at(start + SLOT_MS - 1, genesis) == slot
        assert first_slot_from(start, genesis) == slot
        assert first_slot_from(start + 1, genesis) == slot + 1


async def test_the_real_clock_never_wakes_early_and_can_skip_ahead() -> None:
    clock = RealClock()
    wanted = clock.now_ms() + 15
    await clock.sleep_until(wanted)
    assert clock.now_ms() >= wanted
    clock.skip_to(clock.now_ms() + 60_000)
    assert clock.now_ms() >= wanted + 60_000


async def test_the_manual_clock_wakes_sleepers_in_order() -> None:
    clock = ManualClock(0)
    woken: list[int] = []

    async def sleeper(at_ms: int) -> None:
        await clock.sleep_until(at_ms)
        woken.append(at_ms)

    tasks = [asyncio.ensure_future(sleeper(at)) for at in (30, 10, 20)]
    await asyncio.sleep(0)
    clock.advance(20)
    await asyncio.sleep(0)
    assert woken == [10, 20]
    clock.advance(10)
    await asyncio.gather(*tasks)
    assert woken == [10, 20, 30]


@given(st.binary(min_size=1, max_size=64))
def test_base58_is_the_usual_one(data: bytes) -> None:
    assert base58_of(data) == base58.b58encode(data).decode()


def test_addresses_and_signatures_have_their_sizes() -> None:
    assert len(base58.b58decode(address(1, "pool"))) == 32
    assert len(base58.b58decode(signature(1, "swap"))) == 64
    assert address(1, "pool") != address(2, "pool")


@given(st.integers(0, 2**63), st.integers(-50, 50), st.integers(0, 50))
def test_draws_stay_within_their_bounds(seed: int, low: int, width: int) -> None:
    assert low <= draw_between(seed, low, low + width, "x") <= low + width


@pytest.mark.parametrize(("ppm", "expected"), [(0, False), (PPM, True)])
def test_certain_chances(ppm: int, expected: bool) -> None:
    assert all(happens(seed, ppm, "x") is expected for seed in range(100))


@given(st.integers(0, 1_000_000), st.integers(2, 9_000))
def test_noise_stays_within_one(slot: int, period: int) -> None:
    assert -PPM <= noise_ppm(3, slot, period, "x") <= PPM
