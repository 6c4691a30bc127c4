"""A market on a real Postgres and a clock that is moved by hand."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from market_service.chain.chain import Chain
from market_service.chain.clock import SLOT_MS, ManualClock
from market_service.chain.pools import Pool
from market_service.chain.swap_intake import SwapIntake
from market_service.chain.swaps import Swap, SwapLeg, SwapRefusal, SwapResult
from market_service.genesis.definition import MarketDefinition
from market_service.ledger.check import check_ledger
from market_service.ledger.ledger import Ledger
from market_service.ledger.ledger_reads import LedgerReader
from market_service.migrations.apply import migrate
from market_service.outside.profiles import PROFILES, Profile
from tests.conftest import DatabaseMaker
from tests.unit.market.builders import SOL, a_market, a_swap


@dataclass
class RunningMarket:
    """A started market, and shorthands for what tests do with it."""

    url: str
    intake: SwapIntake
    clock: ManualClock

    @property
    def chain(self) -> Chain:
        return self.intake.chain

    async def slots(self, count: int = 1) -> None:
        """Run the next slots, one by one."""
        for _ in range(count):
            self.clock.advance(SLOT_MS)
            await self.chain.run_slot(self.chain.slot + 1)

    def pool(self, name: str) -> Pool:
        return next(pool for pool in self.chain.state.pools.values() if pool.info.name == name)

    def sale(
        self, amount: int = 10**9, *, pool: str = "SOL-USDC CPMM", min_amount_out: int = 0, **more: object
    ) -> Swap:
        """Return a swap that sells SOL to a pool."""
        leg = SwapLeg(self.pool(pool).info.pool_id, SOL, amount)
        return a_swap(leg, min_amount_out=min_amount_out, **more)  # type: ignore[arg-type]

    async def send(self, swap: Swap) -> SwapResult:
        (answer,) = await self.intake.send([swap])
        assert not isinstance(answer, SwapRefusal), answer
        return answer

    async def result(self, swap: Swap) -> SwapResult:
        (result,) = await self.intake.results([swap.swap_id])
        return result

    def assert_sound(self) -> None:
        report = check_ledger(self.url)
        assert report.is_sound, report


OpenMarket = Callable[..., AbstractAsyncContextManager[RunningMarket]]


@pytest.fixture(scope="session", autouse=True)
def every_test_once_for_each_role(role: str | None) -> None:
    """The suite asks for its ledgers as it goes, which is too late to run once more."""


@pytest.fixture(scope="session")
def migrated_template(databases: DatabaseMaker, role: str | None) -> str:
    url = databases.new(owner=role)
    migrate(url)
    return url


@pytest.fixture
def ledger_url(databases: DatabaseMaker, migrated_template: str, role: str | None) -> Iterator[str]:
    """The URL of an empty, migrated ledger."""
    url = databases.new(template=migrated_template, owner=role)
    yield url
    databases.drop(url)


@pytest.fixture
def open_market(ledger_url: str) -> OpenMarket:
    """Open a market on this test's ledger; `crash=True` ends it without a word to the ledger."""

    @asynccontextmanager
    async def opened(
        profile: str | Profile = "realistic",
        *,
        url: str = ledger_url,
        seed: int = 1,
        clock: ManualClock | None = None,
        definition: MarketDefinition | None = None,
        crash: bool = False,
    ) -> AsyncIterator[RunningMarket]:
        clock = clock or ManualClock()
        row = PROFILES[profile] if isinstance(profile, str) else profile
        chain = Chain(ledger=Ledger(url), clock=clock, definition=definition or a_market(), profile=row, seed=seed)
        reader = LedgerReader(url)
        try:
            await chain.start()
            await reader.open()
            yield RunningMarket(url, SwapIntake(chain, reader, scenarios_on=True), clock)
        finally:
            if crash:
                await chain.ledger.close()
            await chain.stop()
            await reader.close()

    return opened
