"""A pool of this market: its address and tokens, the program's state, and the tokens in its vaults."""

from dataclasses import dataclass

from market_service.chain.swaps import U64_MAX, Fill
from pools.errors import PoolError, PoolErrorReason
from pools.kinds import VENUE_OF, PoolKind, Venue
from pools.pool import PoolState


@dataclass(frozen=True, slots=True)
class PoolInfo:
    """The constants of a pool.

    `offset_bps` moves its price against its venue's. `fee_ppm` is its fee without the dynamic part, in millionths;
    `price_step_ppm` is the distance between two prices it can have, 0 for all kinds but DLMM.
    """

    pool_id: str
    name: str
    kind: PoolKind
    symbols: tuple[str, str]
    mint_0: str
    mint_1: str
    offset_bps: int = 0
    fee_ppm: int = 0
    price_step_ppm: int = 0

    @property
    def venue(self) -> Venue:
        """Venue that owns the pool."""
        return VENUE_OF[self.kind]


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as of the slot it last changed in. Vaults count every token paid in or out, fees included."""

    info: PoolInfo
    state: PoolState
    vault_0: int
    vault_1: int
    slot: int

    def other_mint(self, mint: str) -> str | None:
        """Return the pool's other mint; None when it does not trade this one."""
        if mint == self.info.mint_0:
            return self.info.mint_1
        return self.info.mint_0 if mint == self.info.mint_1 else None

    def liquidity(self) -> tuple[int, int]:
        """Return the base units that each vault may still pay out. A pool's state cannot promise more than that."""
        backing_0, backing_1 = self.state.backing()
        return min(backing_0, self.vault_0), min(backing_1, self.vault_1)

    def trade(self, mint_in: str, amount_in: int, *, now_ms: int, slot: int) -> tuple["Pool", Fill]:
        """Sell exactly `amount_in` and return the pool after it. Raises PoolError; then nothing has changed."""
        zero_for_one = mint_in == self.info.mint_0
        outcome = self.state.swap_exact_in(zero_for_one, amount_in, now_ms // 1000)
        done = outcome.fill
        paid, received = done.amount_in, done.amount_out
        if zero_for_one:
            vault_0, vault_1 = self.vault_0 + paid, self.vault_1 - received
        else:
            vault_0, vault_1 = self.vault_0 - received, self.vault_1 + paid
        if max(vault_0, vault_1) > U64_MAX:
            raise PoolError(PoolErrorReason.OVERFLOW_U64, "the vault does not fit 64 bits")
        assert min(vault_0, vault_1) >= 0, "a pool pays out no more than it holds"
        mint_out = self.info.mint_1 if zero_for_one else self.info.mint_0
        fee_mint = mint_in if done.fee_on_input else mint_out
        fill = Fill(self.info.pool_id, mint_in, mint_out, paid, received, done.fee, fee_mint)
        return Pool(self.info, outcome.state_after, vault_0, vault_1, slot), fill
