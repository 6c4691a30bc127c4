"""The execution of a swap on copies of pools and wallets: all legs or none."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from market_service.chain.pools import Pool
from market_service.chain.swaps import U64_MAX, Failure, Fill, Swap
from pools.errors import PoolError
from pools.intermediate import LegInputs

WalletKey = tuple[str, str]


class SwapFailed(Exception):
    """The program refuses the swap. Nothing has changed."""

    def __init__(self, failure: Failure, detail: str) -> None:
        self.failure = failure
        self.detail = detail
        super().__init__(detail)


@dataclass(slots=True)
class Draft:
    """Changes on top of the published market. It is dropped when the commit fails."""

    base_pools: Mapping[str, Pool]
    base_wallets: Mapping[str, Mapping[str, int]]
    pools: MutableMapping[str, Pool] = field(default_factory=dict)
    wallets: MutableMapping[WalletKey, int] = field(default_factory=dict)

    def pool(self, pool_id: str) -> Pool:
        """Return a pool as it stands in this draft."""
        return self.pools.get(pool_id) or self.base_pools[pool_id]

    def balance(self, account_id: str, mint: str) -> int:
        """Return a balance as it stands in this draft; the account must have been loaded."""
        amount = self.wallets.get((account_id, mint))
        return self.base_wallets[account_id].get(mint, 0) if amount is None else amount


def execute(swap: Swap, draft: Draft, *, now_ms: int, slot: int) -> list[Fill]:
    """Execute a swap on the draft and return its fills, in order. Raises SwapFailed and leaves the draft alone."""
    funds = draft.balance(swap.account_id, swap.mint_in)
    if funds < swap.amount_in:
        raise SwapFailed(Failure.INSUFFICIENT_FUNDS, f"The wallet holds {funds}, the swap sells {swap.amount_in}.")
    pools, fills = _run_legs(swap, draft, now_ms=now_ms, slot=slot)
    received = sum(fill.amount_out for fill in fills if fill.mint_out == swap.mint_out)
    if received < swap.min_amount_out:
        raise SwapFailed(
            Failure.SLIPPAGE_EXCEEDED, f"It would have brought {received}, below the least accepted output."
        )
    after = draft.balance(swap.account_id, swap.mint_out) + received
    if after > U64_MAX:
        raise SwapFailed(Failure.INSUFFICIENT_LIQUIDITY, "The wallet cannot hold what the swap brings.")
    draft.pools.update(pools)
    draft.wallets[swap.account_id, swap.mint_in] = funds - swap.amount_in
    draft.wallets[swap.account_id, swap.mint_out] = after
    return fills


def _run_legs(swap: Swap, draft: Draft, *, now_ms: int, slot: int) -> tuple[dict[str, Pool], list[Fill]]:
    pools: dict[str, Pool] = {}
    fills: list[Fill] = []
    inputs = LegInputs(swap.mint_in, ((leg.mint_in, leg.amount_in) for leg in swap.legs))
    for leg in swap.legs:
        amount_in = inputs.next(leg.mint_in, leg.amount_in)
        pool = pools.get(leg.pool_id) or draft.pool(leg.pool_id)
        try:
            pools[leg.pool_id], fill = pool.trade(leg.mint_in, amount_in, now_ms=now_ms, slot=slot)
        except PoolError as error:
            raise SwapFailed(
                Failure.INSUFFICIENT_LIQUIDITY, f"Pool {leg.pool_id} cannot fill its leg: {error}."
            ) from error
        fills.append(fill)
        inputs.add(fill.mint_out, fill.amount_out)
    return pools, fills
