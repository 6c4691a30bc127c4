"""The life of an order: every status against every event, and what replaying events gives."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from deploy.up.orders import TERMINAL as ENDED_FOR_DEPLOYMENT
from executor_service.domain.lifecycle import (
    TERMINAL,
    TRANSITIONS,
    AttemptFailed,
    IllegalTransition,
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderFailed,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import apply, swap_id_of
from gateway.streams import order_watches as streams
from tests.builders import NOON, a_route, an_id, an_order
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind_client.orders import TERMINAL as ENDED_FOR_CLIENTS

SERVICE = Path(__file__).resolve().parents[3] / "executor_service"

ENDED_FOR_GATEWAY = {pb.OrderStatus.Name(number).removeprefix("ORDER_STATUS_").lower() for number in streams.TERMINAL}

EVENTS: dict[type[OrderEvent], OrderEvent] = {
    OrderAccepted: OrderAccepted(),
    RoutingStarted: RoutingStarted(),
    RouteChosen: RouteChosen(a_route()),
    SwapBuilt: SwapBuilt(an_id(1), 223_875_000),
    SwapSubmitted: SwapSubmitted(),
    SwapConfirmed: SwapConfirmed(224_000_000, "5sig", 90),
    AttemptFailed: AttemptFailed("SLIPPAGE_EXCEEDED", "moved", NOON + timedelta(seconds=1), 500),
    OrderFailed: OrderFailed("NO_ROUTE", "no pool"),
    OrderCancelled: OrderCancelled(),
}

# The design's table, written down a second time on purpose.
ALLOWED = {
    ("pending", RoutingStarted): "routing",
    ("retrying", RoutingStarted): "routing",
    ("routing", RouteChosen): "routing_complete",
    ("routing_complete", SwapBuilt): "building",
    ("building", SwapSubmitted): "submitted",
    ("submitted", SwapConfirmed): "confirmed",
    ("routing", AttemptFailed): "retrying",
    ("routing_complete", AttemptFailed): "retrying",
    ("building", AttemptFailed): "retrying",
    ("submitted", AttemptFailed): "retrying",
    ("routing", OrderFailed): "failed",
    ("routing_complete", OrderFailed): "failed",
    ("building", OrderFailed): "failed",
    ("submitted", OrderFailed): "failed",
    ("pending", OrderCancelled): "cancelled",
    ("retrying", OrderCancelled): "cancelled",
    ("routing", OrderCancelled): "cancelled",
    ("routing_complete", OrderCancelled): "cancelled",
    ("building", OrderCancelled): "cancelled",
}


def test_every_event_has_an_example() -> None:
    assert set(EVENTS) == set(get_args(OrderEvent))


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("event_type", list(EVENTS))
def test_every_status_against_every_event(status: OrderStatus, event_type: type[OrderEvent]) -> None:
    order = an_order(status=status, version=7, route=a_route(), quoted_amount_out=1)
    expected = ALLOWED.get((status.value, event_type))
    if expected is None:
        with pytest.raises(IllegalTransition):
            apply(order, EVENTS[event_type], NOON)
    else:
        moved = apply(order, EVENTS[event_type], NOON)
        assert moved.status == expected
        assert moved.version == 8


def test_terminal_statuses_are_those_without_a_way_out() -> None:
    assert {status.value for status in TERMINAL} == {"confirmed", "failed", "cancelled"}


def test_every_status_but_the_first_can_be_reached() -> None:
    assert set(TRANSITIONS.values()) == set(OrderStatus) - {OrderStatus.PENDING}


def test_the_executor_makes_every_event() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SERVICE.rglob("*.py")]
    calls = [node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = {call.id for call in calls if isinstance(call, ast.Name)}
    assert {event.__name__ for event in EVENTS} <= made


@pytest.mark.parametrize(
    "copy",
    [
        ENDED_FOR_CLIENTS,
        ENDED_FOR_DEPLOYMENT,
        ENDED_FOR_GATEWAY,
    ],
)
def test_everybody_knows_the_statuses_that_end_an_order(copy: frozenset[str]) -> None:
    assert copy == {status.value for status in TERMINAL}


def test_the_contract_has_the_statuses_of_the_lifecycle() -> None:
    told = {name.removeprefix("ORDER_STATUS_").lower() for name, number in pb.OrderStatus.items() if number}
    assert told == {status.value for status in OrderStatus}


def test_replaying_a_life_gives_the_order() -> None:
    order = an_order()
    swap_1, swap_2 = swap_id_of(order.order_id, 1), swap_id_of(order.order_id, 2)
    life: list[OrderEvent] = [
        RoutingStarted(),
        RouteChosen(a_route(225_000_000)),
        SwapBuilt(swap_1, 223_875_000),
        SwapSubmitted(),
        EVENTS[AttemptFailed],
        RoutingStarted(),
        RouteChosen(a_route(224_000_000, "meteora")),
        SwapBuilt(swap_2, 222_880_000),
        SwapSubmitted(),
        SwapConfirmed(223_999_999, "5sig", 91),
    ]
    for index, event in enumerate(life):
        order = apply(order, event, NOON + timedelta(seconds=index))
    assert (order.status, order.version, order.attempt) == (OrderStatus.CONFIRMED, 11, 2)
    assert (order.swap_id, order.executed_amount_out, order.tx_signature) == (swap_2, 223_999_999, "5sig")
    assert (order.quoted_amount_out, order.min_amount_out) == (224_000_000, 222_880_000)
    assert order.failure_reason == "SLIPPAGE_EXCEEDED"
    assert order.next_attempt_at is None


def test_an_orders_time_never_runs_backwards() -> None:
    order = apply(an_order(updated_at=NOON), RoutingStarted(), NOON - timedelta(minutes=1))
    assert order.updated_at == NOON


def test_swap_identities_differ_by_order_and_attempt_and_by_nothing_else() -> None:
    ids = {swap_id_of(an_id(order), attempt) for order in range(10) for attempt in (1, 2, 3)}
    assert len(ids) == 30
    assert swap_id_of(an_id(1), 1) == swap_id_of(an_id(1), 1)
