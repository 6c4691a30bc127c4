"""Venue outages: a share of the time, in stretches, the same whenever somebody asks."""

from market_service.chain.outages import OUTAGE_SLOTS, venues_down
from market_service.outside.seeded import PPM


def test_without_a_rate_nothing_is_ever_down() -> None:
    assert not any(venues_down(1, slot, 0) for slot in range(1_000))


def test_at_the_full_rate_everything_is_always_down() -> None:
    assert {venues_down(1, slot, PPM) for slot in range(1_000)} == {frozenset({"raydium", "meteora"})}


def test_an_outage_lasts_for_a_stretch_of_slots() -> None:
    for stretch in range(200):
        slots = range(stretch * OUTAGE_SLOTS, (stretch + 1) * OUTAGE_SLOTS)
        assert len({venues_down(7, slot, PPM // 4) for slot in slots}) == 1


def test_each_venue_is_down_for_its_share_of_the_time_and_by_itself() -> None:
    stretches = [venues_down(7, number * OUTAGE_SLOTS, PPM // 4) for number in range(4_000)]
    for venue in ("raydium", "meteora"):
        assert 900 < sum(venue in down for down in stretches) < 1_100
    assert {len(down) for down in stretches} == {0, 1, 2}
