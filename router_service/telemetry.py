"""The events worth knowing, one function each; this file alone decides on log lines."""

from typing import Final

import structlog

_log: Final = structlog.get_logger()


def serving(port: int, market: str) -> None:
    """The server listens."""
    _log.info("router.serving", port=port, market=market)


def snapshot_received(slot: int, pools: int, tokens: int) -> None:
    """The market's state is known in full."""
    _log.info("feed.snapshot_received", slot=slot, pools=pools, tokens=tokens)


def feed_lost(reason: str, retry_in_ms: int) -> None:
    """The stream from the market ended; quoting goes on until the state is too old."""
    _log.warning("feed.lost", reason=reason, retry_in_ms=retry_in_ms)


def pool_unreadable(pool_id: str, reason: str) -> None:
    """A pool was left out, because its state makes no sense here."""
    _log.error("feed.pool_unreadable", pool_id=pool_id, reason=reason)


def breaker_changed(venue: str, state: str, failures: int) -> None:
    """A venue's circuit breaker opened, opened again after a trial, or closed."""
    _log.warning("venue.breaker_changed", venue=venue, state=state, consecutive_failures=failures)


def search_crashed(error: Exception) -> None:
    """A search failed for a reason nobody thought of. Its request was refused, the others were not touched."""
    _log.error("route.search_crashed", exc_info=error)


def stopped() -> None:
    """The server has drained."""
    _log.info("router.stopped")
