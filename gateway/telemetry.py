"""Logs and metrics of the gateway: one function for each event."""

import time
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import Counter
from starlette.types import Scope

from gateway.edge.trace import Trace
from servicekit.errors import DomainError
from servicekit.metrics import stage_timer
from servicekit.traces.trace_context import current_trace

log = structlog.get_logger()

_LIMITS_UNREACHABLE: Final = Counter("tradewind_rate_limits_unreachable", "Times Redis did not count what callers do.")
_PATH_CHARACTERS_MAX: Final = 256
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_deliver_timed: Final = stage_timer("deliver")
# Where the timestamp stands in every stored frame: `"timestamp":"2026-01-01T00:00:00.000Z"}`.
_MOMENT: Final = slice(-26, -2)


def begin_request(trace: Trace) -> None:
    """Put the trace into every log line of this request, and into every call that serves it."""
    structlog.contextvars.bind_contextvars(trace_id=trace.trace_id)
    current_trace.set(trace.context)


def delivered(frame: str) -> None:
    """Live events were written to their reader; `frame` is the first of them, which waited longest."""
    with suppress(ValueError):
        recorded = datetime.fromisoformat(frame[_MOMENT]).timestamp()
        _deliver_timed(max(time.time() - recorded, 0.0))


def started(host: str, port: int) -> None:
    """The gateway serves."""
    log.info("gateway.started", host=host, port=port)


def stopped() -> None:
    """The gateway has drained and stopped."""
    log.info("gateway.stopped")


def request_crashed(path: str, error: Exception) -> None:
    """A defect of the gateway made it answer a request with 500."""
    log.error("request.crashed", path=path, exc_info=error)


def request_refused(scope: Scope, error: Exception) -> None:
    """A request was refused. Refused reads are not logged: there may be many, and they change nothing."""
    if isinstance(error, DomainError) and scope["type"] == "http" and scope["method"] not in _READING:
        path = scope["path"][:_PATH_CHARACTERS_MAX]
        log.info("request.refused", method=scope["method"], path=path, reason=error.reason)


def service_failed(path: str, reason: str) -> None:
    """A defect of another service made the gateway answer a request with 500."""
    log.error("request.service_failed", path=path, reason=reason)


def socket_lost(order_id: str) -> None:
    """A client left while a frame was being sent."""
    log.debug("socket.lost", order_id=order_id)


def socket_crashed(order_id: str, error: Exception) -> None:
    """A defect of the gateway, or an event that cannot be read, ended a socket."""
    log.error("socket.crashed", order_id=order_id, exc_info=error)


def watches_stream_ended(reason: str, watches: int) -> None:
    """The stream of events ended; its watches wait for the next one."""
    log.warning("watches.stream_ended", reason=reason, watches=watches)


def gap_seen(order_id: str, after: int) -> None:
    """Events of an order were missing; they are read again."""
    log.warning("watches.gap_seen", order_id=order_id, after=after)


def prices_stream_broken(reason: str) -> None:
    """The router ended a stream of prices."""
    log.info("prices.stream_broken", reason=reason)


def tokens_not_loaded(reason: str) -> None:
    """The router did not return its list of tokens; the last one stays."""
    log.info("tokens.not_loaded", reason=reason)


def keys_not_checked(reason: str) -> None:
    """The executor did not answer which keys of open streams are valid; the streams stay."""
    log.info("keys.not_checked", reason=reason)


def keys_ended(keys: int) -> None:
    """Keys are no longer valid; their streams end."""
    log.info("keys.ended", keys=keys)


def limits_unreachable(error: Exception) -> None:
    """Redis does not answer; for a moment limits are counted in this process, or not at all."""
    _LIMITS_UNREACHABLE.inc()
    log.warning("limits.unreachable", error=type(error).__name__)
