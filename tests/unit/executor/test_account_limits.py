"""Which accounts take the long way, and how soon that is known."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from executor_service.application import account_limits
from executor_service.application.account_limits import AccountLimits
from executor_service.domain.risk import NO_LIMITS, RiskLimits, TradingAccount, TradingState
from servicekit.errors import Unavailable
from tests.account_fakes import MemoryAccounts
from tests.fakes import ManualClock

SOME = RiskLimits(orders_in_flight_max=5)


class Accounts(MemoryAccounts):
    """Accounts whose readings can be held up, or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.before_answering: Callable[[], object] = lambda: None
        self.away = False
        self.readings = 0

    async def set_up(self) -> Sequence[TradingAccount]:
        self.readings += 1
        if self.away:
            raise Unavailable
        read = await super().set_up()
        await asyncio.sleep(0)
        self.before_answering()
        return read


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


def some_limits(accounts: MemoryAccounts, defaults: RiskLimits = NO_LIMITS) -> AccountLimits:
    return AccountLimits(accounts=accounts, clock=ManualClock(), defaults=defaults)


async def test_before_the_first_reading_everybody_is_measured(accounts: Accounts) -> None:
    known = some_limits(accounts)
    assert known.is_measured("anybody")
    await known.refresh()
    assert not known.is_measured("anybody")


async def test_who_is_halted_or_limited_is_measured(accounts: Accounts) -> None:
    known = some_limits(accounts)
    for account_id, state, limits in (
        ("halted", TradingState.HALTED, None),
        ("limited", None, SOME),
        ("unlimited", None, NO_LIMITS),
    ):
        await some_limits(accounts).update(account_id, state=state, limits=limits)
    await known.refresh()
    assert [name for name in ("halted", "limited", "unlimited", "new") if known.is_measured(name)] == [
        "halted",
        "limited",
    ]


async def test_with_limits_of_the_server_only_those_freed_from_them_are_not_measured(accounts: Accounts) -> None:
    known = some_limits(accounts, defaults=SOME)
    await known.update("free", state=None, limits=NO_LIMITS)
    await known.refresh()
    assert known.is_measured("new")
    assert not known.is_measured("free")


async def test_a_change_made_here_outlives_a_reading_that_began_before_it(accounts: Accounts) -> None:
    known = some_limits(accounts)
    await known.refresh()
    halting: list[asyncio.Task[object]] = []

    async def halt() -> object:
        return await known.update("alice", state=TradingState.HALTED, limits=None)

    accounts.before_answering = lambda: halting.append(asyncio.create_task(halt()))
    reading = asyncio.create_task(known.refresh())
    await reading
    accounts.before_answering = lambda: None
    await asyncio.gather(*halting)
    assert known.is_measured("alice")
    await known.refresh()
    assert known.is_measured("alice")


async def test_while_the_store_is_away_the_last_reading_stands(accounts: Accounts) -> None:
    known = some_limits(accounts)
    await known.update("alice", state=TradingState.HALTED, limits=None)
    await known.refresh()
    accounts.away = True
    await known.refresh()
    assert known.is_measured("alice")
    assert not known.is_measured("bob")


async def test_it_is_read_again_and_again(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_limits, "REFRESH_EVERY_SECONDS", 0)
    running = asyncio.create_task(some_limits(accounts).run())
    while accounts.readings < 3:
        await asyncio.sleep(0)
    running.cancel()
