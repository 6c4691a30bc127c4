"""Wiring: the one place where use cases meet adapters."""

import time
from dataclasses import dataclass

import grpc

from router_service.adapters.market_feed import MarketFeed
from router_service.adapters.simulated_venues import SimulatedVenues
from router_service.application.ask_quotes import AskQuotes
from router_service.application.ask_venues import VenueCaller
from router_service.application.breaker import Breaker
from router_service.application.find_route import FindRoute
from router_service.application.issued_quotes import IssuedQuotes
from router_service.application.ports import Monotonic, Venues
from router_service.application.quote_pools import QuoteDeadline
from router_service.application.route_search import RoutingRules
from router_service.settings import RouterSettings
from servicekit.grpc_client import open_channel


@dataclass(frozen=True, slots=True)
class Router:
    """A router's parts, ready to serve. `feed.run()` keeps it up to date; `channel` is closed at the end."""

    channel: grpc.aio.Channel
    feed: MarketFeed
    find_route: FindRoute
    ask_quotes: AskQuotes
    legs_max: int
    monotonic: Monotonic


def build_router(
    settings: RouterSettings, *, venues: Venues | None = None, monotonic: Monotonic = time.monotonic
) -> Router:
    """Return the parts for these settings. Call it on the event loop that will serve."""
    channel = open_channel(settings.market_address)
    feed = MarketFeed(channel, age_max_ms=settings.router_state_age_max_ms, monotonic=monotonic)
    caller = VenueCaller(
        venues or SimulatedVenues(seed=settings.router_seed),
        breaker=lambda: Breaker(
            failures_max=settings.router_breaker_failures_max,
            retry_seconds=settings.router_breaker_retry_ms / 1000,
        ),
        monotonic=monotonic,
    )
    deadline = QuoteDeadline(
        settings.router_deadline_ms, settings.router_deadline_margin_ms, settings.router_deadline_max_ms
    )
    scenarios = settings.scenarios
    quotes = IssuedQuotes(ttl_ms=settings.router_quote_ttl_ms, kept_max=settings.router_quotes_kept_max)
    rules = RoutingRules(deadline, settings.router_leg_cost_lamports, scenarios)
    return Router(
        channel=channel,
        feed=feed,
        find_route=FindRoute(feed, caller, quotes, rules, monotonic),
        ask_quotes=AskQuotes(feed, caller, deadline, monotonic, scenarios=scenarios),
        legs_max=settings.router_legs_max,
        monotonic=monotonic,
    )
