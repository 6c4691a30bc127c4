"""The earlier engines' forms stay what they were: frames recorded before the native names became what they are now."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from executor_service.adapters.flat_frames import flat_frame
from executor_service.application.ports import StoredEvent
from executor_service.domain.lifecycle import OrderStatus
from gateway.orders.dialects import FLAT, NESTED_CAPITALISED, NESTED_GREETING, Dialect, Narrator
from tests.two_hops import a_life

RECORDED = json.loads(Path(__file__).with_name("earlier_frames.json").read_text("utf-8"))


def read(frame: str | bytes) -> Any:
    """Return a frame with its digits kept."""
    return json.loads(frame, parse_float=Decimal)


@pytest.mark.parametrize("dialect", [NESTED_CAPITALISED, NESTED_GREETING, FLAT], ids=lambda dialect: dialect.name)
def test_a_socket_tells_the_frames_that_it_told_before(dialect: Dialect) -> None:
    narrator = Narrator(dialect)
    told = [read(frame) for payload in a_life() if (frame := narrator.tell(payload))]
    assert told == [read(frame) for frame in RECORDED[dialect.name]]


def test_the_channels_of_single_orders_tell_the_frames_that_they_told_before() -> None:
    told = []
    for payload in a_life():
        event = json.loads(payload)
        order_id, status = UUID(event["orderId"]), OrderStatus(event["status"])
        frame = flat_frame(StoredEvent(order_id, event["sequence"], status, payload, "local"))
        if frame is not None:
            told.append(read(frame))
    assert told == [read(frame) for frame in RECORDED["redis"]]


@pytest.mark.parametrize("dialect", [NESTED_GREETING, FLAT], ids=lambda dialect: dialect.name)
def test_an_event_stored_in_the_earlier_words_is_told_as_it_is(dialect: Dialect) -> None:
    details = {
        "pending": '{"type":"market","tokenIn":"mint-1","tokenOut":"mint-2","amountIn":1,"slippageBps":50}',
        "confirmed": '{"dex":"raydium","txHash":"5","amountOut":1.5,"executedPrice":0.1,"slippageBps":0.25}',
    }
    for status, text in details.items():
        frame = f'{{"orderId":"o","sequence":1,"status":"{status}","details":{text},"timestamp":"t"}}'
        told = read(Narrator(dialect).tell(frame) or "")
        found = told.get("details", told)
        assert {name: found[name] for name in read(text) if name != "txHash"} == {
            name: value for name, value in read(text).items() if name != "txHash"
        }
