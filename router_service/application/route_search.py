"""One request on one view of the market: quote every pool, split, compare, explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from pools.basis_points import BPS
from pools.integers import U64_MAX
from router_service.application.answers import RouteAnswer, RouteRefused, RouteRequest
from router_service.application.ask_venues import Answers, RefusedVenue
from router_service.application.market_view import MarketView
from router_service.application.quote_pools import (
    PoolQuotes,
    QuoteDeadline,
    excluded,
    quote_pools,
    venue_refusals,
    wants,
)
from router_service.domain.paths import Choice, Network
from router_service.domain.routes import Route, single_pool_route
from router_service.domain.routing_table import accepted, everything
from router_service.domain.search import LegCost, best_route, split_route
from router_service.domain.trading_pool import PoolQuote
from servicekit.errors import DomainError, Rejected, Unavailable

_RETRY_AFTER_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """The settings of a route search."""

    deadline: QuoteDeadline
    leg_cost_lamports: int
    scenarios: bool


class RouteSearch:
    """One request on one view."""

    def __init__(self, request: RouteRequest, view: MarketView, answers: Answers, rules: RoutingRules) -> None:
        self._request = request
        self._wish = request.quotes
        self._answers = answers
        self._tokens = view.tokens
        self._network: Network = view.table.network(self._wish.mint_in, self._wish.mint_out)
        per_leg = rules.leg_cost_lamports * view.table.native_price(self._wish.mint_out)
        self._cost = LegCost(per_leg, request.legs_max)

    def run(self) -> RouteAnswer | RouteRefused:
        """Return the best route, or the reason for which there is none."""
        choice = self._choice()
        quotes = quote_pools(self._network.direct, choice.direct, self._wish.amount_in)
        refused = (
            *venue_refusals(self._wish, self._answers),
            *excluded(self._network.direct, self._wish.exclude_pools),
            *quotes.refused,
        )
        route = self._best(choice, quotes.quotes)
        if route is None:
            return RouteRefused(self._why_not(choice, quotes), refused)
        limit = self._request.price_impact_max_bps
        if limit and route.price_impact_bps > limit:
            detail = f"The best route moves the price by {route.price_impact_bps} bps; {limit} are allowed."
            return RouteRefused(Rejected("PRICE_IMPACT_TOO_HIGH", detail), refused)
        return self._explained(route, quotes.quotes, refused)

    def _choice(self) -> Choice:
        wish, answers = self._wish, self._answers
        if not (answers.refused or wish.venues or wish.exclude_pools):
            return everything(self._network)
        return accepted(self._network, lambda pool: wants(wish, answers, pool.pool_id, pool.venue))

    def _best(self, choice: Choice, quotes: Sequence[PoolQuote]) -> Route | None:
        single = single_pool_route(quotes[0]) if quotes else None
        if self._cost.legs_max == 1 or (not choice.ways and choice.direct.bit_count() <= 1):
            return single
        floor = single.amount_out if single is not None else 0
        split = split_route(self._network, choice, self._wish.amount_in, self._cost, floor=floor)
        return best_route((single, split), self._cost)

    def _explained(self, route: Route, quotes: tuple[PoolQuote, ...], refused: tuple[RefusedVenue, ...]) -> RouteAnswer:
        others = [quote for quote in quotes[:2] if len(route.legs) > 1 or quote is not route.legs[0].quote]
        runner_up = others[0] if others else None
        gain = 0
        if runner_up is not None:
            gain = max((route.amount_out - runner_up.amount_out) * BPS // runner_up.amount_out, 0)
        network_fee = min(ceil(self._cost.per_leg * len(route.legs)), U64_MAX)
        return RouteAnswer(
            route=route,
            quotes=quotes,
            refused=refused,
            runner_up=runner_up,
            runner_up_difference_bps=gain,
            network_fee=network_fee,
            tokens=self._tokens,
        )

    def _why_not(self, choice: Choice, quotes: PoolQuotes) -> DomainError:
        everything_here = everything(self._network)
        if not (everything_here.direct or everything_here.ways):
            return Rejected("NO_ROUTE")
        if venue_refusals(self._wish, self._answers):
            return Unavailable("QUOTES_UNAVAILABLE", retry_after_ms=_RETRY_AFTER_MS)
        if not (choice.direct or choice.ways):
            return Rejected("NO_ROUTE", "No pool is left for this pair.")
        if any(refusal.reason == "INSUFFICIENT_LIQUIDITY" for refusal in quotes.refused):
            return Rejected("INSUFFICIENT_LIQUIDITY")
        amount = self._wish.amount_in
        fits = self._network.table(choice, amount).capacity >= amount
        return Rejected("AMOUNT_TOO_SMALL" if fits or quotes.refused else "INSUFFICIENT_LIQUIDITY")
