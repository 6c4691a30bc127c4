"""A stack told to be the engine S5: its profile, ten orders at once, its channels, its logs."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from tests.clients import Watched, all_within, submit_and_watch
from tests.stack import Stack, eventually
from tradewind_client.orders import TERMINAL

AT_ONCE, ORDERS = 10, 14


@pytest.fixture(scope="module")
def s5(stack_folder: Path) -> Iterator[Stack]:
    told = {
        "MARKET_PROFILE": "s5",
        "MAX_IN_FLIGHT": str(AT_ONCE),
        "WORKERS": "1",
        "LOG_ORDERS": "all",
        "SCENARIOS": "on",
    }
    stack = Stack(stack_folder / "s5", **told).seed().start()
    yield stack
    assert stack.stop() == 0


def _most_at_once(lives: list[Watched]) -> int:
    """Return how many orders were between their first attempt and their end at the same time."""
    starts = [(datetime.fromisoformat(life.frames[1]["timestamp"]), 1) for life in lives]
    ends = [(datetime.fromisoformat(life.frames[-1]["timestamp"]), -1) for life in lives]
    running = most = 0
    for _, change in sorted(starts + ends):
        running += change
        most = max(most, running)
    return most


async def test_s5_10_ten_are_worked_on_at_once_and_none_is_lost(s5: Stack) -> None:
    async with httpx.AsyncClient(base_url=s5.url, timeout=20) as http:
        lives = await all_within(60, *(submit_and_watch(http, s5.ws_url) for _ in range(ORDERS)))
    assert _most_at_once(lives) == AT_ONCE
    assert {life.statuses[-1] for life in lives} <= set(TERMINAL)
    assert all(life.sequences == list(range(1, len(life.frames) + 1)) for life in lives)


async def test_its_channels_are_open_without_being_asked_for(s5: Stack) -> None:
    async with Redis.from_url(s5.env()["REDIS_URL"]) as redis, redis.pubsub() as subscription:
        await subscription.psubscribe("order:*")
        await subscription.get_message(timeout=5)
        async with httpx.AsyncClient(base_url=s5.url, timeout=20) as http:
            life: Watched = await submit_and_watch(http, s5.ws_url)
        frames = await asyncio.wait_for(_until_the_end(subscription), 30)
    assert {frame["orderId"] for frame in frames} == {life.order_id}
    assert [frame["status"] for frame in frames] == [s for s in life.statuses if s != "routing_complete"]


# What a status of the stream is called in the logs; which venue was chosen stands with what was submitted to it.
LINES = {
    "submitted": "order.submitted",
    "retrying": "order.retrying",
    "confirmed": "order.ended",
    "failed": "order.failed",
}


@pytest.mark.parametrize("scenario", ["fail_once", "fail_always"])
async def test_s5_23_the_logs_tell_lifecycle_decision_retries_and_end(s5: Stack, scenario: str) -> None:
    async with httpx.AsyncClient(base_url=s5.url, timeout=20) as http:
        life: Watched = await submit_and_watch(http, s5.ws_url, scenario=scenario)
    frames = [frame for frame in life.frames if frame["status"] in LINES]
    await asyncio.to_thread(eventually, lambda: bool(_lines(s5, "worker-1", life, LINES[life.statuses[-1]])))

    assert [line["replayed"] for line in _lines(s5, "executor", life, "order.accepted")] == [False]
    assert _lines(s5, "worker-1", life, "order.claimed")
    story = _lines(s5, "worker-1", life, *LINES.values())
    assert [line["event"] for line in story] == [LINES[frame["status"]] for frame in frames]
    for line, frame in zip(story, frames, strict=True):
        details = frame["details"]
        assert line["attempt"] == details.get("attempt", details.get("attempts"))
        if frame["status"] == "submitted":
            assert (line["venue"], line["swap_id"]) == (details["dex"], details["swapId"])
        if frame["status"] in ("retrying", "failed"):
            assert line["reason"].lower() == details["reason"]
    assert life.statuses.count("retrying") >= 1
    assert {line["level"] for line in story} == {"info"}


def _lines(stack: Stack, process: str, life: Watched, *events: str) -> list[dict[str, Any]]:
    """Return the log lines of an order with these names, in their order."""
    lines = map(json.loads, (stack.data_dir / "log" / f"{process}.log").read_text().splitlines())
    return [line for line in lines if line.get("order_id") == life.order_id and line["event"] in events]


async def _until_the_end(subscription: Any) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    async for message in subscription.listen():
        if message["type"] == "pmessage":
            frames.append(json.loads(message["data"]))
            if frames[-1]["status"] in TERMINAL:
                return frames
    return frames
