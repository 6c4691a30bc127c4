"""W3C trace context, without any library: what a traceparent says, who decides whether a trace is sampled, and the
context of the call that is being answered."""

import os
import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final, NamedTuple

HEADER: Final = "traceparent"
SAMPLER_DEFAULT: Final = "parentbased_ratelimiting"
# Every order of a developer who tries the engine out is traced, and few of a thousand orders a second: the spans of an
# order cost nearly as much as the order.
TRACES_A_SECOND_DEFAULT: Final = 10.0
RATIO_DEFAULT: Final = 0.05

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
# The last digit of the flags when its lowest bit is set. A set, because `"" in "13"` is true.
_SAMPLED: Final = frozenset("13579bdf")
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_RATIO_BITS: Final = 64
_TRACES_A_SECOND_MAX: Final = 1_000_000.0

# Returns whether to sample a trace, from its id and the caller's decision (None: there is no caller).
Sampler = Callable[[str, bool | None], bool]


class TraceContext(NamedTuple):
    """A reference to a span: ids in hexadecimal, and whether its trace is recorded."""

    trace_id: str
    span_id: str
    sampled: bool

    @property
    def traceparent(self) -> str:
        """The context as a header."""
        return f"00-{self.trace_id}-{self.span_id}-0{int(self.sampled)}"

    def child(self, span_id: str) -> "TraceContext":
        """Return another span of the same trace."""
        return self._replace(span_id=span_id)


# The context of the current request; calls that serve the request carry it.
current_trace: ContextVar[TraceContext | None] = ContextVar("current_trace", default=None)


def parse_traceparent(text: str) -> TraceContext | None:
    """Return the context; None for an invalid text."""
    match = _TRACEPARENT.fullmatch(text)
    if match is None or match[1] == _NO_TRACE or match[2] == _NO_SPAN:
        return None
    return TraceContext(match[1], match[2], bool(int(match[3], 16) & 1))


def trace_id_in(traceparent: str) -> str | None:
    """Return the trace id of a traceparent known to be valid; None of an empty one."""
    return traceparent[3:35] or None


def is_sampled(traceparent: str) -> bool:
    """Return what the flags of a traceparent known to be valid say; False of an empty one."""
    return traceparent[-1:] in _SAMPLED


def new_span_id() -> str:
    """Return a fresh span id."""
    return os.urandom(8).hex()


def new_trace(sampler: Sampler) -> TraceContext:
    """Return the root of a fresh trace, sampled or not as the sampler decides."""
    random = os.urandom(24).hex()
    return TraceContext(random[:32], random[32:], sampler(random[:32], None))


def sampler_of(environ: Mapping[str, str]) -> Sampler:
    """Return the sampler that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG name.

    always_on, always_off, traceidratio, and beyond OpenTelemetry's own ratelimiting (so many traces a second), each
    of them also with the prefix parentbased_: then a caller's decision holds. Any other name means the default; a
    start refuses it (servicekit/settings/tracing.py).
    """
    name = (environ.get("OTEL_TRACES_SAMPLER") or SAMPLER_DEFAULT).lower()
    decide = _root_sampler(name.removeprefix("parentbased_"), environ.get("OTEL_TRACES_SAMPLER_ARG", ""))
    if decide is None:
        name, decide = SAMPLER_DEFAULT, _at_most(TRACES_A_SECOND_DEFAULT)
    if not name.startswith("parentbased_"):
        return lambda trace_id, parent: decide(trace_id)
    return lambda trace_id, parent: decide(trace_id) if parent is None else parent


def _root_sampler(name: str, argument: str) -> Callable[[str], bool] | None:
    match name:
        case "always_on":
            return lambda trace_id: True
        case "always_off":
            return lambda trace_id: False
        case "traceidratio":
            return _ratio(_number(argument, RATIO_DEFAULT, highest=1))
        case "ratelimiting":
            return _at_most(_number(argument, TRACES_A_SECOND_DEFAULT, highest=_TRACES_A_SECOND_MAX))
    return None


def _number(text: str, default: float, *, highest: float) -> float:
    try:
        number = float(text) if text else default  # a probability or a rate, not money
    except ValueError:
        return default
    return number if 0 <= number <= highest else default


def _ratio(share: float) -> Callable[[str], bool]:
    """Return OpenTelemetry's own rule: every process decides the same for one id, also those of other vendors."""
    bound = round(share * (1 << _RATIO_BITS))
    return lambda trace_id: int(trace_id[16:], 16) < bound


def _at_most(per_second: float) -> Callable[[str], bool]:
    """Return a rule that samples so many traces a second; up to a second's worth may come at once."""
    room = max(1.0, per_second)
    left, looked = room if per_second else 0.0, time.monotonic()

    def decide(trace_id: str) -> bool:
        nonlocal left, looked
        now = time.monotonic()
        left, looked = min(room, left + (now - looked) * per_second), now
        if left < 1:
            return False
        left -= 1
        return True

    return decide
