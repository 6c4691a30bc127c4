"""Quotes of every pool of a pair, without a route."""

import asyncio

from router_service.application.answers import QuotesRequest
from router_service.application.ask_venues import VenueCaller, VenueState
from router_service.application.market_view import MarketView
from router_service.application.ports import Market, Monotonic
from router_service.application.quote_pools import (
    SLOW_QUOTES,
    PoolQuotes,
    QuoteDeadline,
    QuotesAnswer,
    check,
    excluded,
    pool_mask,
    quote_pools,
    scripted,
    venue_refusals,
)
from servicekit.errors import Rejected


class AskQuotes:
    """Quotes every pool of a pair."""

    def __init__(
        self, market: Market, caller: VenueCaller, deadline: QuoteDeadline, monotonic: Monotonic, *, scenarios: bool
    ) -> None:
        self._market = market
        self._caller = caller
        self._deadline = deadline
        self._monotonic = monotonic
        self._scenarios = scenarios

    async def __call__(self, request: QuotesRequest, caller_seconds: float | None = None) -> QuotesAnswer:
        """Return all quotes and all refusals. When no venue answered, the quotes are empty and no error is raised.

        Raises UNKNOWN_MINT, INVALID_REQUEST, SCENARIOS_OFF, and Unavailable without a fresh state of the market.
        """
        if request.scenario and not self._scenarios:
            raise Rejected("SCENARIOS_OFF")
        view = self._market.newest()
        check(request, view)
        wanted = request.venues or view.venues.keys()
        conditions = [view.venues[venue] for venue in sorted(wanted)]
        seconds = self._deadline.seconds(conditions, caller_seconds)
        answers = await self._caller.ask(conditions, seconds)
        if request.scenario == SLOW_QUOTES:
            await asyncio.sleep(seconds)
        view = self._market.newest()
        answers = scripted(request, answers)
        pair_pools = view.table.pair_pools(request.mint_in, request.mint_out)
        found = quote_pools(pair_pools, pool_mask(request, answers, pair_pools), request.amount_in)
        refused = (
            *venue_refusals(request, answers),
            *excluded(pair_pools, request.exclude_pools),
            *found.refused,
        )
        return QuotesAnswer(PoolQuotes(found.quotes, refused), self._states(view), self._now_ms(view))

    def _states(self, view: MarketView) -> tuple[VenueState, ...]:
        return tuple(self._caller.states(view.venues))

    def _now_ms(self, view: MarketView) -> int:
        return view.market_time_ms(self._monotonic())
