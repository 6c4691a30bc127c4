"""What the market reports: one function for each event worth knowing."""

import time
from collections.abc import Callable
from functools import cache
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from market_service.chain.swaps import SwapResult, SwapState
from servicekit.bulk_metrics import counted_in_bulk
from servicekit.traces.trace_context import new_span_id
from servicekit.traces.tracing import AttributeValue, Span, record, recorded_context

_log = structlog.get_logger()

_SWAPS: Final = Counter("tradewind_market_swaps", "Swaps that ended, by state: landed, failed, expired.", ["state"])
_SLOT: Final = Gauge("tradewind_market_slot", "The newest slot that is in the ledger.")
_IN_FLIGHT: Final = Gauge("tradewind_market_swaps_in_flight", "Swaps taken that have not ended.")
_LEDGER_LOST: Final = Counter("tradewind_market_ledger_lost", "Transactions that Postgres did not confirm.")

_swap_counted: Final = cache(lambda state: counted_in_bulk(_SWAPS.labels(state=state.value).inc))


def watch_in_flight(count: Callable[[], int]) -> None:
    """Read the number of swaps in flight from this function at each scrape."""
    _IN_FLIGHT.set_function(count)


def swap_ended(result: SwapResult, traceparent: str, received_ms: int) -> None:
    """A swap has reached its final state in the ledger. The time of its arrival is on the market's clock."""
    _swap_counted(result.state)(1)
    sending = recorded_context(traceparent)
    if sending is None:
        return
    ended_ns = time.time_ns()
    # The market's clock may be ahead of this process's by a slot: a span must not end before it begins.
    began_ns = min(received_ms * 1_000_000, ended_ns)
    attributes: dict[str, AttributeValue] = {"tradewind.swap_id": result.swap_id, "tradewind.slot": result.slot}
    error = "" if result.state is SwapState.LANDED else (result.failure or result.state).upper()
    own = sending.child(new_span_id())
    record(Span("swap.land", own, sending.span_id, "server", began_ns, ended_ns, attributes, error=error))


def market_started(*, name: str, slot: int, pools: int) -> None:
    """The market has read the ledger and holds the right to write it."""
    _log.info("market.started", market=name, slot=slot, pools=pools)


def market_serving(*, port: int, profile: str, scenarios: str) -> None:
    """The market answers callers from now on."""
    _log.info("market.serving", port=port, profile=profile, scenarios=scenarios)


def market_stopped(*, slot: int) -> None:
    """The market has ended in order."""
    _log.info("market.stopped", slot=slot)


def slot_committed(*, slot: int, swaps: int, pools: int) -> None:
    """Swaps have ended and are in the ledger."""
    _SLOT.set(slot)
    _log.debug("slot.committed", slot=slot, swaps=swaps, pools=pools)


def ledger_lost(*, reason: str, swaps: int) -> None:
    """Postgres did not confirm a transaction; nothing of it was published."""
    _LEDGER_LOST.inc()
    _log.error("ledger.lost", reason=reason, swaps=swaps)


def ledger_recovered(*, slot: int, committed: int, doubtful: int) -> None:
    """The ledger answers again. `committed` of the `doubtful` swaps had been committed."""
    _log.info("ledger.recovered", slot=slot, committed=committed, doubtful=doubtful)


def checkpoint_lost(*, reason: str) -> None:
    """The last outside flow was not written. No swap depends on it, so losing it is harmless."""
    _log.warning("checkpoint.lost", reason=reason)


def stop_timed_out() -> None:
    """Postgres did not answer the stop in time; the process ends anyway."""
    _log.warning("stop.timed_out")


def swap_crashed(*, swap_id: str, error: Exception) -> None:
    """A defect of a pool's math failed a swap."""
    _log.error("swap.crashed", swap_id=swap_id, exc_info=error)
