"""Small crowds for a short time: the polite client loses nothing, and the gateway gives back what it took."""

from collections.abc import Callable

import pytest

from tests.campaigns.rude.campaign import run
from tests.e2e.conftest import new_stack, start_stack
from tests.stack import Stack

__all__ = ["new_stack", "start_stack"]

CROWDS = (
    "slow bodies",
    "sockets deaf to an order",
    "sockets deaf to all orders",
    "pings without reading",
    "connect, subscribe, drop",
    "shouting on a stream",
)


@pytest.mark.timeout(240)
async def test_the_polite_client_loses_nothing(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    accounts = await run(stack, CROWDS, seconds=2, scale=0.1, visits=1, calm_seconds=2, say=lambda _: None)
    assert {account.name: account.losses for account in accounts if account.losses} == {}
    for account in accounts:
        assert account.visits[0].counts["connections"] >= account.members
        assert account.beside.orders >= 10
