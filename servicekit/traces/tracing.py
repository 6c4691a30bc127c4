"""Sending spans: the only file that uses OpenTelemetry, which it imports only when a collector is set.

A span is recorded whole after its end, with its own times, because code that works in batches cannot keep spans open.
Recording puts it into a bounded queue, and a thread sends it. While the collector does not answer, spans are dropped.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple, Protocol

from prometheus_client import Counter

from servicekit.metrics import release
from servicekit.settings.words import ON
from servicekit.traces.trace_context import TraceContext, parse_traceparent

Kind = Literal["internal", "server", "client", "producer", "consumer"]
AttributeValue = str | int | float | bool

FLUSH_SECONDS: Final = 2.0
# Encoding holds the interpreter's lock. Small batches keep the event loop waiting only for a short time.
SPANS_A_MESSAGE: Final = 128
SPANS_WAITING_MAX: Final = 2_048

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_SPANS: Final = Counter("tradewind_spans", "Spans, by what became of them: sent, lost, dropped.", ["result"])


class Span(NamedTuple):
    """A span that has ended. Times are unix nanoseconds; `error` is a reason, empty when it went well."""

    name: str
    context: TraceContext
    parent_span_id: str
    kind: Kind
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, AttributeValue] = {}
    events: Sequence[tuple[str, int]] = ()
    error: str = ""


class _Recorder(Protocol):
    def __call__(self, span: Span) -> None: ...


_recorder: _Recorder | None = None


def recorded_context(traceparent: str) -> TraceContext | None:
    """Return the context if spans of its trace are recorded here, else None. It is cheap enough for every order."""
    if _recorder is None or not traceparent:
        return None
    context = parse_traceparent(traceparent)
    return context if context is not None and context.sampled else None


def is_recording() -> bool:
    """True while spans are collected."""
    return _recorder is not None


def record(span: Span) -> None:
    """Send a span soon, in the background. Without a collector this does nothing."""
    if _recorder is not None:
        _recorder(span)


@contextmanager
def tracing(service: str, *, instance: str = "") -> Iterator[None]:
    """Send spans while the body runs, if an OTLP endpoint is set; at its end send the rest, for a bounded time."""
    global _recorder  # noqa: PLW0603  # one recorder a process, as there is one collector
    if not _is_wanted(os.environ):
        yield
        return
    _recorder, stop = _open(service, instance or socket.gethostname())
    try:
        yield
    finally:
        _recorder = None
        # The library itself allows each of its steps half a minute.
        flushing = threading.Thread(target=stop, daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)


def _is_wanted(environ: Mapping[str, str]) -> bool:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() in ON:
        return False
    if environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return False
    return any(environ.get(name) for name in _ENDPOINTS)


class _Waiting:
    """How many spans wait. Only the event loop's thread writes `put`, only the sending thread writes `taken`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.put = self.taken = 0

    def has_room(self) -> bool:
        """Take a place and return True, if there is one."""
        if self.put - self.taken >= self.most:
            return False
        self.put += 1
        return True


def _number(name: str, default: int) -> int:
    """Return a number above 0 from the environment, checked at the start; the default when there is none."""
    text = os.environ.get(name, "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else default


def _open(service: str, instance: str) -> tuple[_Recorder, Callable[[], None]]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # if wanted
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # if wanted
    from opentelemetry.sdk.trace import Event, ReadableSpan  # noqa: PLC0415  # if wanted
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult  # noqa: PLC0415  # if wanted
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415  # if wanted
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags  # noqa: PLC0415  # if wanted

    # A metric counts lost spans; a log line for every try would fill the logs.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    flags = TraceFlags(TraceFlags.SAMPLED)
    kinds = {kind: SpanKind[kind.upper()] for kind in ("internal", "server", "client", "producer", "consumer")}
    scope = InstrumentationScope("tradewind", release())
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME") or service,
            "service.namespace": "tradewind",
            "service.instance.id": instance,
            "service.version": release(),
        }
    )

    class CountedExporter(OTLPSpanExporter):
        """Counts sent and lost spans."""

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = super().export(spans)
            _SPANS.labels("sent" if result is SpanExportResult.SUCCESS else "lost").inc(len(spans))
            waiting.taken += len(spans)
            return result

    waiting = _Waiting(_number("OTEL_BSP_MAX_QUEUE_SIZE", SPANS_WAITING_MAX))
    processor = BatchSpanProcessor(
        CountedExporter(),
        max_queue_size=waiting.most,
        max_export_batch_size=min(_number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", SPANS_A_MESSAGE), waiting.most),
    )

    def context_of(trace_id: int, span_id: str, *, is_remote: bool) -> SpanContext:
        return SpanContext(trace_id, int(span_id, 16), is_remote, flags)

    def send(span: Span) -> None:
        if not waiting.has_room():
            _SPANS.labels("dropped").inc()
            return
        # Without a tracer, which would open the span, choose its id and ask the sampler again.
        trace_id = int(span.context.trace_id, 16)
        processor.on_end(
            ReadableSpan(
                span.name,
                context=context_of(trace_id, span.context.span_id, is_remote=False),
                parent=context_of(trace_id, span.parent_span_id, is_remote=True) if span.parent_span_id else None,
                resource=resource,
                attributes=span.attributes,
                events=[Event(name, timestamp=at) for name, at in span.events],
                kind=kinds[span.kind],
                status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET),
                start_time=span.began_ns,
                end_time=span.ended_ns,
                instrumentation_scope=scope,
            )
        )

    return send, processor.shutdown
