"""The names of the scenarios: a copy of the market's list, so that a mistyped name is refused at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from gateway.edge.strict_json import JsonValue
from servicekit.errors import DomainError
from tradewind.market.v1 import market_pb2 as pb

KEPT_SECONDS: Final = 60.0
# After a failed call, the orders of this time do not call the market again.
ASKED_AGAIN_SECONDS: Final = 1.0


class ScenarioNames:
    """The names, fetched when an order first needs them. While the market does not answer, the last list is used."""

    def __init__(self, fetch: Callable[[], Awaitable[pb.ListScenariosResponse]], *, switched_on: bool) -> None:
        self._fetch = fetch
        self._switched_on = switched_on
        self._names: frozenset[str] = frozenset()
        self._fresh_until = 0.0
        self._asking = asyncio.Lock()

    async def needed_by(self, body: Mapping[str, JsonValue]) -> frozenset[str]:
        """Return the names when the body has a scenario to check; empty without one, and when they cannot be had.

        A name that cannot be checked here passes: the market checks it.
        """
        if not self._switched_on or "scenario" not in body:
            return frozenset()
        async with self._asking:
            if time.monotonic() >= self._fresh_until:
                await self._refresh()
        return self._names

    async def _refresh(self) -> None:
        kept_seconds = KEPT_SECONDS
        try:
            self._names = frozenset(scenario.name for scenario in (await self._fetch()).scenarios)
        except DomainError:
            kept_seconds = ASKED_AGAIN_SECONDS
        self._fresh_until = time.monotonic() + kept_seconds
