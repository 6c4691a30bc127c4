"""Opens a market: reads its ledger, and adds the tokens and pools of the definition that the ledger lacks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from market_service.chain.clock import slot_at
from market_service.chain.pools import Pool, PoolInfo
from market_service.chain.swaps import U64_MAX
from market_service.genesis.definition import MarketDefinition
from market_service.genesis.genesis import new_pool
from market_service.ledger.ledger import Entry, Ledger, StoredMarket
from market_service.ledger.ledger_rows import MINT, OUTSIDE, Transfer, vault
from market_service.outside.reference_prices import ReferencePrices

# The outside's base units of every token: enough for all trades it can ever make here.
_OUTSIDE_SUPPLY: Final = U64_MAX


async def read_or_begin(
    ledger: Ledger,
    definition: MarketDefinition,
    infos: Mapping[str, PoolInfo],
    prices: ReferencePrices,
    *,
    now_ms: int,
) -> StoredMarket:
    """Return what the ledger holds of the defined market; tokens and pools that are new are minted and added.

    Pools the ledger knows keep their state, whatever the definition says now; pools that are no longer defined stay
    in the ledger and trade no more. Raises LedgerAway and LedgerNotReady.
    """
    stored = await ledger.read_market(infos)
    if stored is not None and len(stored.pools) == len(infos):
        return stored
    genesis_ms = stored.genesis_ms if stored else now_ms
    slot = max(stored.last_slot if stored else 0, slot_at(now_ms, genesis_ms))
    known = stored.pools if stored else {}
    pools = [new_pool(definition, info, prices, slot) for info in infos.values() if info.pool_id not in known]
    entry = Entry(slot, stored.last_number if stored else 0)
    for holder, mint, amount in _mints(definition, pools, stored.outside if stored else {}):
        entry.transfers.append(Transfer(mint, MINT, holder, amount))
        entry.minted[mint] = entry.minted.get(mint, 0) + amount
        if holder == OUTSIDE:
            entry.outside[mint] = amount
    await ledger.add_genesis(definition, None if stored else (genesis_ms, slot), pools, entry)
    begun = await ledger.read_market(infos)
    assert begun is not None
    return begun


def _mints(
    definition: MarketDefinition, pools: Sequence[Pool], outside: Mapping[str, int]
) -> Iterator[tuple[str, str, int]]:
    """Yield holder, mint and amount of what is minted for new tokens and pools."""
    for token in definition.tokens:
        if token.mint not in outside:
            yield OUTSIDE, token.mint, _OUTSIDE_SUPPLY
    for pool in pools:
        yield vault(pool.info.pool_id), pool.info.mint_0, pool.vault_0
        yield vault(pool.info.pool_id), pool.info.mint_1, pool.vault_1
