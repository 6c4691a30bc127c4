"""The ledger in Postgres, and the right to write to it: one market at a time.

The connection that writes is the connection that holds the advisory lock. When it is lost the right to write is lost
with it, so no transaction of a market that has been replaced can ever commit.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import msgspec
import psycopg

from market_service.chain.execution import WalletKey
from market_service.chain.pools import Pool, PoolInfo
from market_service.chain.swaps import LedgerSwap
from market_service.genesis.definition import MarketDefinition
from market_service.ledger import ledger_rows as rows
from pools.kinds import PoolKind
from pools.pool_json import state_from_json
from servicekit.postgres import connect_async, make_ours

_LOCK: Final = 7_205_759_403_002
# After kill -9 the old market's session ends as soon as Postgres reads from its socket; when its machine or its way
# to Postgres is lost, as _SESSION_SETTINGS say: 11 s at most.
LOCK_WAIT_SECONDS: Final = 15.0
_LOCK_POLL_SECONDS: Final = 0.1
# A session whose market is gone without a word holds the right to write no longer than seconds. And what waits for
# somebody's lock ends; what is cut off is tried again, so this is far above the 6 s of the largest slot's swaps.
_SESSION_SETTINGS: Final[Sequence[LiteralString]] = (
    "SET tcp_user_timeout = 5000",
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET statement_timeout = 30000",
)
# More swaps than these go statement by statement: what is sent while Postgres is busy with the statement before fills
# the socket, and after tcp_user_timeout that is a lost connection.
_PIPELINED_MAX: Final = 1_000
# What a server says that is gone, going, full, or no longer the one that may be written to.
AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


class LedgerAway(Exception):
    """Postgres cannot be reached or ended the connection. Nothing is known about a commit that was under way."""


class LedgerTaken(Exception):
    """Another market writes to this ledger."""


class LedgerNotReady(Exception):
    """The ledger's tables are missing or older than this program."""


class AlreadyInLedger(Exception):
    """A swap or airdrop of the entry is in the ledger already. Nothing of the entry was written."""


@dataclass(slots=True)
class Entry:
    """What one transaction writes. Pools and wallets are absolute, minted and outside are changes."""

    slot: int
    last_number: int
    swaps: list[LedgerSwap] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    wallets: dict[WalletKey, int] = field(default_factory=dict)
    transfers: list[rows.Transfer] = field(default_factory=list)
    minted: dict[str, int] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    airdrop: tuple[str, str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class StoredMarket:
    """What the ledger holds when a market starts or comes back to it."""

    genesis_ms: int
    last_slot: int
    last_number: int
    pools: Mapping[str, Pool]
    outside: Mapping[str, int]


class Ledger:
    """The writer. Use it from one task at a time."""

    def __init__(self, database_url: str) -> None:
        """Remember where the ledger is; `open` connects."""
        self._url = database_url
        self._connection: psycopg.AsyncConnection[Any] | None = None

    @property
    def is_open(self) -> bool:
        """True while this process may write, as far as it knows."""
        return self._connection is not None and not self._connection.closed

    async def open(self) -> None:
        """Connect and take the right to write; waits up to 15 s for another market to be gone.

        Raises LedgerAway and LedgerTaken.
        """
        await self.close()
        try:
            connection = await connect_async(self._url, application_name="tradewind-market")
        except psycopg.OperationalError as error:
            raise LedgerAway(_first_line(error)) from error
        try:
            await _prepare(connection, self._url)
            await _take_lock(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection

    async def close(self) -> None:
        """Give the right to write back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def ping(self) -> None:
        """Raise LedgerAway when the connection, and with it the lock, is gone."""
        await self._run([("SELECT 1", ())])

    async def read_market(self, infos: Mapping[str, PoolInfo]) -> StoredMarket | None:
        """Return what is stored of the defined pools; None for an empty ledger. Raises LedgerAway, LedgerNotReady."""
        chain = await self._fetch("SELECT genesis_ms, last_slot, last_number FROM market.chain", ())
        if not chain:
            return None
        tokens = await self._fetch("SELECT mint, outside::text FROM market.tokens", ())
        pools = await self._fetch(_SELECT_POOLS, (list(infos),))
        genesis_ms, last_slot, last_number = chain[0]
        return StoredMarket(
            genesis_ms,
            last_slot,
            last_number,
            pools={row[0]: _pool_from_row(infos[row[0]], row) for row in pools},
            outside={mint: int(amount) for mint, amount in tokens},
        )

    async def add_genesis(
        self,
        definition: MarketDefinition,
        genesis: tuple[int, int] | None,
        pools: Sequence[Pool],
        entry: Entry,
    ) -> None:
        """Add tokens and pools that are new, with the mints that fund them; `genesis` starts an empty ledger."""
        token_columns = rows.columns(((t.mint, t.symbol, t.decimals) for t in definition.tokens), 3)
        statements: list[tuple[LiteralString, Sequence[Any]]] = []
        if genesis is not None:
            statements.append((_INSERT_CHAIN, genesis))
        statements.append((_INSERT_TOKENS, token_columns))
        infos = [(p.info.name, p.info.kind.value, p.info.mint_0, p.info.mint_1) for p in pools]
        if pools:
            pool_columns = rows.columns((rows.pool_row(p) for p in pools), 7)
            statements.append((_INSERT_POOLS, [*rows.columns(infos, 4), *pool_columns]))
        await self._run([*statements, *_entry_statements(entry)])

    async def commit(self, entry: Entry) -> None:
        """Write an entry in one transaction. Raises LedgerAway and AlreadyInLedger."""
        await self._run(_entry_statements(entry), pipelined=len(entry.swaps) <= _PIPELINED_MAX)

    async def read_wallets(self, accounts: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return the wallets of accounts; those the ledger has never seen are left out."""
        found: dict[str, dict[str, int]] = {}
        for account_id, mint, amount in await self._fetch(SELECT_WALLETS, (list(accounts),)):
            found.setdefault(account_id, {})[mint] = int(amount)
        return found

    async def find_swaps(self, swap_ids: Sequence[str]) -> dict[str, LedgerSwap]:
        """Return the final swaps among the ids, as this connection sees them."""
        found = await self._fetch(SELECT_SWAPS_BY_ID, (list(swap_ids),))
        return {row[0]: rows.swap_from_row(row) for row in found}

    async def _run(self, statements: Sequence[tuple[LiteralString, Sequence[Any]]], *, pipelined: bool = True) -> None:
        connection = self._open_connection()
        try:
            async with connection.pipeline() if pipelined else nullcontext(), connection.transaction():
                for query, parameters in statements:
                    await connection.execute(query, parameters)
        except psycopg.errors.UniqueViolation as error:
            raise AlreadyInLedger(_first_line(error)) from error
        except AWAY as error:
            # The commit may or may not have happened; only a new connection can find out.
            await self.close()
            raise LedgerAway(_first_line(error)) from error
        except asyncio.CancelledError:
            await self.close()
            raise

    async def _fetch(self, query: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        connection = self._open_connection()
        try:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
            raise LedgerNotReady("run `python -m market_service migrate` first") from error
        except AWAY as error:
            await self.close()
            raise LedgerAway(_first_line(error)) from error

    def _open_connection(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            raise LedgerAway("the ledger's connection is closed")
        return self._connection


async def _prepare(connection: psycopg.AsyncConnection[Any], url: str) -> None:
    try:
        await make_ours(connection, url, _SESSION_SETTINGS)
    except AWAY as error:
        raise LedgerAway(_first_line(error)) from error


async def _take_lock(connection: psycopg.AsyncConnection[Any]) -> None:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + LOCK_WAIT_SECONDS
    while True:
        try:
            row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))).fetchone()
        except psycopg.OperationalError as error:
            raise LedgerAway(_first_line(error)) from error
        if row and row[0]:
            return
        if loop.time() >= give_up_at:
            raise LedgerTaken("another market process writes to this database; stop it first, or use another database")
        await asyncio.sleep(_LOCK_POLL_SECONDS)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]


def _entry_statements(entry: Entry) -> list[tuple[LiteralString, Sequence[Any]]]:
    statements: list[tuple[LiteralString, Sequence[Any]]] = []
    if entry.swaps:
        statements.append((rows.INSERT_SWAPS, rows.columns(map(rows.swap_row, entry.swaps), 21)))
    if entry.airdrop is not None:
        statements.append((rows.INSERT_AIRDROP, (*entry.airdrop, entry.slot)))
    if entry.transfers:
        columns = rows.columns(map(rows.transfer_row, entry.transfers), 5)
        statements.append((rows.INSERT_TRANSFERS, (entry.slot, *columns)))
    if entry.wallets:
        wallets = ((account, mint, str(amount)) for (account, mint), amount in sorted(entry.wallets.items()))
        statements.append((rows.UPSERT_WALLETS, rows.columns(wallets, 3)))
    if entry.pools:
        statements.append((rows.UPDATE_POOLS, rows.columns(map(rows.pool_row, entry.pools), 7)))
    if changes := rows.token_rows(entry.minted, entry.outside):
        statements.append((rows.UPDATE_TOKENS, rows.columns(changes, 3)))
    statements.append((rows.UPDATE_CHAIN, (entry.slot, entry.last_number)))
    return statements


def _pool_from_row(info: PoolInfo, row: Sequence[Any]) -> Pool:
    state = state_from_json(PoolKind(row[1]), msgspec.json.decode(row[2]))
    return Pool(info, state, vault_0=int(row[4]), vault_1=int(row[5]), slot=row[3])


SELECT_SWAPS_BY_ID: Final[LiteralString] = (
    "SELECT " + rows.SWAP_COLUMNS + " FROM market.swaps WHERE swap_id = ANY (%s::uuid[])"
)
_SELECT_POOLS: Final[LiteralString] = """
SELECT pool_id, kind, state::text, slot, (liquidity_0 + fees_0)::text, (liquidity_1 + fees_1)::text
FROM market.pools WHERE pool_id = ANY (%s)
"""
SELECT_WALLETS: Final[LiteralString] = (
    "SELECT account_id, mint, amount::text FROM market.wallets WHERE account_id = ANY (%s)"
)
_INSERT_CHAIN: Final[LiteralString] = "INSERT INTO market.chain (genesis_ms, last_slot, last_number) VALUES (%s, %s, 0)"
_INSERT_TOKENS: Final[LiteralString] = """
INSERT INTO market.tokens (mint, symbol, decimals)
SELECT * FROM unnest(%s::text[], %s::text[], %s::smallint[]) ON CONFLICT (mint) DO NOTHING
"""
_INSERT_POOLS: Final[LiteralString] = """
INSERT INTO market.pools (name, kind, mint_0, mint_1, pool_id, state, slot, liquidity_0, liquidity_1, fees_0, fees_1)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::json[], %s::bigint[],
    %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
"""
