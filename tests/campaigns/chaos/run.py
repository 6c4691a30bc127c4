"""One run: a stack of its own, orders at a steady rate, faults all the while, then the truth."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from tests.campaigns.chaos.campaign import Campaign
from tests.campaigns.chaos.clients import REQUEST_SECONDS, Crowd
from tests.campaigns.chaos.customers import Customers, Observer
from tests.campaigns.chaos.verdict import Told, verdict
from tests.ledger_check import all_ended
from tests.stack import Stack

SETTLE_SECONDS: Final = 90.0
# How many of the orders go through the client package.
PACKAGE_SHARE: Final = 0.4


@dataclass
class Report:
    """What a run did and what it found."""

    seed: int
    orders: int = 0
    seconds: float = 0.0
    settled_in: float | None = None
    injected: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    checks: dict[str, list[str]] = field(default_factory=dict)

    @property
    def breaches(self) -> Sequence[str]:
        """Names of the checks that do not hold."""
        return [name for name, rows in self.checks.items() if rows]


async def run(folder: Path, *, seed: int, seconds: float, rate: float) -> Report:
    """Run the campaign in a fresh data folder. The stack is stopped at the end."""
    stack = Stack(folder / f"chaos-{seed}", MARKET_PROFILE="realistic", WORKERS="2", MOCK_FAIL_RATE="0.05")
    await asyncio.to_thread(stack.start)
    report = Report(seed=seed, seconds=seconds)
    try:
        await _hurt_and_watch(stack, report, rate)
    finally:
        await asyncio.to_thread(stack.stop)
    return report


async def _hurt_and_watch(stack: Stack, report: Report, rate: float) -> None:
    crowd = Crowd(stack.url, report.seed, watched_share=0.3, cancelled_share=0.05)
    customers, observer = Customers(stack.url, report.seed), Observer(stack.url)
    campaign = Campaign(stack, report.seed, recent_orders=lambda: crowd.accepted)
    observing = asyncio.create_task(observer.watch())
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(campaign.run(report.seconds))
            async with asyncio.timeout(report.seconds + SETTLE_SECONDS), asyncio.TaskGroup() as arrivals:
                arrivals.create_task(customers.arrive(rate=rate * PACKAGE_SHARE, seconds=report.seconds))
                arrivals.create_task(_arrive(crowd, rate=rate * (1 - PACKAGE_SHARE), seconds=report.seconds))
        report.settled_in = await _settled(stack.env()["DATABASE_URL"])
        report.orders = len(crowd.clients) + len(customers.clients)
        await observer.has_seen_the_end_of(report.orders, within_seconds=SETTLE_SECONDS)
    finally:
        observing.cancel()
        with suppress(asyncio.CancelledError):
            await observing
    report.injected, report.counts = campaign.injected, crowd.counts
    report.counts["orders through the client package"] = len(customers.clients)
    report.counts["orders told by watch_all"] = len(observer.ended)
    everyone = [*crowd.clients, *customers.clients]
    told = Told(everyone, customers.clients, observer.lives)
    report.checks = await asyncio.to_thread(verdict, stack.env()["DATABASE_URL"], told)


async def _arrive(crowd: Crowd, *, rate: float, seconds: float) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=REQUEST_SECONDS, sock_read=REQUEST_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        await crowd.arrive(http, rate=rate, seconds=seconds)


async def _settled(database_url: str) -> float | None:
    """Return after how many seconds every order had ended; None when some had not in time."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLE_SECONDS:
        if await asyncio.to_thread(all_ended, database_url):
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    return None
