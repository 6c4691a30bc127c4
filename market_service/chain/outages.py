"""Venue outages: stretches of time in which a venue refuses quotes and swaps; a function of seed, venue and slot."""

from typing import Final

from market_service.outside.seeded import happens
from pools.kinds import VENUES

# Ten seconds: long enough for a circuit breaker to open and for retries to fail, short enough for a demonstration.
OUTAGE_SLOTS: Final = 25


def venues_down(seed: int, slot: int, outage_ppm: int) -> frozenset[str]:
    """Return the venues that are down in a slot: each stretch of each venue is an outage with this probability."""
    if not outage_ppm:
        return frozenset()
    stretch = slot // OUTAGE_SLOTS
    return frozenset(venue for venue in VENUES if happens(seed, outage_ppm, "outage", venue, stretch))
