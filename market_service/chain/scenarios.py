"""Scripted behaviour, as one table: a `scenario` changes the swaps of its own order and no others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from market_service.chain.swaps import Failure
from pools.kinds import VENUES

VENUE_DOWN: Final = "venue_down:"


@dataclass(frozen=True, slots=True)
class Script:
    """The scripted behaviour of a swap, by default no fault. Of the profile's probabilities only outages apply."""

    fails: Failure | None = None
    never_lands: bool = False
    acknowledgement_lost: bool = False
    told_late_ms: int = 0
    venue_down: str = ""
    first_attempt_only: bool = False


SCENARIOS: Final[Mapping[str, Script]] = {
    # The market takes the swap, and the first answer is lost on the way to the caller.
    "ack_lost": Script(acknowledgement_lost=True),
    # It lands in its slot, and the market publishes that six seconds later.
    "late_confirm": Script(told_late_ms=6_000),
    "fail_once": Script(fails=Failure.TRANSIENT, first_attempt_only=True),
    "fail_always": Script(fails=Failure.TRANSIENT),
    "slippage": Script(fails=Failure.SLIPPAGE_EXCEEDED),
    # The cluster loses the swap: it expires and can never land.
    "dropped": Script(never_lands=True, first_attempt_only=True),
    **{f"{VENUE_DOWN}{venue}": Script(venue_down=venue) for venue in VENUES},
    # Only the router is slow to quote; the swap meets no fault.
    "slow_quotes": Script(),
}


def script_of(scenario: str, attempt: int) -> Script | None:
    """Return the script of an attempt; None when it has none, so that the profile's probabilities apply."""
    script = SCENARIOS.get(scenario)
    if script is not None and script.first_attempt_only and attempt > 1:
        return None
    return script
