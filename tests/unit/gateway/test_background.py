"""Work beside the requests: it ends with them, and its failure is theirs."""

import asyncio
from typing import Any

import pytest

from gateway.access.client_address import ClientAddresses
from gateway.access.key_checks import KeyChecks
from gateway.access.turnstile import Turnstile
from gateway.access.wiring import open_access
from gateway.edge.background import in_background
from gateway.settings import GatewaySettings


async def _defect(*_: object) -> None:
    raise ZeroDivisionError


async def test_work_ends_with_the_body() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with in_background(work()):
        await started.wait()
    assert ended.is_set()


async def test_a_defect_ends_the_body() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        async with asyncio.timeout(30), in_background(_defect()):
            await asyncio.Event().wait()
    assert failed.group_contains(ZeroDivisionError)


async def test_a_defect_in_the_checks_of_keys_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyChecks, "run", _defect)
    addresses = ClientAddresses(())
    turnstile = Turnstile(addresses, per_address_max=1, per_key_max=1)
    given: dict[str, Any] = {"auth": "on", "redis_url": "redis://127.0.0.1:1/0"}
    accounts: Any = None
    with pytest.raises(ExceptionGroup) as failed:
        async with asyncio.timeout(30), open_access(GatewaySettings(**given), accounts, addresses, turnstile):
            await asyncio.Event().wait()
    assert failed.group_contains(ZeroDivisionError)
