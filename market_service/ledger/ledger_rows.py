"""Rows of swaps, pools and transfers, and the SQL that writes them to the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import msgspec

from market_service.chain.pools import Pool
from market_service.chain.swaps import Failure, Fill, LedgerSwap, Swap, SwapLeg, SwapResult, SwapState

MINT: Final = "mint"
OUTSIDE: Final = "outside"


def wallet(account_id: str) -> str:
    """Return the holder's name of a wallet in the transfers."""
    return f"wallet:{account_id}"


def vault(pool_id: str) -> str:
    """Return the holder's name of a pool in the transfers."""
    return f"pool:{pool_id}"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Base units of a mint that go from one holder to another."""

    mint: str
    source: str
    destination: str
    amount: int
    swap_id: str | None = None


# Each statement takes one list a column, so that a batch of any size is one statement. The lists travel in binary as
# texts, and Postgres casts them: escaping each list into one text would cost more than the rest of a swap.
INSERT_SWAPS: Final[LiteralString] = """
INSERT INTO market.swaps
SELECT * FROM unnest(%b::text[]::uuid[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[]::numeric[],
    %b::text[]::numeric[], %b::text[]::json[], %b::text[], %b::text[], %b::text[], %b::int[], %b::bigint[], %b::text[],
    %b::text[], %b::text[], %b::bigint[], %b::bigint[], %b::text[]::numeric[], %b::text[]::json[], %b::text[])
"""
INSERT_TRANSFERS: Final[LiteralString] = """
INSERT INTO market.transfers (slot, swap_id, mint, source, destination, amount)
SELECT %s, * FROM unnest(%b::text[]::uuid[], %b::text[], %b::text[], %b::text[], %b::text[]::numeric[])
"""
UPSERT_WALLETS: Final[LiteralString] = """
INSERT INTO market.wallets AS w (account_id, mint, amount)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[]::numeric[])
ON CONFLICT (account_id, mint) DO UPDATE SET amount = excluded.amount
"""
UPDATE_POOLS: Final[LiteralString] = """
UPDATE market.pools AS p
SET state = r.state, slot = r.slot, liquidity_0 = r.liquidity_0, liquidity_1 = r.liquidity_1,
    fees_0 = r.fees_0, fees_1 = r.fees_1
FROM unnest(%b::text[], %b::text[]::json[], %b::bigint[], %b::text[]::numeric[], %b::text[]::numeric[],
    %b::text[]::numeric[], %b::text[]::numeric[]) AS r (pool_id, state, slot, liquidity_0, liquidity_1, fees_0, fees_1)
WHERE p.pool_id = r.pool_id
"""
UPDATE_TOKENS: Final[LiteralString] = """
UPDATE market.tokens AS t SET minted = t.minted + r.minted, outside = t.outside + r.outside
FROM unnest(%b::text[], %b::text[]::numeric[], %b::text[]::numeric[]) AS r (mint, minted, outside)
WHERE t.mint = r.mint
"""
UPDATE_CHAIN: Final[LiteralString] = "UPDATE market.chain SET last_slot = %s, last_number = %s"
INSERT_AIRDROP: Final[LiteralString] = "INSERT INTO market.airdrops VALUES (%s, %s, %s, %s, %s)"

SWAP_COLUMNS: Final[LiteralString] = """
swap_id::text, number, account_id, mint_in, mint_out, amount_in::text, min_amount_out::text, legs::text, order_tag,
submitter, scenario, attempt, received_ms, signature, state, failure, slot, ended_ms, amount_out::text, fills::text,
detail
"""

_encode: Final = msgspec.json.Encoder().encode
_decode_legs: Final = msgspec.json.Decoder(tuple[SwapLeg, ...]).decode
_decode_fills: Final = msgspec.json.Decoder(tuple[Fill, ...]).decode


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Return rows as one list a column."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def swap_row(entry: LedgerSwap) -> tuple[Any, ...]:
    """Return the row of a final swap, in the order of the table."""
    swap, result = entry.swap, entry.result
    return (
        swap.swap_id,
        entry.number,
        swap.account_id,
        swap.mint_in,
        swap.mint_out,
        str(swap.amount_in),
        str(swap.min_amount_out),
        _encode(swap.legs).decode(),
        swap.order_tag,
        swap.submitter,
        swap.scenario,
        swap.attempt,
        entry.received_ms,
        result.signature,
        result.state.value,
        result.failure.value if result.failure else "",
        result.slot,
        result.ended_ms,
        str(result.amount_out),
        _encode(result.fills).decode(),
        result.detail,
    )


def swap_from_row(row: Sequence[Any]) -> LedgerSwap:
    """Return the swap of a row of SWAP_COLUMNS."""
    swap = Swap(
        swap_id=row[0],
        account_id=row[2],
        mint_in=row[3],
        mint_out=row[4],
        amount_in=int(row[5]),
        min_amount_out=int(row[6]),
        legs=_decode_legs(row[7]),
        order_tag=row[8],
        submitter=row[9],
        scenario=row[10],
        attempt=row[11],
    )
    result = SwapResult(
        swap_id=row[0],
        state=SwapState(row[14]),
        signature=row[13],
        failure=Failure(row[15]) if row[15] else None,
        slot=row[16],
        amount_out=int(row[18]),
        fills=_decode_fills(row[19]),
        ended_ms=row[17],
        detail=row[20],
    )
    return LedgerSwap(swap, result, number=row[1], received_ms=row[12])


def transfer_row(transfer: Transfer) -> tuple[Any, ...]:
    """Return the row of a transfer, without its slot."""
    return (transfer.swap_id, transfer.mint, transfer.source, transfer.destination, str(transfer.amount))


def pool_row(pool: Pool) -> tuple[Any, ...]:
    """Return the changing columns of a pool: state, slot, and its vaults divided into liquidity and fees.

    Liquidity is what the pool may still pay out to traders; the rest is earned fees that have not left the vault.
    """
    liquidity_0, liquidity_1 = pool.liquidity()
    return (
        pool.info.pool_id,
        state_text(pool),
        pool.slot,
        str(liquidity_0),
        str(liquidity_1),
        str(pool.vault_0 - liquidity_0),
        str(pool.vault_1 - liquidity_1),
    )


def state_text(pool: Pool) -> str:
    """Return the pool's state as JSON text."""
    return _encode(pool.state.to_json()).decode()


def token_rows(minted: Mapping[str, int], outside: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Return by how much the minted and the outside amounts of each mint change."""
    return [(m, str(minted.get(m, 0)), str(outside.get(m, 0))) for m in sorted({*minted, *outside})]
