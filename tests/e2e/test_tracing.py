"""One order, one trace: from the request through every process that worked on it, whoever took it over."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from tests.clients import ORDER, submit, submit_and_watch, watch
from tests.collector import Collector, ReceivedSpan
from tests.stack import Stack, eventually

CALLER = "b7ad6b7169203331"
WORK = ("order.accept", "order.attempt", "route", "route.find", "send", "swap.land")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector().running() as running:
        yield running


@pytest.fixture(scope="module")
def traced_stack(stack_folder: Path, collector: Collector) -> Iterator[Stack]:
    stack = _stack(stack_folder / "traced", collector).seed().start()
    yield stack
    assert stack.stop() == 0


def _stack(folder: Path, collector: Collector, **env: str) -> Stack:
    sending = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    return Stack(folder, SCENARIOS="on", **sending, **env)


def _new_trace() -> str:
    return os.urandom(16).hex()


def _traceparent(trace_id: str, *, sampled: bool = True) -> dict[str, str]:
    return {"traceparent": f"00-{trace_id}-{CALLER}-0{int(sampled)}"}


def _by_name(spans: Sequence[ReceivedSpan], name: str) -> ReceivedSpan:
    [span] = [span for span in spans if span.name == name]
    return span


def _wait_for(collector: Collector, trace_id: str, names: Sequence[str]) -> list[ReceivedSpan]:
    eventually(lambda: set(names) <= {span.name for span in collector.trace(trace_id)})
    return collector.trace(trace_id)


def _is_whole(spans: Sequence[ReceivedSpan]) -> bool:
    """Return whether every span hangs on another one of the trace, and on nothing else than the caller in the end."""
    ids = [span.span_id for span in spans]
    return len(ids) == len(set(ids)) and {span.parent_id for span in spans} <= {*ids, CALLER}


async def test_an_order_is_one_trace_through_every_process(traced_stack: Stack, collector: Collector) -> None:
    trace_id = _new_trace()
    async with httpx.AsyncClient(base_url=traced_stack.url, timeout=20, headers=_traceparent(trace_id)) as http:
        order_id = (await submit_and_watch(http, traced_stack.ws_url)).order_id
    request = "POST /api/orders/execute"
    spans = _wait_for(collector, trace_id, [request, *WORK])

    assert {span.service for span in spans} == {"gateway", "executor", "worker", "router", "market"}
    assert _is_whole(spans)
    post, accept, attempt = (_by_name(spans, name) for name in (request, "order.accept", "order.attempt"))
    assert post.parent_id == CALLER
    assert accept.parent_id == post.span_id
    assert attempt.parent_id == accept.span_id
    for name in ("route", "route.find", "send", "swap.land"):
        assert _by_name(spans, name).parent_id == attempt.span_id
    assert {post.attributes["tradewind.order_id"], attempt.attributes["tradewind.order_id"]} == {order_id}
    assert attempt.events == ("claimed", "routing_complete", "building", "submitted", "confirmed")
    assert all(span.began_ns <= span.ended_ns for span in spans)


async def test_each_attempt_is_a_span_of_its_own(traced_stack: Stack, collector: Collector) -> None:
    trace_id = _new_trace()
    async with httpx.AsyncClient(base_url=traced_stack.url, timeout=20, headers=_traceparent(trace_id)) as http:
        await submit_and_watch(http, traced_stack.ws_url, scenario="fail_once")
    eventually(lambda: len([s for s in collector.trace(trace_id) if s.name == "order.attempt"]) == 2)
    spans = _wait_for(collector, trace_id, WORK)

    first, second = (span for span in spans if span.name == "order.attempt")
    assert (first.attributes["tradewind.attempt"], second.attributes["tradewind.attempt"]) == (1, 2)
    assert (first.error, second.error) == ("SWAP_FAILED", "")
    assert second.events[0] == "routing"
    assert _is_whole(spans)


async def test_a_trace_that_the_caller_does_not_sample_is_not_recorded(
    traced_stack: Stack, collector: Collector
) -> None:
    unsampled, sampled = _new_trace(), _new_trace()
    async with httpx.AsyncClient(base_url=traced_stack.url, timeout=20) as http:
        http.headers.update(_traceparent(unsampled, sampled=False))
        await submit_and_watch(http, traced_stack.ws_url)
        http.headers.update(_traceparent(sampled))
        await submit_and_watch(http, traced_stack.ws_url)
    _wait_for(collector, sampled, WORK)
    assert collector.trace(unsampled) == []


async def test_a_call_made_for_one_request_carries_its_trace(traced_stack: Stack, collector: Collector) -> None:
    trace_id = _new_trace()
    async with httpx.AsyncClient(base_url=traced_stack.url, timeout=20) as http:
        order_id = (await submit_and_watch(http, traced_stack.ws_url)).order_id
        http.headers.update(_traceparent(trace_id))
        assert (await http.get(f"/api/orders/{order_id}")).status_code == 200
        assert (await http.post("/api/orders/preview", json=ORDER)).status_code == 200
    calls = {
        "GET /api/orders/{order_id}": ("executor", "tradewind.orders.v1.OrderService/GetOrder"),
        "POST /api/orders/preview": ("router", "tradewind.router.v1.RouterService/GetRoute"),
    }
    spans = _wait_for(collector, trace_id, [*calls, *(name for _, name in calls.values())])
    for request, (service, name) in calls.items():
        call = _by_name(spans, name)
        assert (call.service, call.parent_id) == (service, _by_name(spans, request).span_id)


async def test_a_refused_call_is_a_failed_span(traced_stack: Stack, collector: Collector) -> None:
    trace_id, name = _new_trace(), "tradewind.orders.v1.OrderService/GetOrder"
    async with httpx.AsyncClient(base_url=traced_stack.url, timeout=20, headers=_traceparent(trace_id)) as http:
        assert (await http.get("/api/orders/00000000-0000-7000-8000-000000000000")).status_code == 404
    assert _by_name(_wait_for(collector, trace_id, [name]), name).error == "NOT_FOUND"


async def test_an_order_that_is_taken_over_stays_one_trace(collector: Collector, stack_folder: Path) -> None:
    stack = _stack(stack_folder / "taken-over", collector, MARKET_PROFILE="realistic").seed().start()
    trace_id = _new_trace()

    try:
        async with httpx.AsyncClient(base_url=stack.url, timeout=30, headers=_traceparent(trace_id)) as http:
            order_id = await submit(http)
            eventually(lambda: httpx.get(f"{stack.url}/api/orders/{order_id}").json()["status"] == "submitted")
            stack.kill_process("worker-1")
            assert (await watch(stack.ws_url, order_id)).statuses[-1] == "confirmed"
        spans = _wait_for(collector, trace_id, ["order.accept", "order.attempt", "land", "swap.land"])
    finally:
        assert stack.stop() == 0

    assert _is_whole(spans)
    attempt = _by_name(spans, "order.attempt")
    assert attempt.events == ("claimed", "confirmed")
    assert {_by_name(spans, name).parent_id for name in ("route.find", "swap.land")} == {attempt.span_id}
