import asyncio
from collections.abc import Awaitable, Callable

import pytest

from router_service.application.ask_venues import VenueCaller
from router_service.application.breaker import Breaker
from router_service.application.market_view import VenueConditions
from servicekit.errors import Unavailable

RAYDIUM, METEORA = (VenueConditions(name, True, 0, 0) for name in ("raydium", "meteora"))
Answer = Callable[[], Awaitable[None] | None]


class ScriptedVenues:
    """Venues that answer as told."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, conditions: VenueConditions) -> Awaitable[None] | None:
        self.asked.append(conditions.venue)
        return self.answers[conditions.venue]()


def at_once() -> None:
    return None


def never() -> Awaitable[None]:
    return asyncio.Event().wait()  # type: ignore[return-value]


def refuses() -> None:
    raise Unavailable("VENUE_UNAVAILABLE", "closed today")


async def _refuses_later() -> None:
    await asyncio.sleep(0)
    raise Unavailable("VENUE_UNAVAILABLE", "closed later")


async def _breaks() -> None:
    raise ZeroDivisionError


def a_caller(venues: ScriptedVenues, failures_max: int = 2) -> VenueCaller:
    return VenueCaller(venues, breaker=lambda: Breaker(failures_max, 60.0), monotonic=lambda: 0.0)


async def test_without_latency_nothing_is_awaited() -> None:
    asking = a_caller(ScriptedVenues(raydium=at_once, meteora=at_once)).ask([RAYDIUM, METEORA], 1.0)
    with pytest.raises(StopIteration) as ended:
        asking.send(None)
    assert ended.value.value.answered == {"raydium", "meteora"}


async def test_those_that_refuse_or_are_late_are_named_with_the_reason() -> None:
    answers = await a_caller(ScriptedVenues(raydium=never, meteora=refuses)).ask([RAYDIUM, METEORA], 0.01)
    assert not answers.answered
    assert {venue: refusal.reason for venue, refusal in answers.refused.items()} == {
        "raydium": "DEADLINE",
        "meteora": "VENUE_UNAVAILABLE",
    }


async def test_venues_are_waited_for_together() -> None:
    meeting = asyncio.Barrier(2)

    async def meets_the_other() -> None:
        await meeting.wait()

    caller = a_caller(ScriptedVenues(raydium=meets_the_other, meteora=meets_the_other))
    assert len((await caller.ask([RAYDIUM, METEORA], 5.0)).answered) == 2


async def test_a_refusal_that_comes_late_is_a_refusal() -> None:
    answers = await a_caller(ScriptedVenues(raydium=_refuses_later)).ask([RAYDIUM], 5.0)
    assert answers.refused["raydium"].detail == "closed later"


async def test_a_defect_is_not_taken_for_a_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        await a_caller(ScriptedVenues(raydium=_breaks)).ask([RAYDIUM], 5.0)


async def test_a_venue_that_keeps_failing_is_not_asked() -> None:
    venues = ScriptedVenues(raydium=refuses, meteora=at_once)
    caller = a_caller(venues)
    for _ in range(4):
        answers = await caller.ask([RAYDIUM, METEORA], 1.0)
    assert venues.asked.count("raydium") == 2
    assert answers.refused["raydium"].reason == "CIRCUIT_OPEN"
    assert answers.answered == {"meteora"}
    states = {state.venue: state for state in caller.states(["raydium", "meteora"])}
    assert (states["raydium"].breaker, states["raydium"].retry_in_ms) == ("open", 60_000)
    assert (states["meteora"].breaker, states["meteora"].retry_in_ms) == ("closed", 0)


async def test_a_caller_who_leaves_counts_for_nothing() -> None:
    caller = a_caller(ScriptedVenues(raydium=never), failures_max=1)
    asking = asyncio.create_task(caller.ask([RAYDIUM], 60.0))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    (state,) = caller.states(["raydium"])
    assert (state.breaker, state.consecutive_failures) == ("closed", 0)
