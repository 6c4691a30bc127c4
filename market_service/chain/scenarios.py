"""Scripted behaviour, as one table: what a `scenario` does to its own swaps and to nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from market_service.chain.swaps import Failure
from pools.kinds import VENUES

VENUE_DOWN: Final = "venue_down:"


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to a swap. By default nothing unusual happens, whatever the profile's odds."""

    fails: Failure | None = None
    never_lands: bool = False
    acknowledgement_lost: bool = False
    told_late_ms: int = 0
    venue_down: str = ""
    first_attempt_only: bool = False


SCENARIOS: Final[Mapping[str, Script]] = {
    # The market takes the swap, and the first answer never reaches the caller.
    "ack_lost": Script(acknowledgement_lost=True),
    # It lands in its slot, and callers hear of it six seconds later.
    "late_confirm": Script(told_late_ms=6_000),
    "fail_once": Script(fails=Failure.TRANSIENT, first_attempt_only=True),
    "fail_always": Script(fails=Failure.TRANSIENT),
    "slippage": Script(fails=Failure.SLIPPAGE_EXCEEDED),
    # The cluster loses it: it expires and can never land.
    "dropped": Script(never_lands=True, first_attempt_only=True),
    **{f"{VENUE_DOWN}{venue}": Script(venue_down=venue) for venue in VENUES},
    # The router is slow to quote; the swap itself is as any other.
    "slow_quotes": Script(),
}


def script_of(scenario: str, attempt: int) -> Script | None:
    """Return the script of an attempt; None when nothing is scripted and the profile's odds hold."""
    script = SCENARIOS.get(scenario)
    if script is not None and script.first_attempt_only and attempt > 1:
        return None
    return script
