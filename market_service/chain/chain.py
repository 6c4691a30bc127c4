"""The simulated cluster: runs slots, ends swaps, and publishes nothing before the ledger has it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from market_service import telemetry
from market_service.chain.clock import SLOT_MS, Clock, slot_at, slot_start_ms
from market_service.chain.feeds import Feed
from market_service.chain.market_state import MarketState, Page
from market_service.chain.mempool import InFlight, Mempool
from market_service.chain.opening import read_or_begin
from market_service.chain.outcome import end_swap
from market_service.chain.pools import Pool
from market_service.chain.swaps import LedgerSwap, SwapResult
from market_service.genesis.definition import MarketDefinition
from market_service.genesis.genesis import pool_infos
from market_service.ledger.ledger import AlreadyInLedger, Ledger, LedgerAway
from market_service.outside.outside import OutsideFlow
from market_service.outside.price_bands import PriceBands
from market_service.outside.profiles import Profile
from market_service.outside.reference_prices import ReferencePrices
from servicekit.batching import Batcher
from servicekit.errors import Unavailable

_CHECKPOINT_SLOTS: Final = 150
_PING_SLOTS: Final = 3
_RECOVERY_PAUSE_SECONDS: Final = 0.2
_EARLY_NEWS_SECONDS: Final = 0.025
# A market without delays ends some hundred batches a second, and a reader may pause for seconds.
_SWAP_NEWS_MAX: Final = 1_024


@dataclass(frozen=True, slots=True)
class PoolsUpdate:
    """Pools that have changed, as of a slot."""

    slot: int
    slot_ms: int
    pools: Sequence[Pool]


@dataclass(frozen=True, slots=True)
class EndedSwaps:
    """Swaps that have just reached their final state, with who sent them."""

    slot: int
    results: Sequence[tuple[str, SwapResult]]


class Chain:
    """One simulated cluster. Everything runs on one event loop; `turn` lets one transaction be made at a time."""

    def __init__(
        self, *, ledger: Ledger, clock: Clock, definition: MarketDefinition, profile: Profile, seed: int
    ) -> None:
        """Wire the parts; `start` reads the ledger."""
        self.definition = definition
        self.profile = profile
        self.seed = seed
        self.clock = clock
        self.ledger = ledger
        self.mempool = Mempool()
        self.state = MarketState({}, {}, {token.mint: token.wallet_base_units for token in definition.tokens})
        self.pool_news: Feed[PoolsUpdate] = Feed()
        self.swap_news: Feed[EndedSwaps] = Feed(queue_max=_SWAP_NEWS_MAX)
        self.slot = 0
        self.genesis_ms = 0
        self.turn = asyncio.Lock()
        self._prices = ReferencePrices(definition, profile, seed)
        self._outside = OutsideFlow(PriceBands(self._prices, profile, seed))
        self._infos = pool_infos(definition, seed)
        self._last_number = 0
        self._saved_in_slot = 0
        self._started = self._stopped = False
        self._doubtful: list[str] = []
        self._news: dict[str, Pool] = {}
        self._news_timer: asyncio.TimerHandle | None = None
        self._at_once: Batcher[Sequence[InFlight], None] = Batcher(self._execute_calls, in_flight_max=1, name="execute")

    # Life.

    async def start(self) -> None:
        """Take the ledger and read it, or begin a new one. Raises LedgerAway, LedgerTaken and LedgerNotReady."""
        await self.ledger.open()
        await self._read_ledger()
        self._started = True
        telemetry.market_started(name=self.definition.name, slot=self.slot, pools=len(self.state.pools))

    async def _read_ledger(self) -> None:
        stored = await read_or_begin(
            self.ledger, self.definition, self._infos, self._prices, now_ms=self.clock.now_ms()
        )
        self.genesis_ms = stored.genesis_ms
        self._last_number = stored.last_number
        self.clock.skip_to(slot_start_ms(max(stored.last_slot, self.slot), stored.genesis_ms))
        self.slot = self._saved_in_slot = slot_at(self.clock.now_ms(), stored.genesis_ms)
        self.state = MarketState.of(stored, self.state.starting_wallet)

    async def run(self) -> None:
        """Run slots until `stop`. Raises LedgerTaken when another market has taken the ledger."""
        while not self._stopped:
            await self.clock.sleep_until(slot_start_ms(self.slot + 1, self.genesis_ms))
            # After a stall the market skips the missed slots: swaps that were due in them end in this slot.
            await self.run_slot(max(self.slot + 1, slot_at(self.clock.now_ms(), self.genesis_ms)))

    async def stop(self) -> None:
        """Write what is not written yet, and release the ledger. Safe to call twice."""
        self._stopped = True
        async with self.turn:
            if self._news_timer is not None:
                self._news_timer.cancel()
            if self._started and self.ledger.is_open:
                await self._save()
            await self.ledger.close()

    async def _save(self) -> None:
        try:
            await self._checkpoint()
        except LedgerAway as error:
            telemetry.checkpoint_lost(reason=str(error))

    # Slots.

    async def run_slot(self, slot: int) -> None:
        """Run a slot: outside flow, then the swaps that end in it, then publish. Waits for Postgres."""
        async with self.turn:
            await self._until_healthy()
            if self._stopped:
                return
            self.slot = max(slot, self.slot)
            due = self.mempool.due(self.slot)
            try:
                await self._finish(await self._page_of(due, outside_flow=True), due)
                await self._keep_up(idle=not due)
            except (LedgerAway, AlreadyInLedger) as error:
                self._lose_ledger(error, due)
            self._tell_pools()

    def slots_behind(self) -> int:
        """Return how many slots should have run by now and have not."""
        return max(0, slot_at(self.clock.now_ms(), self.genesis_ms) - self.slot)

    async def _keep_up(self, *, idle: bool) -> None:
        """Do the periodic work: publish late results, write a checkpoint, check that the ledger is still there."""
        self._tell_swaps([(entry.swap.submitter, result) for entry, result in self.mempool.tell(self.slot)])
        if self.slot - self._saved_in_slot >= _CHECKPOINT_SLOTS:
            await self._checkpoint()
        elif idle and self.slot % _PING_SLOTS == 0:
            await self.ledger.ping()

    async def execute_at_once(self, entries: Sequence[InFlight]) -> None:
        """Execute swaps now, sharing transactions with other callers. After Unavailable they wait for a slot."""
        await self._at_once.submit(entries)

    async def _execute_calls(self, calls: Sequence[Sequence[InFlight]]) -> list[BaseException | None]:
        async with self.turn:
            due = [entry for call in calls for entry in call if self.mempool.is_in_flight(entry.swap.swap_id)]
            if not due:
                return [None] * len(calls)
            try:
                self.require_ledger()
                await self._finish(await self._page_of(due, outside_flow=False), due)
            except (LedgerAway, AlreadyInLedger) as error:
                self._lose_ledger(error, due)
                return [away()] * len(calls)
        if self._news_timer is None:
            self._news_timer = asyncio.get_running_loop().call_later(_EARLY_NEWS_SECONDS, self._tell_pools)
        return [None] * len(calls)

    async def _page_of(self, due: Sequence[InFlight], *, outside_flow: bool) -> Page:
        """Return a page with the slot's outside flow and the outcome of every due swap, in order."""
        await self.load_wallets([entry.swap.account_id for entry in due])
        page = self.new_page()
        slot_ms = self._slot_ms()
        if outside_flow:
            self._let_outside_trade(page, slot_ms)
        for entry in due:
            end_swap(entry, page, slot_ms=slot_ms)
        return page

    def _let_outside_trade(self, page: Page, slot_ms: int) -> None:
        for pool in self.state.pools.values():
            funds = {mint: page.outside_funds(mint) for mint in (pool.info.mint_0, pool.info.mint_1)}
            traded = self._outside.trade(pool, funds, slot=self.slot, now_ms=slot_ms)
            if traded is not None:
                page.add_outside_trade(*traded)

    async def _finish(self, page: Page, due: Sequence[InFlight]) -> None:
        """Commit a page if it ends any swap, then publish it and wake the callers that wait."""
        if due:
            await self.ledger.commit(page.close())
            self._last_number = page.entry.last_number
            telemetry.slot_committed(slot=self.slot, swaps=len(due), pools=len(page.entry.pools))
        self._news.update((pool.info.pool_id, pool) for pool in page.publish())
        ended: list[tuple[str, SwapResult]] = []
        for entry, written in zip(due, page.entry.swaps, strict=True):
            told_in = self.slot + -(-entry.fate.told_late_ms // SLOT_MS)
            self.mempool.end(written.result, told_in_slot=told_in)
            telemetry.swap_ended(written.result, entry.swap.traceparent, entry.received_ms)
            if told_in == self.slot:
                ended.append((entry.swap.submitter, written.result))
        self._tell_swaps(ended)

    async def _checkpoint(self) -> None:
        """Write the outside flow that no swap's transaction has written to the ledger yet."""
        page = self.new_page()
        page.saved.update(self.state.unsaved)
        await self.ledger.commit(page.close())
        page.publish()
        self._saved_in_slot = self.slot

    # What a transaction needs; hold `turn` from the first of these to the commit.

    async def load_wallets(self, accounts: Sequence[str]) -> None:
        """Load the wallets of accounts into the state. Raises LedgerAway."""
        if missing := self.state.missing_wallets(accounts):
            self.state.add_wallets(missing, await self.ledger.read_wallets(missing))

    def new_page(self) -> Page:
        """Return an empty page on top of the state."""
        return Page.on(self.state, slot=self.slot, last_number=self._last_number)

    # When Postgres is away.

    def require_ledger(self) -> None:
        """Raise LedgerAway when the ledger is known to be gone."""
        if not self.ledger.is_open:
            raise LedgerAway("the ledger's connection is closed")

    def _lose_ledger(self, error: Exception, due: Sequence[InFlight]) -> None:
        """Mark the swaps as doubtful. Only a new connection can find out whether the page was committed."""
        telemetry.ledger_lost(reason=str(error), swaps=len(due))
        ids = (entry.swap.swap_id for entry in due)
        self._doubtful += [swap_id for swap_id in ids if self.mempool.is_in_flight(swap_id)]

    async def _until_healthy(self) -> None:
        while not self._stopped and (self._doubtful or not self.ledger.is_open):
            try:
                await self._recover()
            except LedgerAway:
                # Real time, not market time: this waits for Postgres.
                await asyncio.sleep(_RECOVERY_PAUSE_SECONDS)

    async def _recover(self) -> None:
        """Read the ledger again: only the ledger knows which of the doubtful swaps have ended."""
        if not self.ledger.is_open:
            await self.ledger.open()
        await self._read_ledger()
        found = await self.ledger.find_swaps(self._doubtful) if self._doubtful else {}
        ended = [found[swap_id] for swap_id in self._doubtful if swap_id in found]
        telemetry.ledger_recovered(slot=self.slot, committed=len(ended), doubtful=len(self._doubtful))
        self._doubtful = []
        self._news = dict(self.state.pools)
        self._tell_swaps([self._end_found(entry) for entry in ended])

    def _end_found(self, entry: LedgerSwap) -> tuple[str, SwapResult]:
        if self.mempool.is_in_flight(entry.swap.swap_id):
            self.mempool.end(entry.result, told_in_slot=0)
        return entry.swap.submitter, entry.result

    # News.

    def _tell_swaps(self, ended: Sequence[tuple[str, SwapResult]]) -> None:
        if ended:
            self.swap_news.publish(EndedSwaps(self.slot, ended))

    def _tell_pools(self) -> None:
        if self._news_timer is not None:
            self._news_timer.cancel()
            self._news_timer = None
        pools, self._news = list(self._news.values()), {}
        self.pool_news.publish(PoolsUpdate(self.slot, self._slot_ms(), pools))

    def pools_now(self) -> PoolsUpdate:
        """Return all pools, as of the current slot."""
        return PoolsUpdate(self.slot, self._slot_ms(), list(self.state.pools.values()))

    def _slot_ms(self) -> int:
        return slot_start_ms(self.slot, self.genesis_ms)


def away() -> Unavailable:
    """Return the error for callers while Postgres does not answer."""
    return Unavailable("UNAVAILABLE", "the market's ledger does not answer")
