"""Reading the ledger on connections apart from the writing one, so that reads never wait for a slot."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

import psycopg
from psycopg_pool import PoolTimeout

from market_service.chain.swaps import LedgerSwap
from market_service.ledger import ledger_rows as rows
from market_service.ledger.ledger import AWAY, SELECT_SWAPS_BY_ID, SELECT_WALLETS, LedgerAway
from servicekit.postgres import open_pool

_CONNECTIONS: Final = 2
_RECONNECT_SECONDS: Final = 2.0


class LedgerReader:
    """Reads what is committed. Every method raises LedgerAway when Postgres does not answer."""

    def __init__(self, database_url: str) -> None:
        """Remember where the ledger is; `open` begins to connect."""
        self._pool = open_pool(
            database_url,
            size=_CONNECTIONS,
            application_name="tradewind-market-reads",
            reconnect_seconds=_RECONNECT_SECONDS,
        )

    async def open(self) -> None:
        """Begin to connect; does not wait."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def find_swaps(self, swap_ids: Sequence[str]) -> dict[str, LedgerSwap]:
        """Return the final swaps among the ids."""
        return {row[0]: rows.swap_from_row(row) for row in await self._fetch(SELECT_SWAPS_BY_ID, (list(swap_ids),))}

    async def list_swaps(self, *, account_id: str, order_tag: str, after: int, limit: int) -> list[LedgerSwap]:
        """Return up to `limit` swaps whose number is above `after`, oldest first; an empty filter lets all pass."""
        found = await self._fetch(_LIST_SWAPS, (after, account_id, account_id, order_tag, order_tag, limit))
        return [rows.swap_from_row(row) for row in found]

    async def wallet(self, account_id: str) -> dict[str, int] | None:
        """Return an account's balances; None when the ledger has never seen it."""
        found = await self._fetch(SELECT_WALLETS, ([account_id],))
        return {mint: int(amount) for _, mint, amount in found} or None

    async def airdrop_exists(self, airdrop_id: str) -> bool:
        """Return True when the id has minted already."""
        return bool(await self._fetch("SELECT 1 FROM market.airdrops WHERE airdrop_id = %s", (airdrop_id,)))

    async def _fetch(self, query: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return await self._fetch_once(query, parameters)
        except psycopg.errors.QueryCanceled as error:
            # The query hit its time limit and would again, so do not retry.
            raise LedgerAway(str(error)) from error
        except (*AWAY, PoolTimeout):
            # The pool learns of a restarted Postgres from the first failure; the second try has a new connection.
            try:
                return await self._fetch_once(query, parameters)
            except (*AWAY, PoolTimeout) as error:
                raise LedgerAway(str(error)) from error

    async def _fetch_once(self, query: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchall()


_LIST_SWAPS: Final[LiteralString] = (
    "SELECT " + rows.SWAP_COLUMNS + " FROM market.swaps WHERE number > %s"
    " AND (%s = '' OR account_id = %s) AND (%s = '' OR order_tag = %s) ORDER BY number LIMIT %s"
)
