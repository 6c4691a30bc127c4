"""Checks of an order's events. Each returns a sentence about what is wrong."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tradewind_client import OrderEvent

Life = Sequence[OrderEvent]
# Returns a sentence about what was broken; empty when the promise was kept.
Promise = Callable[[Life], str]


def every(*promises: Promise) -> Promise:
    """Return the promise of all of them."""

    def broken(life: Life) -> str:
        return "; ".join(filter(None, (promise(life) for promise in promises)))

    return broken


def whole(life: Life) -> str:
    """Each event once, in order, none missing, and the last one is an end."""
    sequences = [event.sequence for event in life]
    if sequences != list(range(1, len(life) + 1)):
        return f"the sequences are {sequences}"
    return "" if life and life[-1].is_terminal else "it did not end"


def ends(status: str) -> Promise:
    """Return the promise that the last event has this status."""

    def broken(life: Life) -> str:
        found = life[-1].status if life else "nothing"
        return "" if found == status else f"it ended {found}"

    return broken


def submits(count: int) -> Promise:
    """Return the promise that it was sent to the market this many times, each under an id of its own."""

    def broken(life: Life) -> str:
        swaps = [event.details.get("swapId") for event in life if event.status == "submitted"]
        return "" if len(swaps) == len(set(swaps)) == count else f"it was sent to the market {len(swaps)} times"

    return broken


def fails_with(reason: str, *, times: int) -> Promise:
    """Return the promise that attempts failed for this reason, this many times."""

    def broken(life: Life) -> str:
        reasons = [event.reason for event in life if event.status in ("retrying", "failed")]
        return "" if reasons == [reason] * times else f"attempts failed with {reasons}"

    return broken


def waits(seconds: float) -> Promise:
    """Return the promise that the market's first answer takes this long at least."""

    def broken(life: Life) -> str:
        number = next((number for number, event in enumerate(life) if event.status == "submitted"), len(life))
        if number + 1 >= len(life):
            return "it was never answered"
        took = life[number + 1].timestamp - life[number].timestamp
        return "" if took >= timedelta(seconds=seconds) else f"it was answered after {took.total_seconds():.1f} s"

    return broken


def avoids(venue: str) -> Promise:
    """Return the promise of a route without a swap over this venue."""

    def broken(life: Life) -> str:
        venues = {leg.venue for event in life for leg in event.route}
        if not venues:
            return "it had no route"
        return f"it went over {venue}" if venue in venues else ""

    return broken


def swaps(count: int, *, pairs: int) -> Promise:
    """Return the promise of a route with at least so many swaps, over at least so many pairs."""

    def broken(life: Life) -> str:
        legs = [leg for event in life for leg in event.route]
        found = {(leg.token_in, leg.token_out) for leg in legs}
        kept = len(legs) >= count and len(found) >= pairs
        return "" if kept else f"its route had {len(legs)} swaps over {len(found)} pairs"

    return broken
