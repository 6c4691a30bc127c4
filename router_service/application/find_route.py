"""Find the route that pays most: ask the venues, quote every pool, split, compare, explain."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from pools.basis_points import min_amount_out
from router_service import telemetry
from router_service.application.answers import (
    IssuedAnswer,
    QuotesRequest,
    RouteAnswer,
    RouteRefused,
    RouteRequest,
)
from router_service.application.ask_venues import Answers, VenueCaller
from router_service.application.issued_quotes import IssuedQuotes
from router_service.application.market_view import MarketView
from router_service.application.ports import Market, Monotonic
from router_service.application.quote_pools import SLOW_QUOTES, check, scripted
from router_service.application.route_search import RouteSearch, RoutingRules
from router_service.domain.requote import output_now
from servicekit.errors import DomainError, Rejected

_ANSWERS_KEPT_MAX: Final = 4_096


class FindRoute:
    """Finds routes. One call routes a batch: it asks each venue once, and computes equal requests once."""

    def __init__(
        self, market: Market, caller: VenueCaller, quotes: IssuedQuotes, rules: RoutingRules, monotonic: Monotonic
    ) -> None:
        self._market = market
        self._caller = caller
        self._quotes = quotes
        self._rules = rules
        self._monotonic = monotonic
        self._known: dict[RouteRequest, RouteAnswer | RouteRefused] = {}
        self._known_for: tuple[MarketView, Answers] | None = None

    async def __call__(
        self, requests: Sequence[RouteRequest], caller_seconds: float | None = None
    ) -> list[IssuedAnswer | RouteRefused]:
        """Return one answer for each request, in order.

        `caller_seconds` is how long the caller still waits. Raises Unavailable when the market's state is missing or
        too old; everything else is an answer of its own request.
        """
        found = self._answers_at_once(requests)
        searches = [request for request, answer in zip(requests, found, strict=True) if answer is None]
        if searches:
            answers = await self._ask([request.quotes for request in searches], caller_seconds)
            routes = iter(self._search(searches, answers))
            found = [next(routes) if answer is None else answer for answer in found]
        return [answer for answer in found if answer is not None]

    def _answers_at_once(self, requests: Sequence[RouteRequest]) -> list[IssuedAnswer | RouteRefused | None]:
        """Answer the requests that need no venue: earlier quotes, and requests that this market must refuse."""
        view = self._market.newest()
        now_ms = view.market_time_ms(self._monotonic())
        found: list[IssuedAnswer | RouteRefused | None] = []
        for request in requests:
            try:
                found.append(self._answer_at_once(request, view, now_ms))
            except DomainError as error:
                found.append(RouteRefused(error))
        return found

    def _answer_at_once(self, request: RouteRequest, view: MarketView, now_ms: int) -> IssuedAnswer | None:
        if request.quotes.scenario and not self._rules.scenarios:
            raise Rejected("SCENARIOS_OFF")
        if request.quote_id:
            issued = self._quotes.redeem(request.quote_id, request.quotes, now_ms)
            _check_still_good(request, issued, view, now_ms)
            return issued
        check(request.quotes, view)
        return None

    async def _ask(self, searches: Sequence[QuotesRequest], caller_seconds: float | None) -> Answers:
        view = self._market.newest()
        conditions = [view.venues[venue] for venue in sorted(_venues_of(searches, view))]
        seconds = self._rules.deadline.seconds(conditions, caller_seconds)
        asked = self._caller.ask(conditions, seconds)
        if any(search.scenario == SLOW_QUOTES for search in searches):
            # A request whose venue does not answer waits until the deadline.
            answers, _ = await asyncio.gather(asked, asyncio.sleep(seconds))
            return answers
        return await asked

    def _search(self, requests: Sequence[RouteRequest], answers: Answers) -> list[IssuedAnswer | RouteRefused]:
        """Find all routes on one view: the newest after the venues have answered."""
        view = self._market.newest()
        now_ms = view.market_time_ms(self._monotonic())
        found: list[IssuedAnswer | RouteRefused] = []
        for request in requests:
            answer = self._find(request, view, answers)
            if isinstance(answer, RouteRefused):
                found.append(answer)
            else:
                found.append(self._quotes.issue(request.quotes, answer, now_ms))
        return found

    def _find(self, request: RouteRequest, view: MarketView, answers: Answers) -> RouteAnswer | RouteRefused:
        """Return the answer on this view. Equal requests on the same view are computed once."""
        if self._known_for is None or self._known_for[0] is not view or self._known_for[1] != answers:
            self._known, self._known_for = {}, (view, answers)
        found = self._known.get(request)
        if found is None:
            found = self._run(RouteSearch(request, view, scripted(request.quotes, answers), self._rules))
            if len(self._known) < _ANSWERS_KEPT_MAX:
                self._known[request] = found
        return found

    def _run(self, search: RouteSearch) -> RouteAnswer | RouteRefused:
        began = time.perf_counter()
        try:
            found = search.run()
        except Exception as error:
            # A defect on one pool or amount must not fail the whole batch.
            telemetry.search_crashed(error)
            found = RouteRefused(Rejected("INTERNAL"))
        result = found.error.reason.lower() if isinstance(found, RouteRefused) else "found"
        telemetry.searched(result, time.perf_counter() - began)
        return found


def _check_still_good(request: RouteRequest, issued: IssuedAnswer, view: MarketView, now_ms: int) -> None:
    """Raise when the request no longer accepts the earlier answer."""
    route = issued.answer.route
    if request.price_impact_max_bps and route.price_impact_bps > request.price_impact_max_bps:
        raise Rejected("PRICE_IMPACT_TOO_HIGH")
    if request.quote_slippage_bps is None:
        return
    present = output_now(route, view.pools, now_ms // 1000)
    if present < min_amount_out(route.amount_out, request.quote_slippage_bps):
        raise Rejected("QUOTE_EXPIRED", "The pools have moved further than the order's slippage allows.")


def _venues_of(searches: Sequence[QuotesRequest], view: MarketView) -> frozenset[str]:
    known = frozenset(view.venues)
    if any(not search.venues for search in searches):
        return known
    return known & frozenset(venue for search in searches for venue in search.venues)
