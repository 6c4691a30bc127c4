"""The market's use cases: it takes swaps, answers with their state, reads wallets and mints airdrops."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from market_service.chain.chain import Chain, away
from market_service.chain.fate import fate_of
from market_service.chain.mempool import WAITING_MAX, InFlight
from market_service.chain.scenarios import script_of
from market_service.chain.swaps import U64_MAX, LedgerSwap, Swap, SwapRefusal, SwapResult, SwapState
from market_service.chain.validation import refusal_of
from market_service.ledger.ledger import AlreadyInLedger, LedgerAway
from market_service.ledger.ledger_reads import LedgerReader
from market_service.ledger.ledger_rows import wallet
from market_service.outside.seeded import signature
from servicekit.errors import FieldViolation, Rejected, Unavailable


class SwapIntake:
    """Answers callers. Raises Unavailable while the ledger does not answer; such a call has changed nothing."""

    def __init__(self, chain: Chain, reader: LedgerReader, *, scenarios_on: bool) -> None:
        """Answer for a chain."""
        self.chain = chain
        self._reader = reader
        self._scenarios_on = scenarios_on
        self._mints = frozenset(token.mint for token in chain.definition.tokens)

    async def send(self, swaps: Sequence[Swap]) -> list[SwapResult | SwapRefusal]:
        """Take swaps, in order, and answer each. An id that was seen before executes nothing."""
        refusals = [self._refusal_of(swap) for swap in swaps]
        fit = [swap for swap, refusal in zip(swaps, refusals, strict=True) if refusal is None]
        await self._look_up([swap.swap_id for swap in fit])
        if len(self.chain.mempool) + len(fit) > WAITING_MAX:
            raise Unavailable("OVERLOADED", "too many swaps are in flight")
        taken = [entry for swap in fit if (entry := self._take(swap))]
        if self.chain.profile.landing_ms is None and (lands := [e for e in taken if not e.fate.expires]):
            await self.chain.execute_at_once(lands)
        if any(_loses_acknowledgement(entry.swap) for entry in taken):
            # The scenario needs a status code that no gRPC client retries by itself, so that the caller must handle it.
            raise Unavailable("DEADLINE", "the answer was lost on the way (scenario ack_lost)")
        return [
            refusal if refusal is not None else self._result_of(swap.swap_id)
            for swap, refusal in zip(swaps, refusals, strict=True)
        ]

    def _refusal_of(self, swap: Swap) -> SwapRefusal | None:
        return refusal_of(swap, pools=self.chain.state.pools, mints=self._mints, scenarios_on=self._scenarios_on)

    def _take(self, swap: Swap) -> InFlight | None:
        """Keep a swap that is new; None for one that is known."""
        chain = self.chain
        if chain.mempool.result_of(swap.swap_id) is not None:
            return None
        now_ms = chain.clock.now_ms()
        fate = fate_of(swap, profile=chain.profile, seed=chain.seed, received_ms=now_ms, genesis_ms=chain.genesis_ms)
        if chain.profile.landing_ms is not None and fate.ends_in_slot <= chain.slot:
            # The clock may be behind the slot that ran last, and a slot that has run ends no more swaps.
            fate = replace(fate, ends_in_slot=chain.slot + 1)
        arrival = chain.mempool.next_arrival()
        entry = InFlight(swap, fate, signature(chain.seed, swap.swap_id), arrival, now_ms)
        chain.mempool.take(entry)
        return entry

    def _result_of(self, swap_id: str) -> SwapResult:
        return self.chain.mempool.result_of(swap_id) or SwapResult(swap_id, SwapState.UNKNOWN)

    async def _look_up(self, swap_ids: Iterable[str]) -> None:
        """Read the final results that the mempool does not hold from the ledger."""
        mempool = self.chain.mempool
        unknown = [swap_id for swap_id in swap_ids if mempool.result_of(swap_id) is None]
        if not unknown:
            return
        try:
            self.chain.require_ledger()
            found = await self._reader.find_swaps(unknown)
        except LedgerAway as error:
            raise away() from error
        for swap_id, entry in found.items():
            if mempool.result_of(swap_id) is None:
                mempool.remember(entry.result)

    async def results(self, swap_ids: Sequence[str]) -> list[SwapResult]:
        """Return the state of each swap, in the order of the ids."""
        await self._look_up(swap_ids)
        return [self._result_of(swap_id) for swap_id in swap_ids]

    async def list_swaps(self, *, account_id: str, order_tag: str, after: int, limit: int) -> list[LedgerSwap]:
        """Return a page of the ledger: swaps whose number is above `after`, oldest first."""
        try:
            return await self._reader.list_swaps(account_id=account_id, order_tag=order_tag, after=after, limit=limit)
        except LedgerAway as error:
            raise away() from error

    async def balances(self, account_id: str) -> dict[str, int]:
        """Return a wallet, all tokens of the market in it."""
        state = self.chain.state
        known = state.wallets.get(account_id)
        if known is None:
            try:
                known = await self._reader.wallet(account_id)
            except LedgerAway as error:
                raise away() from error
        balances = state.starting_wallet if known is None else known
        return {token.mint: balances.get(token.mint, 0) for token in self.chain.definition.tokens}

    async def airdrop(self, *, airdrop_id: str, account_id: str, mint: str, amount: int) -> tuple[int, bool]:
        """Mint into a wallet, once for each id; return the balance and whether the id had been used before."""
        if mint not in self._mints:
            violation = FieldViolation("mint", "is not a token of this market")
            raise Rejected("UNKNOWN_MINT", "mint is not a token of this market", violations=[violation])
        try:
            self.chain.require_ledger()
            async with self.chain.turn:
                replayed = not await self._mint_once(airdrop_id, account_id, mint, amount)
        except AlreadyInLedger:
            replayed = True
        except LedgerAway as error:
            raise away() from error
        return (await self.balances(account_id))[mint], replayed

    async def _mint_once(self, airdrop_id: str, account_id: str, mint: str, amount: int) -> bool:
        if await self._reader.airdrop_exists(airdrop_id):
            return False
        await self.chain.load_wallets([account_id])
        page = self.chain.new_page()
        after = page.draft.balance(account_id, mint) + amount
        if after > U64_MAX:
            detail = "would lift the balance above 2^64 - 1"
            raise Rejected("INVALID_REQUEST", f"amount {detail}", violations=[FieldViolation("amount", detail)])
        page.open_account(account_id)
        page.draft.wallets[account_id, mint] = after
        page.mint(mint, wallet(account_id), amount)
        page.entry.airdrop = (airdrop_id, account_id, mint, amount)
        await self.chain.ledger.commit(page.close())
        page.publish()
        return True


def _loses_acknowledgement(swap: Swap) -> bool:
    script = script_of(swap.scenario, swap.attempt)
    return script is not None and script.acknowledgement_lost
