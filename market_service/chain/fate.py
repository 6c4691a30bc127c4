"""The fate of a swap: its landing slot and its failure, by chance or by scenario, decided when the swap arrives."""

from dataclasses import dataclass

from market_service.chain.clock import first_slot_from, slot_at
from market_service.chain.outages import venues_down
from market_service.chain.scenarios import script_of
from market_service.chain.swaps import Failure, Swap
from market_service.outside.profiles import Profile
from market_service.outside.seeded import draw_between, happens


@dataclass(frozen=True, slots=True)
class Fate:
    """`ends_in_slot` is the slot in which the swap lands, fails or expires. With `fails` it fails without execution."""

    ends_in_slot: int
    expires: bool = False
    fails: Failure | None = None
    venues_down: frozenset[str] = frozenset()
    told_late_ms: int = 0


def fate_of(swap: Swap, *, profile: Profile, seed: int, received_ms: int, genesis_ms: int) -> Fate:
    """Return a swap's fate: a function of the seed, the swap id, the profile, the script and the time of arrival."""
    script = script_of(swap.scenario, swap.attempt)
    lost = script.never_lands if script else happens(seed, profile.dropped_ppm, "dropped", swap.swap_id)
    if lost:
        return Fate(slot_at(received_ms, genesis_ms) + profile.validity_slots + 1, expires=True)
    ends_in_slot = _landing_slot(swap, profile, seed, received_ms, genesis_ms)
    scripted_down = frozenset({script.venue_down} - {""}) if script else frozenset()
    return Fate(
        ends_in_slot=ends_in_slot,
        fails=script.fails if script else _odds(swap, profile, seed),
        venues_down=scripted_down | venues_down(seed, ends_in_slot, profile.outage_ppm),
        told_late_ms=script.told_late_ms if script else 0,
    )


def _landing_slot(swap: Swap, profile: Profile, seed: int, received_ms: int, genesis_ms: int) -> int:
    if profile.landing_ms is None:
        return slot_at(received_ms, genesis_ms)
    delay_ms = draw_between(seed, *profile.landing_ms, "landing", swap.swap_id)
    # Never in the slot that is running: that one has been executed already.
    return max(first_slot_from(received_ms + delay_ms, genesis_ms), slot_at(received_ms, genesis_ms) + 1)


def _odds(swap: Swap, profile: Profile, seed: int) -> Failure | None:
    if happens(seed, profile.transient_ppm, "transient", swap.swap_id):
        return Failure.TRANSIENT
    if happens(seed, profile.slippage_ppm, "slippage", swap.swap_id):
        return Failure.SLIPPAGE_EXCEEDED
    return None
