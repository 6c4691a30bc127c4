"""The behaviour of the simulated cluster and venues, as data: one row a profile (`MARKET_PROFILE`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """The figures of one profile.

    Milliseconds are market time; `*_ppm` are probabilities in millionths. A swap lands in the first slot that begins
    after its delay; with `landing_ms` None it executes as soon as it arrives. A dropped swap expires
    `validity_slots` after its arrival. `venue_step_bps` keeps the two venues of a pair one or two steps apart for
    ever, as the five earlier engines do; with None the venues agree within their fees (`price_bands.py`).
    """

    landing_ms: tuple[int, int] | None
    quote_latency_ms: tuple[int, int]
    venue_step_bps: tuple[int, int] | None = None
    transient_ppm: int = 0
    slippage_ppm: int = 0
    dropped_ppm: int = 0
    # Share of the time that each venue is down; MARKET_OUTAGE_RATE sets it.
    outage_ppm: int = 0
    validity_slots: int = 10


# A slot adds up to 400 ms to a landing, so a swap is seen to land 2 to 3 seconds after it was sent.
_TWO_TO_THREE_SECONDS: Final = (2_000, 2_600)

# 2 to 5 % for one step and for two, with room for a pool of bins, which is up to a bin away from its target.
_VENUES_APART: Final = (226, 232)

PROFILES: Final[Mapping[str, Profile]] = {
    "realistic": Profile(landing_ms=_TWO_TO_THREE_SECONDS, quote_latency_ms=(10, 30)),
    "instant": Profile(landing_ms=None, quote_latency_ms=(0, 0)),
    # The five earlier engines (COMPAT numbers): what each said of its mock venues.
    "s1": Profile(
        landing_ms=_TWO_TO_THREE_SECONDS,
        quote_latency_ms=(200, 400),
        venue_step_bps=_VENUES_APART,
        transient_ppm=50_000,
    ),
    # Its 2 to 3 seconds are spent on the routing query, not on the execution.
    "s2": Profile(
        landing_ms=(0, 0), quote_latency_ms=(2_000, 3_000), venue_step_bps=_VENUES_APART, transient_ppm=50_000
    ),
    "s3": Profile(landing_ms=(0, 400), quote_latency_ms=(0, 0), venue_step_bps=_VENUES_APART),
    "s4": Profile(
        landing_ms=(200, 200), quote_latency_ms=(200, 200), venue_step_bps=_VENUES_APART, slippage_ppm=50_000
    ),
    "s5": Profile(
        landing_ms=_TWO_TO_THREE_SECONDS,
        quote_latency_ms=(100, 400),
        venue_step_bps=_VENUES_APART,
        transient_ppm=80_000,
    ),
}
