"""The ports of the router's use cases: the market and the venues."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from router_service.application.market_view import MarketView, VenueConditions

Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""


class Market(Protocol):
    """The market's state, which a background task keeps current."""

    def newest(self) -> MarketView:
        """Return the newest view. Raises Unavailable: UNAVAILABLE before the first, STALE_STATE when it is too old."""

    async def newer_than(self, view: MarketView | None) -> MarketView:
        """Wait for a view after `view` and return the newest. A caller that waits late misses the views between."""


class Venues(Protocol):
    """The venues' quote services."""

    def ask(self, conditions: VenueConditions) -> Awaitable[None] | None:
        """Ask a venue for its quotes; None when it has answered at once. Raises Unavailable when it refuses."""
