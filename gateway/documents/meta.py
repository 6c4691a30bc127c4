"""The tables that the services behind run on, asked for once in a while and kept."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.json_out import json_response
from gateway.market.market_client import MarketClient
from gateway.orders.orders_client import OrdersClient
from gateway.orders.snapshots import status_name
from servicekit.errors import Unavailable
from tradewind.market.v1 import market_pb2
from tradewind.orders.v1 import orders_pb2

# A table changes with a release of its service only.
KEPT_SECONDS: Final = 60.0
# While a service is away, it is asked again after this long.
RETRY_SECONDS: Final = 1.0


class Meta:
    """The resources under /api/meta that come from other services."""

    def __init__(self, orders: OrdersClient, market: MarketClient) -> None:
        self._lifecycle = _Kept(orders.lifecycle, _lifecycle)
        self._scenarios = _Kept(market.scenarios, _scenarios)

    async def lifecycle(self, request: Request) -> Response:
        """GET /api/meta/lifecycle: what leads from which status to which, and where it ends."""
        return json_response(await self._lifecycle.current())

    async def scenarios(self, request: Request) -> Response:
        """GET /api/meta/scenarios: what each scripted behaviour does to its swaps."""
        return json_response(await self._scenarios.current())


class _Kept:
    """One table. An old copy serves while its service is away."""

    def __init__(self, fetch: Callable[[], Awaitable[Any]], shown: Callable[[Any], dict[str, Any]]) -> None:
        self._fetch = fetch
        self._shown = shown
        self._table: dict[str, Any] | None = None
        self._due_at = 0.0

    async def current(self) -> dict[str, Any]:
        """Return the table. Raises Unavailable when it was never had and cannot be had."""
        if self._table is None or time.monotonic() >= self._due_at:
            # Who comes meanwhile takes the old copy.
            self._due_at = time.monotonic() + RETRY_SECONDS
            try:
                self._table = self._shown(await self._fetch())
                self._due_at = time.monotonic() + KEPT_SECONDS
            except Unavailable:
                self._due_at = time.monotonic() + RETRY_SECONDS
                if self._table is None:
                    raise
        return self._table


def _lifecycle(answer: orders_pb2.GetLifecycleResponse) -> dict[str, Any]:
    return {
        "transitions": [
            {
                "from": status_name(step.from_status) if step.from_status else None,
                "event": step.event,
                "to": status_name(step.to_status),
            }
            for step in answer.steps
        ],
        "terminal": [status_name(status) for status in answer.terminal],
    }


def _scenarios(answer: market_pb2.ListScenariosResponse) -> dict[str, Any]:
    return {"scenarios": [_scenario(scenario) for scenario in answer.scenarios]}


def _scenario(scenario: market_pb2.Scenario) -> dict[str, Any]:
    failure = market_pb2.SwapFailure.Name(scenario.fails_with).removeprefix("SWAP_FAILURE_").lower()
    return {
        "name": scenario.name,
        "failsWith": failure if scenario.fails_with else None,
        "neverLands": scenario.never_lands,
        "acknowledgementLost": scenario.acknowledgement_lost,
        "toldLateMs": scenario.told_late_ms,
        "venueDown": scenario.venue_down or None,
        "firstAttemptOnly": scenario.first_attempt_only,
    }
