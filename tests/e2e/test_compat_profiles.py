"""The numbers of the earlier engines, measured on a stack with each one's profile."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.clients import Watched, all_within, submit_and_watch
from tests.stack import Stack

ORDERS = 8
# What a busy machine may add to a simulated latency.
OVERHEAD_MS = 600


async def _lives(stack: Stack) -> list[Watched]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        return await all_within(40, *(submit_and_watch(http, stack.ws_url) for _ in range(ORDERS)))


def _milliseconds(frames: list[Any], earlier: str, later: str) -> list[int]:
    """Return the time between two statuses, for each pair of them in turn."""
    spans, began = [], None
    for frame in frames:
        at = datetime.fromisoformat(frame["timestamp"])
        if frame["status"] == earlier:
            began = at
        elif frame["status"] == later and began is not None:
            spans.append((at - began) // timedelta(milliseconds=1))
    return spans


def _all_spans(lives: list[Watched], earlier: str, later: str) -> list[int]:
    return [span for life in lives for span in _milliseconds(life.frames, earlier, later)]


def _lie_within(spans: list[int], least_ms: int, most_ms: int) -> bool:
    return len(spans) >= ORDERS // 2 and all(least_ms <= span <= most_ms + OVERHEAD_MS for span in spans)


@pytest.fixture
async def lives(request: pytest.FixtureRequest, start_stack: Callable[..., Stack]) -> list[Watched]:
    stack = await asyncio.to_thread(start_stack, MARKET_PROFILE=request.param)
    return await _lives(stack)


@pytest.mark.parametrize("lives", ["s1"], indirect=True)
async def test_s1_12_s1_13_quotes_take_200_to_400_ms_and_execution_2_to_3_s(lives: list[Watched]) -> None:
    routing, landing = _all_spans(lives, "routing", "routing_complete"), _all_spans(lives, "submitted", "confirmed")
    assert _lie_within(routing, 200, 400), routing
    assert _lie_within(landing, 2_000, 3_000), landing


@pytest.mark.parametrize("lives", ["s2"], indirect=True)
async def test_s2_10_the_routing_takes_2_to_3_s(lives: list[Watched]) -> None:
    routing = _all_spans(lives, "routing", "routing_complete")
    assert _lie_within(routing, 2_000, 3_000), routing


@pytest.mark.parametrize("lives", ["s4"], indirect=True)
async def test_s4_12_a_quote_takes_200_ms(lives: list[Watched]) -> None:
    routing = _all_spans(lives, "routing", "routing_complete")
    assert _lie_within(routing, 200, 200), routing


@pytest.mark.parametrize("lives", ["s5"], indirect=True)
async def test_s5_06_s5_07_quotes_take_100_to_400_ms_and_execution_2_to_3_s(lives: list[Watched]) -> None:
    routing, landing = _all_spans(lives, "routing", "routing_complete"), _all_spans(lives, "submitted", "confirmed")
    assert _lie_within(routing, 100, 400), routing
    assert _lie_within(landing, 2_000, 3_000), landing


async def test_s4_09_with_ten_at_once_the_eleventh_waits(start_stack: Callable[..., Stack]) -> None:
    stack = await asyncio.to_thread(start_stack, MARKET_PROFILE="realistic", WORKERS="1", MAX_IN_FLIGHT="10")
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        lives = await all_within(30, *(submit_and_watch(http, stack.ws_url) for _ in range(11)))
    ends = sorted(datetime.fromisoformat(life.frames[-1]["timestamp"]) for life in lives)
    starts = sorted(datetime.fromisoformat(life.frames[1]["timestamp"]) for life in lives)
    assert starts[9] < ends[0] <= starts[10]
