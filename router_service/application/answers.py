"""The router's requests and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from router_service.application.ask_venues import RefusedVenue
from router_service.application.market_view import Token
from router_service.domain.routes import Route
from router_service.domain.trading_pool import PoolQuote
from servicekit.errors import DomainError


class QuotesRequest(NamedTuple):
    """A request to quote all pools of one pair for an exact input, in base units."""

    mint_in: str
    mint_out: str
    amount_in: int
    venues: frozenset[str] = frozenset()
    """Only these; empty: all."""
    exclude_pools: frozenset[str] = frozenset()
    scenario: str = ""


class RouteRequest(NamedTuple):
    """A request for one route for an exact input, in base units."""

    quotes: QuotesRequest
    legs_max: int
    price_impact_max_bps: int = 0
    """0: no limit."""
    quote_id: str = ""
    """An earlier answer to use again; empty: find a route."""
    quote_slippage_bps: int | None = None
    """By how much that answer's output may fall short of its quote by now, in 1/10,000; None: not checked."""


@dataclass(frozen=True, slots=True, eq=False)
class RouteAnswer:
    """A route, with all quotes and refusals that the search compared."""

    route: Route
    quotes: tuple[PoolQuote, ...]
    """For the whole amount on one pool, best first."""
    refused: tuple[RefusedVenue, ...]
    runner_up: PoolQuote | None
    runner_up_difference_bps: int
    network_fee: int
    """Base units of mint_out."""
    tokens: Mapping[str, Token]
    """Of the view that the route was found on, by mint."""


class IssuedAnswer(NamedTuple):
    """An answer with a quote id, under which it can be used again until it expires."""

    answer: RouteAnswer
    quote_id: str
    quoted_at_ms: int
    expires_at_ms: int


class RouteRefused(NamedTuple):
    """The reason for which there is no route."""

    error: DomainError
    refused: tuple[RefusedVenue, ...] = ()
