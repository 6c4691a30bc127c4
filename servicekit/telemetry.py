"""Logs: one JSON object a line, constant event names, data in fields."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def configure_logging(process: str, *, level: str = "INFO") -> None:
    """Write structured lines to standard error; every line names its process. Call it once, at the start of main."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _naming(process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries write to the standard logger; only warnings and errors pass.
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)


def _naming(process: str) -> Processor:
    """Return a log processor that adds the process name, also on threads, whose context is empty."""

    def name(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return name
