"""What the router's use cases need from outside."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from router_service.application.market_view import MarketView, VenueConditions

Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""


class Market(Protocol):
    """The market's state, followed in the background."""

    def newest(self) -> MarketView:
        """Return the newest view. Raises Unavailable: UNAVAILABLE before the first, STALE_STATE when it is too old."""

    async def newer_than(self, view: MarketView | None) -> MarketView:
        """Return the first view after `view`. Views that no caller waited for are left out."""


class Venues(Protocol):
    """The venues' quoting sides."""

    def ask(self, conditions: VenueConditions) -> Awaitable[None] | None:
        """Ask a venue for its quotes; None when it has answered at once. Raises Unavailable when it refuses."""
