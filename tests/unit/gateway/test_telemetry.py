"""What the gateway reports of its streams and refusals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from gateway.streams.watch import Event, Watch
from gateway.telemetry import delivered, request_refused
from servicekit.bulk_metrics import hand_over_everything
from servicekit.errors import Rejected


def _delivered() -> tuple[float, float]:
    hand_over_everything()
    labels = {"stage": "deliver"}
    count, total = (REGISTRY.get_sample_value(f"tradewind_stage_seconds_{name}", labels) for name in ("count", "sum"))
    return count or 0.0, total or 0.0


def _event(sequence: int, *, age_seconds: float) -> Event:
    moment = (datetime.now(UTC) - timedelta(seconds=age_seconds)).isoformat(timespec="milliseconds")
    return Event(sequence, f'{{"sequence":{sequence},"timestamp":"{moment.replace("+00:00", "Z")}"}}')


def _watch(version: int) -> Watch:
    watch = Watch("account", "order", 0, events_max=8, on_end=lambda watch: None)
    watch.standing.set_result(version)
    return watch


async def test_delivery_takes_from_the_event_to_its_reader() -> None:
    count, total = _delivered()
    delivered(_event(3, age_seconds=0.5).payload)
    after = _delivered()
    assert after[0] == count + 1
    assert 0.5 <= after[1] - total < 1.0


async def test_only_what_happens_while_a_watch_stands_is_live() -> None:
    watch = _watch(version=2)
    assert not watch.is_live(_event(2, age_seconds=60))
    assert watch.is_live(_event(3, age_seconds=0))
    assert not Watch("account", "order", 0, events_max=8, on_end=lambda watch: None).is_live(_event(3, age_seconds=0))


async def test_a_frame_without_a_moment_is_not_measured() -> None:
    before = _delivered()
    delivered("{}")
    assert _delivered() == before


@pytest.mark.parametrize(("method", "told"), [("POST", True), ("DELETE", True), ("GET", False), ("HEAD", False)])
def test_refusals_of_what_would_change_something_are_told(method: str, told: bool) -> None:
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/api/orders/execute"}
    with structlog.testing.capture_logs() as lines:
        request_refused(scope, Rejected("INVALID_ORDER"))
        request_refused(scope, ValueError("a defect has its own line"))
    assert [line["reason"] for line in lines] == (["INVALID_ORDER"] if told else [])
