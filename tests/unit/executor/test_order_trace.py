"""An order's spans and its story in the logs: which are told, under which ids, and what they hang on."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import structlog

from executor_service import order_log, order_trace
from executor_service.domain.lifecycle import (
    AttemptFailed,
    OrderEvent,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import Order, apply, swap_id_of
from executor_service.stages import Stage
from executor_service.telemetry import order_claimed, step_recorded
from servicekit.errors import Rejected
from servicekit.traces import tracing
from tests.builders import NOON, a_route, an_order

TRACE, REQUEST = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = (f"00-{TRACE}-{REQUEST}-0{flag}" for flag in "10")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> list[tracing.Span]:
    kept: list[tracing.Span] = []
    monkeypatch.setattr(tracing, "_recorder", kept.append)
    return kept


@pytest.fixture
def _story_of_sampled() -> Iterator[None]:
    yield
    order_log.log_orders_of("sampled")


def _step(order: Order, *events: OrderEvent) -> Order:
    after = order
    for event in events:
        after = apply(after, event, NOON)
    step_recorded(order, events, after)
    return after


def _submitted(order: Order) -> Order:
    swap_id = swap_id_of(order.order_id, order.attempt)
    return _step(order, RouteChosen(a_route()), SwapBuilt(swap_id, 1), SwapSubmitted())


def _live(order: Order) -> Order:
    """Drive the order from its claim to its fill."""
    order_claimed(order)
    return _step(_submitted(_step(order, RoutingStarted())), SwapConfirmed(2, "signature", 3))


async def test_an_attempt_is_recorded_once_with_its_commits(spans: list[tracing.Span]) -> None:
    order = _live(an_order(traceparent=SAMPLED))
    [attempt] = spans
    assert (attempt.name, attempt.context.trace_id, attempt.error) == ("order.attempt", TRACE, "")
    assert attempt.context.span_id == order_trace.attempt_span_id(order.order_id, 1)
    assert attempt.parent_span_id == order_trace.accept_span_id(order.order_id)
    assert [name for name, _ in attempt.events] == [
        "routing",
        "routing_complete",
        "building",
        "submitted",
        "confirmed",
    ]


async def test_a_stage_hangs_on_the_attempt_and_tells_why_it_failed(spans: list[tracing.Span]) -> None:
    order = an_order(traceparent=SAMPLED)
    order_claimed(order)
    order = _step(order, RoutingStarted())
    with pytest.raises(Rejected), Stage("route"):
        raise Rejected("NO_ROUTE")
    [stage] = spans
    assert (stage.name, stage.error) == ("route", "NO_ROUTE")
    assert stage.parent_span_id == order_trace.attempt_span_id(order.order_id, 1)


async def test_every_attempt_has_a_span_and_what_is_sent_for_it_hangs_on_it(spans: list[tracing.Span]) -> None:
    order = an_order(traceparent=SAMPLED)
    order_claimed(order)
    order = _submitted(_step(order, RoutingStarted()))
    order = _step(order, AttemptFailed("SWAP_FAILED", "", NOON + timedelta(seconds=1), 1000))
    order = _step(order, RoutingStarted())
    assert order_trace.attempt_traceparent(order) == f"00-{TRACE}-{order_trace.attempt_span_id(order.order_id, 2)}-01"
    _step(_submitted(order), SwapConfirmed(2, "signature", 3))
    first, second = spans
    assert (first.error, second.error) == ("SWAP_FAILED", "")
    assert [span.attributes["tradewind.attempt"] for span in spans] == [1, 2]


async def test_a_successor_goes_on_with_the_span_of_the_one_that_died(spans: list[tracing.Span]) -> None:
    order = an_order(traceparent=SAMPLED)
    before_death = order_trace.attempt_traceparent(apply(order, RoutingStarted(), NOON))
    order = apply(order, RoutingStarted(), NOON)
    for event in (RouteChosen(a_route()), SwapBuilt(swap_id_of(order.order_id, 1), 1), SwapSubmitted()):
        order = apply(order, event, NOON)
    order_claimed(order)
    _step(order, SwapConfirmed(2, "signature", 3))
    [attempt] = spans
    assert attempt.context.traceparent == before_death
    assert [name for name, _ in attempt.events] == ["claimed", "confirmed"]


@pytest.mark.parametrize("traceparent", ["", UNSAMPLED])
async def test_what_is_not_sampled_leaves_no_span(spans: list[tracing.Span], traceparent: str) -> None:
    order = an_order(traceparent=traceparent)
    order_trace.accepted(order, 0, first_id=order.order_id)
    assert order_trace.attempt_traceparent(_live(order)) == ""
    assert spans == []


async def test_acceptance_hangs_on_the_request(spans: list[tracing.Span]) -> None:
    order = an_order(traceparent=SAMPLED)
    order_trace.accepted(order, 5, first_id=order.order_id)
    [accept] = spans
    assert (accept.parent_span_id, accept.began_ns) == (REQUEST, 5)
    assert accept.context.span_id == order_trace.accept_span_id(order.order_id)


async def test_a_cancellation_ends_the_attempt_that_it_cuts_short(spans: list[tracing.Span]) -> None:
    waiting = an_order(traceparent=SAMPLED)
    order_trace.cancelled(waiting)
    assert spans == []
    order_trace.cancelled(apply(waiting, RoutingStarted(), NOON))
    assert [(span.name, span.error) for span in spans] == [("order.attempt", "CANCELLED")]


@pytest.mark.usefixtures("_story_of_sampled")
@pytest.mark.parametrize(("share", "told_of"), [("off", []), ("sampled", [SAMPLED]), ("all", [SAMPLED, UNSAMPLED, ""])])
async def test_a_good_life_is_told_of_the_share_that_was_asked_for(share: order_log.Share, told_of: list[str]) -> None:
    order_log.log_orders_of(share)
    for traceparent in (SAMPLED, UNSAMPLED, ""):
        with structlog.testing.capture_logs() as lines:
            _live(an_order(traceparent=traceparent))
        expected = ["order.claimed", "order.submitted", "order.ended"] if traceparent in told_of else []
        assert [line["event"] for line in lines] == expected


@pytest.mark.usefixtures("_story_of_sampled")
async def test_what_goes_wrong_is_told_with_both_ids_whatever_the_share() -> None:
    order_log.log_orders_of("off")
    order = an_order(traceparent=UNSAMPLED)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        order_log.refused("INVALID_ORDER", SAMPLED)
        order_log.taken_over(order)
        order_claimed(order)
        failed = AttemptFailed("SWAP_FAILED", "", NOON, 1000)
        _step(_submitted(_step(order, RoutingStarted())), failed)
    assert [line["event"] for line in lines] == ["order.refused", "order.taken_over", "order.retrying"]
    assert {line["trace_id"] for line in lines} == {TRACE}
    assert [UUID(line["order_id"]) for line in lines[1:]] == [order.order_id] * 2
    assert lines[2]["reason"] == "SWAP_FAILED"


@pytest.mark.usefixtures("_story_of_sampled")
async def test_the_longest_life_is_eight_lines() -> None:
    order_log.log_orders_of("all")
    order = an_order(traceparent=SAMPLED)
    with structlog.testing.capture_logs() as lines:
        order_log.accepted(order, first_id=order.order_id)
        order_claimed(order)
        for _ in range(3):
            order = _submitted(_step(order, RoutingStarted()))
            order = _step(order, AttemptFailed("SWAP_FAILED", "", NOON, 1000))
    assert order.status is OrderStatus.RETRYING
    assert len(lines) == 8
