"""Ask all venues at once, and go on at the deadline with those that have answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from router_service import telemetry
from router_service.application.breaker import Breaker
from router_service.application.market_view import VenueConditions
from router_service.application.ports import Monotonic, Venues
from servicekit.errors import Unavailable


class Refusal(NamedTuple):
    """A pool, or with an empty `pool_id` a whole venue, that did not quote."""

    venue: str
    pool_id: str
    reason: str
    detail: str


class VenueState(NamedTuple):
    """What the router thinks of a venue."""

    venue: str
    breaker: str
    consecutive_failures: int
    retry_in_ms: int
    """How long an open breaker stays so; 0 otherwise."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Which venues answered, and why the others did not."""

    answered: frozenset[str]
    refused: Mapping[str, Refusal]


class VenueDesk:
    """Asks venues through their circuit breakers."""

    def __init__(self, venues: Venues, *, breaker: Callable[[], Breaker], monotonic: Monotonic) -> None:
        self._venues = venues
        self._new_breaker = breaker
        self._breakers: dict[str, Breaker] = {}
        self._monotonic = monotonic

    async def ask(self, conditions: Iterable[VenueConditions], deadline_seconds: float) -> Answers:
        """Return who answered within the deadline. Without latency nothing is awaited."""
        answered: set[str] = set()
        refused: dict[str, Refusal] = {}
        pending: dict[str, Awaitable[None]] = {}
        for venue in conditions:
            self._begin(venue, answered, refused, pending)
        if pending:
            await self._await(pending, deadline_seconds, answered, refused)
        return Answers(frozenset(answered), refused)

    def states(self, venues: Iterable[str]) -> list[VenueState]:
        """Return the state of each venue, by name."""
        now = self._monotonic()
        return [self._state(venue, self._breaker(venue), now) for venue in sorted(venues)]

    def _begin(
        self,
        venue: VenueConditions,
        answered: set[str],
        refused: dict[str, Refusal],
        pending: dict[str, Awaitable[None]],
    ) -> None:
        name, breaker = venue.venue, self._breaker(venue.venue)
        if not breaker.admit(self._monotonic()):
            refused[name] = Refusal(name, "", "CIRCUIT_OPEN", f"{name} is left out after repeated failures.")
            return
        try:
            waiting = self._venues.ask(venue)
        except Unavailable as error:
            refused[name] = self._failed(name, breaker, error.reason, error.detail)
            return
        if waiting is None:
            breaker.succeeded()
            answered.add(name)
        else:
            pending[name] = waiting

    async def _await(
        self,
        pending: Mapping[str, Awaitable[None]],
        deadline_seconds: float,
        answered: set[str],
        refused: dict[str, Refusal],
    ) -> None:
        tasks = {name: asyncio.ensure_future(waiting) for name, waiting in pending.items()}
        try:
            await asyncio.wait(tasks.values(), timeout=max(deadline_seconds, 0.0))
        except asyncio.CancelledError:
            for name in tasks:
                self._breaker(name).abandoned(self._monotonic())
            raise
        finally:
            for task in tasks.values():
                task.cancel()
        for name, task in tasks.items():
            self._settle(name, task, answered, refused)

    def _settle(self, name: str, task: asyncio.Future[None], answered: set[str], refused: dict[str, Refusal]) -> None:
        breaker = self._breaker(name)
        if not task.done() or task.cancelled():
            refused[name] = self._failed(name, breaker, "DEADLINE", f"{name} did not answer in time.")
            return
        error = task.exception()
        if error is None:
            breaker.succeeded()
            answered.add(name)
        elif isinstance(error, Unavailable):
            refused[name] = self._failed(name, breaker, error.reason, error.detail)
        else:
            raise error

    def _failed(self, name: str, breaker: Breaker, reason: str, detail: str) -> Refusal:
        before = breaker.state
        breaker.failed(self._monotonic())
        if breaker.state is not before:
            telemetry.breaker_changed(name, breaker.state, breaker.consecutive_failures)
        return Refusal(name, "", reason, detail)

    def _breaker(self, venue: str) -> Breaker:
        breaker = self._breakers.get(venue)
        if breaker is None:
            breaker = self._breakers[venue] = self._new_breaker()
        return breaker

    def _state(self, venue: str, breaker: Breaker, now: float) -> VenueState:
        retry_in_ms = max(int((breaker.retry_at - now) * 1000), 0) if breaker.state == "open" else 0
        return VenueState(venue, breaker.state, breaker.consecutive_failures, retry_in_ms)
