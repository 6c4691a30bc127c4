"""The venues' quote services, simulated: each answers after the latency that the market announces, or refuses."""

import asyncio
from collections.abc import Awaitable
from random import Random

from router_service.application.market_view import VenueConditions
from servicekit.errors import Unavailable


class SimulatedVenues:
    """Answers after a random latency between the announced bounds."""

    def __init__(self, *, seed: int) -> None:
        self._random = Random(seed)

    def ask(self, conditions: VenueConditions) -> Awaitable[None] | None:
        """Ask a venue; None when it has no latency and has answered at once. Raises VENUE_UNAVAILABLE."""
        if not conditions.available:
            raise Unavailable("VENUE_UNAVAILABLE", f"{conditions.venue} does not quote now.")
        if conditions.quote_latency_max_ms <= 0:
            return None
        low_ms = min(conditions.quote_latency_min_ms, conditions.quote_latency_max_ms)
        return asyncio.sleep(self._random.uniform(low_ms, conditions.quote_latency_max_ms) / 1000)
