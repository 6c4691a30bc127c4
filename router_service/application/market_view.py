"""The market's state as the router knows it. A view is immutable: each slot's message makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass

from router_service.domain.routing_table import RoutingTable
from router_service.domain.trading_pool import TradingPool


@dataclass(frozen=True, slots=True)
class Token:
    """An SPL token."""

    mint: str
    symbol: str
    name: str
    decimals: int


@dataclass(frozen=True, slots=True)
class VenueConditions:
    """The latency of a venue's quotes, and whether the venue answers at all."""

    venue: str
    available: bool
    quote_latency_min_ms: int
    quote_latency_max_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class MarketView:
    """All pools, tokens and venues as of one slot."""

    slot: int
    slot_time_ms: int
    """Market time at the start of the slot, unix milliseconds."""
    received_at: float
    """When the message arrived, on this process's monotonic clock, seconds."""
    tokens: Mapping[str, Token]
    pools: Mapping[str, TradingPool]
    venues: Mapping[str, VenueConditions]
    table: RoutingTable

    def age_ms(self, monotonic: float) -> int:
        """Return the age of the view."""
        return int((monotonic - self.received_at) * 1000)

    def market_time_ms(self, monotonic: float) -> int:
        """Return the market's time: the start of the slot, plus the time since by this process's clock."""
        return self.slot_time_ms + max(self.age_ms(monotonic), 0)
