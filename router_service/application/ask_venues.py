"""Ask all venues in parallel; at the deadline go on with the venues that have answered."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from router_service import telemetry
from router_service.application.breaker import Breaker, BreakerState
from router_service.application.market_view import VenueConditions
from router_service.application.ports import Monotonic, Venues
from servicekit.errors import Unavailable


class RefusedVenue(NamedTuple):
    """A pool that gave no quote, with the reason. An empty `pool_id` stands for the whole venue."""

    venue: str
    pool_id: str
    reason: str
    detail: str


class VenueState(NamedTuple):
    """The state of a venue's circuit breaker."""

    venue: str
    breaker: str
    consecutive_failures: int
    retry_in_ms: int
    """How long an open breaker stays so; 0 otherwise."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Which venues answered, and why the others did not."""

    answered: frozenset[str]
    refused: Mapping[str, RefusedVenue]


@dataclass(slots=True)
class _Round:
    """One request to several venues, while their answers are awaited."""

    answered: set[str] = field(default_factory=set)
    refused: dict[str, RefusedVenue] = field(default_factory=dict)
    pending: dict[str, asyncio.Future[None]] = field(default_factory=dict)


class VenueCaller:
    """Asks venues through their circuit breakers."""

    def __init__(self, venues: Venues, *, breaker: Callable[[], Breaker], monotonic: Monotonic) -> None:
        self._venues = venues
        self._new_breaker = breaker
        self._breakers: dict[str, Breaker] = {}
        self._monotonic = monotonic

    async def ask(self, conditions: Iterable[VenueConditions], deadline_seconds: float) -> Answers:
        """Return the venues that answered within the deadline. It returns at once when no venue has latency."""
        asking = _Round()
        for venue in conditions:
            self._begin(venue, asking)
        if asking.pending:
            await self._await(asking, deadline_seconds)
        return Answers(frozenset(asking.answered), asking.refused)

    def states(self, venues: Iterable[str]) -> list[VenueState]:
        """Return the state of each venue, by name."""
        now = self._monotonic()
        return [_state(venue, self._breaker(venue), now) for venue in sorted(venues)]

    def _begin(self, venue: VenueConditions, asking: _Round) -> None:
        name = venue.venue
        if not self._breaker(name).admit(self._monotonic()):
            asking.refused[name] = RefusedVenue(
                name, "", "CIRCUIT_OPEN", f"{name} is left out after repeated failures."
            )
            return
        try:
            waiting = self._venues.ask(venue)
        except Unavailable as error:
            asking.refused[name] = self._failed(name, error.reason, error.detail)
            return
        if waiting is None:
            self._answered(name, asking)
        else:
            asking.pending[name] = asyncio.ensure_future(waiting)

    async def _await(self, asking: _Round, deadline_seconds: float) -> None:
        try:
            await asyncio.wait(asking.pending.values(), timeout=max(deadline_seconds, 0.0))
        except asyncio.CancelledError:
            for name in asking.pending:
                self._breaker(name).abandoned(self._monotonic())
            raise
        finally:
            for task in asking.pending.values():
                task.cancel()
        for name, task in asking.pending.items():
            self._settle(name, task, asking)

    def _settle(self, name: str, task: asyncio.Future[None], asking: _Round) -> None:
        if not task.done() or task.cancelled():
            asking.refused[name] = self._failed(name, "DEADLINE", f"{name} did not answer in time.")
            return
        error = task.exception()
        if error is None:
            self._answered(name, asking)
        elif isinstance(error, Unavailable):
            asking.refused[name] = self._failed(name, error.reason, error.detail)
        else:
            raise error

    def _answered(self, name: str, asking: _Round) -> None:
        breaker = self._breaker(name)
        if breaker.state is not BreakerState.CLOSED:
            telemetry.breaker_changed(name, BreakerState.CLOSED, breaker.consecutive_failures)
        breaker.succeeded()
        asking.answered.add(name)

    def _failed(self, name: str, reason: str, detail: str) -> RefusedVenue:
        breaker = self._breaker(name)
        before = breaker.state
        breaker.failed(self._monotonic())
        if breaker.state is not before:
            telemetry.breaker_changed(name, breaker.state, breaker.consecutive_failures)
        telemetry.venue_failed(name, reason)
        return RefusedVenue(name, "", reason, detail)

    def _breaker(self, venue: str) -> Breaker:
        breaker = self._breakers.get(venue)
        if breaker is None:
            breaker = self._breakers[venue] = self._new_breaker()
            telemetry.breaker_is(venue, breaker.state)
        return breaker


def _state(venue: str, breaker: Breaker, now: float) -> VenueState:
    retry_in_ms = max(int((breaker.retry_at - now) * 1000), 0) if breaker.state is BreakerState.OPEN else 0
    return VenueState(venue, breaker.state, breaker.consecutive_failures, retry_in_ms)
