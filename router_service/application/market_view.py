"""The market as the router knows it at one moment. Immutable: each slot's message makes a new one."""

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
    """How a venue's quoting side behaves now."""

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
        """Return how old the view is."""
        return int((monotonic - self.received_at) * 1000)

    def market_time_ms(self, monotonic: float) -> int:
        """Return the market's time, carried on from the slot's start by this process's clock."""
        return self.slot_time_ms + max(self.age_ms(monotonic), 0)
