"""The events worth knowing, one function each; this file alone decides on log lines."""

import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import structlog
from prometheus_client import Counter, Gauge, Histogram

from servicekit.bulk_metrics import counted_in_bulk, in_bulk
from servicekit.traces.trace_context import new_span_id
from servicekit.traces.tracing import Span, is_recording, record, recorded_context

_log: Final = structlog.get_logger()

_BREAKER: Final = Gauge("tradewind_venue_breaker", "1 for the state a venue's breaker is in.", ["venue", "state"])
_VENUE_FAILURES: Final = Counter(
    "tradewind_venue_failures", "Venues that did not quote, by reason.", ["venue", "reason"]
)
_ROUTES: Final = Counter("tradewind_routes", "Requests answered, by result: found, or the reason refused.", ["result"])
_SEARCH_SECONDS: Final = Histogram(
    "tradewind_route_search_seconds",
    "CPU-bound time to find one route, venues' latency not included.",
    buckets=(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
)
_STATE_AGE: Final = Gauge("tradewind_market_state_age_seconds", "Age of the market's state that is quoted from.")
_FEED_LOST: Final = Counter("tradewind_market_feed_lost", "Times the stream from the market ended.")

_route_counted: Final = cache(lambda result: counted_in_bulk(_ROUTES.labels(result=result).inc))
_search_timed: Final = in_bulk(_SEARCH_SECONDS.observe)


def venue_failed(venue: str, reason: str) -> None:
    """A venue did not quote."""
    _VENUE_FAILURES.labels(venue=venue, reason=reason).inc()


def breaker_is(venue: str, state: str) -> None:
    """A venue's breaker is in this state."""
    for name in ("closed", "open", "half_open"):
        _BREAKER.labels(venue=venue, state=name).set(name == state)


def watch_state_age(seconds: Callable[[], float]) -> None:
    """Read the age of the market's state from this function at each scrape."""
    _STATE_AGE.set_function(seconds)


def searched(result: str, seconds: float) -> None:
    """A search ended with a route, or with the reason for which there is none."""
    _route_counted(result)(1)
    _search_timed(seconds)


def batch_routed(traceparents: Sequence[str], reasons: Sequence[str], began_ns: int) -> None:
    """A batch was answered: each request got a route, or the reason for none. Record the traced ones."""
    if not is_recording():
        return
    ended_ns = time.time_ns()
    for traceparent, reason in zip(traceparents, reasons, strict=True):
        asking = recorded_context(traceparent)
        if asking is not None:
            own = asking.child(new_span_id())
            record(Span("route.find", own, asking.span_id, "server", began_ns, ended_ns, error=reason))


def serving(port: int, market: str) -> None:
    """The server listens."""
    _log.info("router.serving", port=port, market=market)


def snapshot_received(slot: int, pools: int, tokens: int) -> None:
    """The market's state is known in full."""
    _log.info("feed.snapshot_received", slot=slot, pools=pools, tokens=tokens)


def feed_lost(reason: str, retry_in_ms: int) -> None:
    """The stream from the market ended; quoting goes on until the state is too old."""
    _FEED_LOST.inc()
    _log.warning("feed.lost", reason=reason, retry_in_ms=retry_in_ms)


def pool_unreadable(pool_id: str, reason: str) -> None:
    """A pool was left out, because its state cannot be read."""
    _log.error("feed.pool_unreadable", pool_id=pool_id, reason=reason)


def breaker_changed(venue: str, state: str, failures: int) -> None:
    """A venue's circuit breaker opened, opened again after a trial, or closed."""
    breaker_is(venue, state)
    _log.warning("venue.breaker_changed", venue=venue, state=state, consecutive_failures=failures)


def search_crashed(error: Exception) -> None:
    """A search failed for an unforeseen reason. Its request was refused; the rest of the batch went on."""
    _log.error("route.search_crashed", exc_info=error)


def stopped() -> None:
    """The server has drained."""
    _log.info("router.stopped")
