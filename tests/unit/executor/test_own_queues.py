"""A worker's own full queue: nobody was asked, so nobody has said no."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from executor_service.adapters.market_client import GrpcMarket
from executor_service.adapters.router_client import GrpcRouter
from executor_service.application.ports import OutOfReach
from tests.builders import a_route, an_order

Ask = Callable[[], Awaitable[Any]]
# More than the calls that any adapter makes at once.
CALLS = 20


class SilentChannel:
    """A server that takes every call and answers none."""

    def unary_unary(self, *_: Any, **__: Any) -> Callable[..., Awaitable[Any]]:
        return self._never

    unary_stream = stream_stream = unary_unary

    async def _never(self, *_: Any, **__: Any) -> None:
        await asyncio.Event().wait()


def sending() -> Ask:
    market = GrpcMarket(SilentChannel(), submitter="worker", orders_max=1)  # type: ignore[arg-type]  # enough of one
    return lambda: market.send(an_order(swap_id=uuid4(), route=a_route(), min_amount_out=1))


def finding() -> Ask:
    market = GrpcMarket(SilentChannel(), submitter="worker", orders_max=1)  # type: ignore[arg-type]  # enough of one
    return lambda: market.find(uuid4())


def routing() -> Ask:
    router = GrpcRouter(SilentChannel(), target="nowhere:1", orders_max=1)  # type: ignore[arg-type]  # enough of one
    return lambda: router.route(an_order())


@pytest.mark.parametrize("ready", [sending, finding, routing])
async def test_what_our_own_queue_refuses_nobody_has_answered(ready: Callable[[], Ask]) -> None:
    ask = ready()
    asked = []
    for _ in range(CALLS):
        asked.append(asyncio.ensure_future(ask()))
        # Each is a call of its own until as many are under way as may be.
        for _ in range(5):
            await asyncio.sleep(0)

    refused = [task for task in asked if task.done()]
    for task in asked:
        task.cancel()

    assert refused
    assert [task.exception().__class__ for task in refused] == [OutOfReach] * len(refused)
