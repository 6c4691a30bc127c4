"""The simulated cluster: takes swaps, runs slots, and tells nobody of anything before the ledger has it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from router_service.market.book import Book, Page
from router_service.market.clock import SLOT_MS, Clock, slot_at, slot_start_ms
from router_service.market.definition import MarketDefinition
from router_service.market.execution import SwapFailed, execute
from router_service.market.fate import fate_of
from router_service.market.feeds import Feed
from router_service.market.genesis import new_pool, pool_infos
from router_service.market.ledger import AlreadyInLedger, Entry, Ledger, LedgerAway, StoredMarket
from router_service.market.ledger_reads import LedgerReader
from router_service.market.ledger_rows import MINT, OUTSIDE, Transfer, vault
from router_service.market.mempool import WAITING_MAX, InFlight, Mempool
from router_service.market.outside import OutsideFlow
from router_service.market.pools import Pool
from router_service.market.profiles import Profile
from router_service.market.reference_prices import ReferencePrices
from router_service.market.seeded import signature
from router_service.market.swaps import U64_MAX, Failure, Fill, LedgerSwap, Refusal, Swap, SwapResult, SwapState
from router_service.market.validation import refusal_of
from servicekit.batching import Batcher
from servicekit.errors import Rejected, Unavailable

log = structlog.get_logger()

_CHECKPOINT_SLOTS: Final = 150
_PING_SLOTS: Final = 3
_RECOVERY_PAUSE_SECONDS: Final = 0.2
_EARLY_NEWS_SECONDS: Final = 0.025
# What the rest of the world holds of every token: enough for all trades it could ever make here.
_OUTSIDE_SUPPLY: Final = U64_MAX


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
    """One simulated cluster. Everything runs on one event loop; `_turn` lets one transaction be made at a time."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        reader: LedgerReader,
        clock: Clock,
        definition: MarketDefinition,
        profile: Profile,
        seed: int,
        scenarios_on: bool,
    ) -> None:
        """Wire the parts; `start` reads the ledger."""
        self.definition = definition
        self.profile = profile
        self.scenarios_on = scenarios_on
        self.pool_news: Feed[PoolsUpdate] = Feed()
        self.swap_news: Feed[EndedSwaps] = Feed()
        self.slot = 0
        self._ledger = ledger
        self._reader = reader
        self._clock = clock
        self._seed = seed
        self._prices = ReferencePrices(definition, profile, seed)
        self._outside = OutsideFlow(self._prices)
        self._infos = pool_infos(definition, seed)
        self._mints = frozenset(token.mint for token in definition.tokens)
        self._starting_wallet = {token.mint: token.wallet_base_units for token in definition.tokens}
        self._mempool = Mempool()
        self._book = Book({}, {}, self._starting_wallet)
        self._genesis_ms = 0
        self._last_number = 0
        self._turn = asyncio.Lock()
        self._doubtful: list[str] = []
        self._saved_in_slot = 0
        self._stopped = False
        self._news: dict[str, Pool] = {}
        self._news_timer: asyncio.TimerHandle | None = None
        self._at_once: Batcher[Sequence[InFlight], None] = Batcher(self._execute_at_once, in_flight_max=1)

    # Life.

    async def start(self) -> None:
        """Take the ledger and read it, or begin a new one. Raises LedgerAway, LedgerTaken and LedgerNotReady."""
        await self._ledger.open()
        await self._reader.open()
        await self._read_ledger()
        log.info("market.started", slot=self.slot, pools=len(self._book.pools), market=self.definition.name)

    async def _read_ledger(self) -> None:
        stored = await self._ledger.read_market(self.definition, self._infos)
        if stored is None or len(stored.pools) < len(self._infos):
            stored = await self._add_genesis(stored)
        self._genesis_ms = stored.genesis_ms
        self._last_number = stored.last_number
        self._clock.skip_to(slot_start_ms(max(stored.last_slot, self.slot), stored.genesis_ms))
        self.slot = self._saved_in_slot = slot_at(self._clock.now_ms(), stored.genesis_ms)
        self._book = Book.of(stored, self._starting_wallet)

    async def _add_genesis(self, stored: StoredMarket | None) -> StoredMarket:
        """Add what the definition has and the ledger has not: the chain itself, tokens, pools, and their funds."""
        genesis_ms = stored.genesis_ms if stored else self._clock.now_ms()
        last_slot = stored.last_slot if stored else 0
        slot = max(last_slot, slot_at(self._clock.now_ms(), genesis_ms))
        known = stored.pools if stored else {}
        pools = [
            new_pool(self.definition, info, self._prices, slot)
            for info in self._infos.values()
            if info.pool_id not in known
        ]
        entry = Entry(slot, stored.last_number if stored else 0)
        for holder, mint, amount in self._genesis_mints(pools, stored.outside if stored else {}):
            entry.transfers.append(Transfer(mint, MINT, holder, amount))
            entry.minted[mint] = entry.minted.get(mint, 0) + amount
            if holder == OUTSIDE:
                entry.outside[mint] = amount
        chain = None if stored else (genesis_ms, slot)
        await self._ledger.add_genesis(self.definition, chain, pools, entry)
        again = await self._ledger.read_market(self.definition, self._infos)
        assert again is not None
        return again

    def _genesis_mints(self, pools: Sequence[Pool], outside: Mapping[str, int]) -> Iterable[tuple[str, str, int]]:
        for token in self.definition.tokens:
            if token.mint not in outside:
                yield OUTSIDE, token.mint, _OUTSIDE_SUPPLY
        for pool in pools:
            yield vault(pool.info.pool_id), pool.info.mint_0, pool.vault_0
            yield vault(pool.info.pool_id), pool.info.mint_1, pool.vault_1

    async def run(self) -> None:
        """Run slots for ever. Raises LedgerTaken when another market has taken the ledger."""
        while True:
            await self._clock.sleep_until(slot_start_ms(self.slot + 1, self._genesis_ms))
            # After a stall the missed slots are skipped: what was due in them ends in this one.
            await self.run_slot(max(self.slot + 1, slot_at(self._clock.now_ms(), self._genesis_ms)))

    async def stop(self) -> None:
        """Write down what is not yet written, and let go of the ledger. Safe to call twice."""
        self._stopped = True
        async with self._turn:
            if self._news_timer is not None:
                self._news_timer.cancel()
            if self._ledger.is_open:
                await self._save_and_let_go()
        await self._reader.close()

    async def _save_and_let_go(self) -> None:
        try:
            await self._checkpoint()
        except LedgerAway as error:
            # What is lost is outside flow that nobody traded on: it has never happened.
            log.warning("market.checkpoint_lost", reason=str(error))
        await self._ledger.close()

    # Slots.

    async def run_slot(self, slot: int) -> None:
        """Move the market to a slot: outside flow, then what ends in it, then the news; waits for Postgres."""
        async with self._turn:
            await self._until_healthy()
            if self._stopped:
                return
            self.slot = max(slot, self.slot)
            due = self._mempool.due(self.slot)
            try:
                await self._finish(await self._page_of(due, outside_flow=True), due)
                self._tell_swaps(self._mempool.tell(self.slot))
                if self.slot - self._saved_in_slot >= _CHECKPOINT_SLOTS:
                    await self._checkpoint()
                elif not due and self.slot % _PING_SLOTS == 0:
                    await self._ledger.ping()
            except (LedgerAway, AlreadyInLedger) as error:
                self._lose_ledger(error, due)
            self._tell_pools()

    async def _execute_at_once(self, calls: Sequence[Sequence[InFlight]]) -> list[BaseException | None]:
        """Execute what several calls brought, in one transaction. What fails with the ledger stays in flight."""
        async with self._turn:
            due = [entry for call in calls for entry in call if self._mempool.is_in_flight(entry.swap.swap_id)]
            if not due:
                return [None] * len(calls)
            if not self._ledger.is_open:
                return [_away()] * len(calls)
            try:
                await self._finish(await self._page_of(due, outside_flow=False), due)
            except (LedgerAway, AlreadyInLedger) as error:
                self._lose_ledger(error, due)
                return [_away()] * len(calls)
        if self._news_timer is None:
            self._news_timer = asyncio.get_running_loop().call_later(_EARLY_NEWS_SECONDS, self._tell_pools)
        return [None] * len(calls)

    async def _page_of(self, due: Sequence[InFlight], *, outside_flow: bool) -> Page:
        """Return a page with the slot's outside flow and the outcome of every due swap, in order."""
        accounts = self._book.missing_wallets([entry.swap.account_id for entry in due])
        if accounts:
            self._book.add_wallets(accounts, await self._ledger.read_wallets(accounts))
        page = Page.on(self._book, slot=self.slot, last_number=self._last_number)
        if outside_flow:
            self._let_outside_trade(page)
        for entry in due:
            page.entry.last_number += 1
            result = self._end(entry, page)
            page.entry.swaps.append(LedgerSwap(entry.swap, result, page.entry.last_number, entry.received_ms))
        return page

    def _let_outside_trade(self, page: Page) -> None:
        now_ms = self._slot_ms()
        for pool in self._book.pools.values():
            funds = {mint: page.outside_funds(mint) for mint in (pool.info.mint_0, pool.info.mint_1)}
            traded = self._outside.trade(pool, funds, slot=self.slot, now_ms=now_ms)
            if traded is not None:
                page.add_outside_trade(*traded)

    def _end(self, entry: InFlight, page: Page) -> SwapResult:
        swap = entry.swap
        try:
            fills = self._outcome(entry, page)
        except SwapFailed as failed:
            state = SwapState.EXPIRED if entry.fate.expires else SwapState.FAILED
            return self._result(entry, state, failure=failed.failure, detail=failed.detail)
        page.add_fills(swap.swap_id, swap.account_id, fills)
        amount_out = sum(fill.amount_out for fill in fills if fill.mint_out == swap.mint_out)
        return self._result(entry, SwapState.LANDED, amount_out=amount_out, fills=fills)

    def _outcome(self, entry: InFlight, page: Page) -> list[Fill]:
        fate, swap = entry.fate, entry.swap
        if fate.expires:
            raise SwapFailed(Failure.DROPPED, "The cluster lost the transaction; it can no longer land.")
        if fate.fails is not None:
            raise SwapFailed(fate.fails, _CHANCE_DETAILS[fate.fails])
        if any(self._book.pools[leg.pool_id].info.venue == fate.venue_down for leg in swap.legs):
            raise SwapFailed(Failure.VENUE_UNAVAILABLE, f"The venue {fate.venue_down} is down.")
        try:
            return execute(swap, page.draft, now_ms=self._slot_ms(), slot=self.slot)
        except SwapFailed:
            raise
        except Exception as error:
            # A defect in one program's math fails its swap; it must not stop the chain.
            log.exception("market.swap_crashed", swap_id=swap.swap_id)
            raise SwapFailed(Failure.TRANSIENT, "The execution failed.") from error

    def _result(
        self,
        entry: InFlight,
        state: SwapState,
        *,
        failure: Failure | None = None,
        detail: str = "",
        amount_out: int = 0,
        fills: Sequence[Fill] = (),
    ) -> SwapResult:
        return SwapResult(
            swap_id=entry.swap.swap_id,
            state=state,
            signature=entry.signature,
            failure=failure,
            slot=self.slot,
            amount_out=amount_out,
            fills=fills,
            ended_ms=max(self._slot_ms(), entry.received_ms),
            detail=detail,
        )

    async def _finish(self, page: Page, due: Sequence[InFlight]) -> None:
        """Commit a page if it holds anything that must last, then publish it and tell who waits."""
        if due:
            await self._ledger.commit(page.close())
            self._last_number = page.entry.last_number
        self._news.update((pool.info.pool_id, pool) for pool in page.publish())
        ended: list[tuple[InFlight, SwapResult]] = []
        for entry, written in zip(due, page.entry.swaps, strict=True):
            told_in = self.slot + -(-entry.fate.told_late_ms // SLOT_MS)
            self._mempool.end(written.result, told_in_slot=told_in)
            if told_in == self.slot:
                ended.append((entry, written.result))
        self._tell_swaps(ended)

    async def _checkpoint(self) -> None:
        """Write down the outside flow that no swap has carried with it."""
        page = Page.on(self._book, slot=self.slot, last_number=self._last_number)
        page.saved.update(self._book.unsaved)
        await self._ledger.commit(page.close())
        page.publish()
        self._saved_in_slot = self.slot

    # When Postgres is away.

    def _lose_ledger(self, error: Exception, due: Sequence[InFlight]) -> None:
        """Nothing of the page was published. Whether it was committed only a new connection can tell."""
        log.error("market.ledger_lost", reason=str(error), swaps=len(due))
        self._doubtful = [entry.swap.swap_id for entry in due]

    async def _until_healthy(self) -> None:
        while not self._stopped and (self._doubtful or not self._ledger.is_open):
            try:
                await self._recover()
            except LedgerAway:
                # Real time on purpose: it is Postgres that is waited for.
                await asyncio.sleep(_RECOVERY_PAUSE_SECONDS)

    async def _recover(self) -> None:
        """Come back to the ledger as it is: it alone knows which of the doubtful swaps have ended."""
        if not self._ledger.is_open:
            await self._ledger.open()
        await self._read_ledger()
        found = await self._ledger.find_swaps(self._doubtful) if self._doubtful else {}
        for swap_id in self._doubtful:
            if swap_id in found and self._mempool.is_in_flight(swap_id):
                self._mempool.end(found[swap_id].result, told_in_slot=0)
        log.info("market.ledger_back", slot=self.slot, committed=len(found), doubtful=len(self._doubtful))
        self._doubtful = []
        self._news = dict(self._book.pools)
        self._tell_swaps([(entry, entry.result) for entry in found.values()])

    # News.

    def _tell_swaps(self, ended: Sequence[tuple[InFlight | LedgerSwap, SwapResult]]) -> None:
        if ended:
            self.swap_news.publish(EndedSwaps(self.slot, [(e.swap.submitter, result) for e, result in ended]))

    def _tell_pools(self) -> None:
        if self._news_timer is not None:
            self._news_timer.cancel()
            self._news_timer = None
        pools, self._news = list(self._news.values()), {}
        self.pool_news.publish(PoolsUpdate(self.slot, self._slot_ms(), pools))

    def pools_now(self) -> PoolsUpdate:
        """Return all pools, as of the current slot."""
        return PoolsUpdate(self.slot, self._slot_ms(), list(self._book.pools.values()))

    def _slot_ms(self) -> int:
        return slot_start_ms(self.slot, self._genesis_ms)

    def now_ms(self) -> int:
        """Return the market's time."""
        return self._clock.now_ms()

    # Questions and requests.

    async def send(self, swaps: Sequence[Swap]) -> list[SwapResult | Refusal]:
        """Take swaps, in order, and answer each. An id that was seen before executes nothing.

        Raises Unavailable when the ledger cannot be asked, or when too many swaps wait.
        """
        self._require_ledger()
        refusals = [self._refusal_of(swap) for swap in swaps]
        fit = [swap for swap, refusal in zip(swaps, refusals, strict=True) if refusal is None]
        await self._look_up([swap.swap_id for swap in fit])
        if len(self._mempool) + len(fit) > WAITING_MAX:
            raise Unavailable("OVERLOADED", "too many swaps are in flight")
        taken = [entry for swap in fit if (entry := self._take(swap))]
        if taken and self.profile.landing_ms is None:
            await self._at_once.submit([entry for entry in taken if not entry.fate.expires])
        return [
            refusal if refusal is not None else self._known_result(swap.swap_id)
            for swap, refusal in zip(swaps, refusals, strict=True)
        ]

    def _require_ledger(self) -> None:
        if not self._ledger.is_open:
            raise _away()

    def _refusal_of(self, swap: Swap) -> Refusal | None:
        return refusal_of(swap, pools=self._book.pools, mints=self._mints, scenarios_on=self.scenarios_on)

    def _take(self, swap: Swap) -> InFlight | None:
        """Keep a swap that is new; None for one that is known."""
        if self._mempool.result_of(swap.swap_id) is not None:
            return None
        received_ms = self._clock.now_ms()
        fate = fate_of(
            swap, profile=self.profile, seed=self._seed, received_ms=received_ms, genesis_ms=self._genesis_ms
        )
        if self.profile.landing_ms is not None and fate.ends_in_slot <= self.slot:
            fate = replace(fate, ends_in_slot=self.slot + 1)
        entry = InFlight(swap, fate, signature(self._seed, swap.swap_id), self._mempool.next_arrival(), received_ms)
        self._mempool.take(entry)
        return entry

    def knows(self, swap_id: str) -> bool:
        """Return True for a swap that is in flight or ended lately."""
        return self._mempool.result_of(swap_id) is not None

    def _known_result(self, swap_id: str) -> SwapResult:
        return self._mempool.result_of(swap_id) or SwapResult(swap_id, SwapState.UNKNOWN)

    async def _look_up(self, swap_ids: Iterable[str]) -> None:
        """Bring the final results of ids that are not at hand from the ledger."""
        unknown = [swap_id for swap_id in swap_ids if self._mempool.result_of(swap_id) is None]
        if not unknown:
            return
        try:
            found = await self._reader.find_swaps(unknown)
        except LedgerAway as error:
            raise _away() from error
        for swap_id, entry in found.items():
            if self._mempool.result_of(swap_id) is None:
                self._mempool.remember(entry.result)

    async def results(self, swap_ids: Sequence[str]) -> list[SwapResult]:
        """Return what became of swaps, in the order asked."""
        await self._look_up(swap_ids)
        return [self._known_result(swap_id) for swap_id in swap_ids]

    async def list_swaps(self, *, account_id: str, order_tag: str, after: int, limit: int) -> list[LedgerSwap]:
        """Return a page of the ledger: swaps whose number is above `after`, oldest first."""
        try:
            return await self._reader.list_swaps(account_id=account_id, order_tag=order_tag, after=after, limit=limit)
        except LedgerAway as error:
            raise _away() from error

    async def balances(self, account_id: str) -> dict[str, int]:
        """Return a wallet, all tokens of the market in it."""
        known = self._book.wallets.get(account_id)
        if known is None:
            try:
                known = await self._reader.wallet(account_id)
            except LedgerAway as error:
                raise _away() from error
        wallet = self._starting_wallet if known is None else known
        return {token.mint: wallet.get(token.mint, 0) for token in self.definition.tokens}

    async def airdrop(self, *, airdrop_id: str, account_id: str, mint: str, amount: int) -> tuple[int, bool]:
        """Mint into a wallet once an id; return the balance and whether the id had been used before."""
        if mint not in self._mints:
            raise Rejected("UNKNOWN_MINT", "mint is not a token of this market")
        self._require_ledger()
        async with self._turn:
            try:
                replayed = not await self._mint_once(airdrop_id, account_id, mint, amount)
            except AlreadyInLedger:
                replayed = True
            except LedgerAway as error:
                raise _away() from error
        return (await self.balances(account_id))[mint], replayed

    async def _mint_once(self, airdrop_id: str, account_id: str, mint: str, amount: int) -> bool:
        if await self._reader.airdrop_exists(airdrop_id):
            return False
        page = await self._page_of((), outside_flow=False)
        if missing := self._book.missing_wallets([account_id]):
            self._book.add_wallets(missing, await self._ledger.read_wallets(missing))
        after = page.draft.balance(account_id, mint) + amount
        if after > U64_MAX:
            raise Rejected("INVALID_REQUEST", "amount would lift the balance above 2^64 - 1")
        page.book_account(account_id)
        page.draft.wallets[account_id, mint] = after
        page.mint(mint, f"wallet:{account_id}", amount)
        page.entry.airdrop = (airdrop_id, account_id, mint, amount)
        await self._ledger.commit(page.close())
        page.publish()
        return True


_CHANCE_DETAILS: Final[Mapping[Failure, str]] = {
    Failure.TRANSIENT: "The execution failed for a passing reason.",
    Failure.SLIPPAGE_EXCEEDED: "The price moved beyond the least accepted output.",
}


def _away() -> Unavailable:
    return Unavailable("UNAVAILABLE", "the market's ledger does not answer")
