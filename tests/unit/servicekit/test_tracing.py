"""Spans out: sent whole, in the background, and never at the engine's cost."""

import asyncio
import socket
import subprocess
import sys
import time
from typing import Any

import grpc
import pytest

from servicekit.grpc_server import Service, start_server
from servicekit.traces.trace_context import TraceContext
from servicekit.traces.tracing import FLUSH_SECONDS, Span, is_recording, record, recorded_context, tracing
from tests.collector import Collector
from tests.stack import REPOSITORY

SAMPLED = TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", True)
SPAN = Span("route", SAMPLED, "b7ad6b7169203331", "client", 1_000, 2_000, {"attempt": 2}, [("sent", 1_500)], "NO_ROUTE")
NOBODY = "http://127.0.0.1:9"
# How long the library tries to send a single message.
LIBRARY_PATIENCE_SECONDS = 10.0


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)


def test_a_span_arrives_as_it_was_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    with Collector().running() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with tracing("worker", instance="worker-1"):
            record(SPAN)
        [span] = collector.spans
    assert (span.service, span.name, span.trace_id, span.span_id) == ("worker", "route", *SAMPLED[:2])
    assert (span.parent_id, span.began_ns, span.ended_ns) == ("b7ad6b7169203331", 1_000, 2_000)
    assert (span.attributes, span.events, span.error) == ({"attempt": 2}, ("sent",), "NO_ROUTE")


def test_the_end_sends_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with Collector().running() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with tracing("worker"):
            for _ in range(1_000):
                record(SPAN)
        assert len(collector.spans) == 1_000


async def test_a_call_whose_deadline_passed_is_a_cancelled_span(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: asyncio.Future[type[BaseException] | None] = asyncio.get_running_loop().create_future()

    async def wait_for_ever(request: bytes, context: Any) -> bytes:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set_result(sys.exc_info()[0])
        return request

    def add(server: grpc.aio.Server) -> None:
        wait: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(wait_for_ever, bytes, bytes)
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Test", {"Wait": wait})])

    with Collector().running() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with tracing("executor"):
            running = await start_server(Service(names=["test.Test"], add=add), host="127.0.0.1", port=0)
            try:
                async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
                    await channel.channel_ready()
                    call: Any = channel.unary_unary("/test.Test/Wait", bytes, bytes)
                    with pytest.raises(grpc.aio.AioRpcError, match="DEADLINE_EXCEEDED"):
                        await call(b"", timeout=1, metadata=(("traceparent", SAMPLED.traceparent),))
                    cause = await ended
            finally:
                await running.stop(0)
        [span] = collector.spans
    assert cause is asyncio.CancelledError
    assert (span.name, span.parent_id, span.error) == ("test.Test/Wait", SAMPLED.span_id, "CANCELLED")


@pytest.mark.parametrize("collector", ["away", "frozen"])
def test_a_collector_that_does_not_answer_holds_up_nothing(monkeypatch: pytest.MonkeyPatch, collector: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        url = NOBODY if collector == "away" else f"http://127.0.0.1:{frozen.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        with tracing("worker"):
            began = time.monotonic()
            for _ in range(10_000):
                record(SPAN)
            ended = time.monotonic()
        assert ended - began < LIBRARY_PATIENCE_SECONDS
        assert time.monotonic() - ended < FLUSH_SECONDS + LIBRARY_PATIENCE_SECONDS


def test_only_sampled_traces_are_recorded_and_only_while_somebody_collects(monkeypatch: pytest.MonkeyPatch) -> None:
    unsampled = SAMPLED._replace(sampled=False).traceparent
    assert recorded_context(SAMPLED.traceparent) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY)
    with tracing("worker"):
        assert recorded_context(SAMPLED.traceparent) == SAMPLED
        assert [recorded_context(text) for text in (unsampled, "", "no trace")] == [None] * 3
    assert not is_recording()


@pytest.mark.parametrize(("name", "value"), [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")])
def test_the_usual_switches_turn_it_off(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY)
    monkeypatch.setenv(name, value)
    with tracing("worker"):
        assert not is_recording()


def test_without_a_collector_the_library_is_not_even_imported() -> None:
    # The client of Redis imports other parts of it.
    program = (
        "import sys; import executor_service.worker, executor_service.server, gateway.server\n"
        "import market_service.process, router_service.server\n"
        "from servicekit.traces.tracing import tracing\n"
        "with tracing('worker'): pass\n"
        "sys.exit(any(name.startswith(('opentelemetry.exporter', 'opentelemetry.sdk.trace')) for name in sys.modules))"
    )
    path = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'protos/gen'}"}
    assert subprocess.run([sys.executable, "-c", program], env=path, check=False, timeout=60).returncode == 0
