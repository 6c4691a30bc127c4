"""The lifecycle as callers are told it."""

from executor_service import messages
from executor_service.domain.lifecycle import TRANSITIONS
from tradewind.orders.v1 import orders_pb2 as pb


def test_every_row_of_the_table_is_told_and_acceptance_before_them() -> None:
    answer = messages.lifecycle_response()
    told = [(step.from_status, step.event, step.to_status) for step in answer.steps]
    assert told[0] == (pb.ORDER_STATUS_UNSPECIFIED, "OrderAccepted", pb.ORDER_STATUS_PENDING)
    assert len(set(told)) == len(told) == len(TRANSITIONS) + 1
    assert (pb.ORDER_STATUS_SUBMITTED, "SwapConfirmed", pb.ORDER_STATUS_CONFIRMED) in told


def test_nothing_leads_out_of_a_terminal_status() -> None:
    answer = messages.lifecycle_response()
    assert not {step.from_status for step in answer.steps} & set(answer.terminal)
    assert {pb.OrderStatus.Name(status) for status in answer.terminal} == {
        "ORDER_STATUS_CONFIRMED",
        "ORDER_STATUS_FAILED",
        "ORDER_STATUS_CANCELLED",
    }
