"""The published market: the state that every caller sees. It changes only after the ledger has the change.

Outside flow is the exception, because it would fill the disk: it changes pools here in every slot, and the ledger gets
it with the next swap that touches the pool, or at a checkpoint. A crash loses the part that is not written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from market_service.chain.execution import Draft
from market_service.chain.pools import Pool
from market_service.chain.swaps import Fill
from market_service.ledger.ledger import Entry, StoredMarket
from market_service.ledger.ledger_rows import MINT, OUTSIDE, Transfer, vault, wallet

_ACCOUNTS_MAX: Final = 50_000
# Outside trades of a pool, in base units: token 0 and token 1 paid in, then token 0 and token 1 paid out.
Flow = tuple[int, int, int, int]
_NO_FLOW: Final[Flow] = (0, 0, 0, 0)


@dataclass(slots=True)
class MarketState:
    """Pools, loaded wallets, and the tokens that the outside holds, in base units.

    `unopened` are the accounts that the ledger has never seen; `unsaved` is outside flow that it does not have yet.
    """

    pools: dict[str, Pool]
    outside: dict[str, int]
    starting_wallet: Mapping[str, int]
    wallets: dict[str, dict[str, int]] = field(default_factory=dict)
    unopened: set[str] = field(default_factory=set)
    unsaved: dict[str, Flow] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: StoredMarket, starting_wallet: Mapping[str, int]) -> "MarketState":
        """Return the market as the ledger has it."""
        return cls(dict(stored.pools), dict(stored.outside), starting_wallet)

    def missing_wallets(self, accounts: Sequence[str]) -> list[str]:
        """Return the accounts that are not loaded, making room for them when there are too many."""
        if len(self.wallets) > _ACCOUNTS_MAX:
            self.wallets.clear()
            self.unopened.clear()
        return sorted({account for account in accounts if account not in self.wallets})

    def add_wallets(self, accounts: Sequence[str], found: Mapping[str, dict[str, int]]) -> None:
        """Load accounts; those the ledger has never seen own the starting balances."""
        for account in accounts:
            if account in found:
                self.wallets[account] = found[account]
            else:
                self.wallets[account] = dict(self.starting_wallet)
                self.unopened.add(account)


@dataclass(slots=True)
class Page:
    """One transaction in the making: a draft of the state, and what the ledger will write of it."""

    state: MarketState
    draft: Draft
    entry: Entry
    outside: dict[str, int] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)

    @classmethod
    def on(cls, state: MarketState, *, slot: int, last_number: int) -> "Page":
        """Return an empty page on top of the state."""
        return cls(state, Draft(state.pools, state.wallets), Entry(slot, last_number))

    def outside_funds(self, mint: str) -> int:
        """Return the outside's base units of a mint, as this page has them."""
        return self.outside.get(mint, self.state.outside.get(mint, 0))

    def add_outside_trade(self, after: Pool, fill: Fill) -> None:
        """Record an outside trade. The ledger gets it when it gets the pool."""
        self.draft.pools[fill.pool_id] = after
        self.outside[fill.mint_in] = self.outside_funds(fill.mint_in) - fill.amount_in
        self.outside[fill.mint_out] = self.outside_funds(fill.mint_out) + fill.amount_out
        in_0, in_1, out_0, out_1 = self.flows.get(fill.pool_id, _NO_FLOW)
        if fill.mint_in == after.info.mint_0:
            in_0, out_1 = in_0 + fill.amount_in, out_1 + fill.amount_out
        else:
            in_1, out_0 = in_1 + fill.amount_in, out_0 + fill.amount_out
        self.flows[fill.pool_id] = (in_0, in_1, out_0, out_1)

    def add_fills(self, swap_id: str, account_id: str, fills: Sequence[Fill]) -> None:
        """Write the fills of a landed swap."""
        self.open_account(account_id)
        holder = wallet(account_id)
        for fill in fills:
            pool = vault(fill.pool_id)
            self.saved.add(fill.pool_id)
            self.entry.transfers.append(Transfer(fill.mint_in, holder, pool, fill.amount_in, swap_id))
            if fill.amount_out:
                self.entry.transfers.append(Transfer(fill.mint_out, pool, holder, fill.amount_out, swap_id))

    def open_account(self, account_id: str) -> None:
        """Write the starting balances of an account the first time it changes."""
        if account_id not in self.state.unopened or account_id in self.opened:
            return
        self.opened.add(account_id)
        for mint, amount in self.state.starting_wallet.items():
            self.entry.wallets[account_id, mint] = amount
            if amount:
                self.mint(mint, wallet(account_id), amount)

    def mint(self, mint: str, holder: str, amount: int) -> None:
        """Record new tokens for a holder."""
        self.entry.transfers.append(Transfer(mint, MINT, holder, amount))
        self.entry.minted[mint] = self.entry.minted.get(mint, 0) + amount

    def close(self) -> Entry:
        """Return what to write: swaps with the pools they touched, each with all outside flow up to now."""
        for pool_id in sorted(self.saved):
            self.entry.pools.append(self.draft.pool(pool_id))
            self._write_flow(self.draft.pool(pool_id), self.flow_of(pool_id))
        self.entry.wallets.update(self.draft.wallets)
        return self.entry

    def flow_of(self, pool_id: str) -> Flow:
        """Return all outside flow of a pool that the ledger does not have."""
        old, new = self.state.unsaved.get(pool_id, _NO_FLOW), self.flows.get(pool_id, _NO_FLOW)
        return (old[0] + new[0], old[1] + new[1], old[2] + new[2], old[3] + new[3])

    def _write_flow(self, pool: Pool, flow: Flow) -> None:
        holder = vault(pool.info.pool_id)
        for mint, paid_in, paid_out in ((pool.info.mint_0, flow[0], flow[2]), (pool.info.mint_1, flow[1], flow[3])):
            if paid_in:
                self.entry.transfers.append(Transfer(mint, OUTSIDE, holder, paid_in))
            if paid_out:
                self.entry.transfers.append(Transfer(mint, holder, OUTSIDE, paid_out))
            if paid_in != paid_out:
                self.entry.outside[mint] = self.entry.outside.get(mint, 0) + paid_out - paid_in

    def publish(self) -> list[Pool]:
        """Make the draft the published state, and return the pools that changed. Call it after the commit."""
        state = self.state
        for pool_id in self.flows:
            state.unsaved[pool_id] = self.flow_of(pool_id)
        for pool_id in self.saved:
            state.unsaved.pop(pool_id, None)
        state.pools.update(self.draft.pools)
        state.outside.update(self.outside)
        for (account, mint), amount in self.entry.wallets.items():
            state.wallets[account][mint] = amount
            state.unopened.discard(account)
        return list(self.draft.pools.values())
