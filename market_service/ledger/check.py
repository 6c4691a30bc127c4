"""`python -m market_service check`: adds up all money in SQL, from the ledger alone; reading rights are enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from servicekit.postgres import connect


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """The base units of one token, by holder. `difference` is the part without a holder: 0 in a sound ledger."""

    symbol: str
    minted: int
    wallets: int
    pools: int
    fees: int
    outside: int
    difference: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The sums of every token, and the contradictions between transfers and balances, one sentence each."""

    tokens: Sequence[TokenAccount]
    contradictions: Sequence[str]

    @property
    def is_sound(self) -> bool:
        """True when every difference is 0 and there is no contradiction."""
        return not self.contradictions and all(token.difference == 0 for token in self.tokens)


_TOKENS: Final[LiteralString] = """
WITH vaults AS (
    SELECT mint_0 AS mint, liquidity_0 AS liquidity, fees_0 AS fees FROM market.pools
    UNION ALL
    SELECT mint_1, liquidity_1, fees_1 FROM market.pools
), held AS (
    SELECT t.mint, t.symbol, t.minted, t.outside,
        COALESCE((SELECT sum(amount) FROM market.wallets w WHERE w.mint = t.mint), 0) AS wallets,
        COALESCE((SELECT sum(liquidity) FROM vaults v WHERE v.mint = t.mint), 0) AS pools,
        COALESCE((SELECT sum(fees) FROM vaults v WHERE v.mint = t.mint), 0) AS fees
    FROM market.tokens t
)
SELECT symbol, minted::text, wallets::text, pools::text, fees::text, outside::text,
    (minted - wallets - pools - fees - outside)::text
FROM held ORDER BY symbol
"""
# The balance of every holder by the transfers, and the balance that the ledger stores.
_TRANSFERS: Final[LiteralString] = """
WITH moved AS (
    SELECT destination AS holder, mint, amount FROM market.transfers
    UNION ALL
    SELECT source, mint, -amount FROM market.transfers
), by_transfers AS (
    SELECT holder, mint, sum(amount) AS amount FROM moved GROUP BY holder, mint
), by_balance AS (
    SELECT 'wallet:' || account_id AS holder, mint, amount FROM market.wallets
    UNION ALL SELECT 'pool:' || pool_id, mint_0, liquidity_0 + fees_0 FROM market.pools
    UNION ALL SELECT 'pool:' || pool_id, mint_1, liquidity_1 + fees_1 FROM market.pools
    UNION ALL SELECT 'outside', mint, outside FROM market.tokens
    UNION ALL SELECT 'mint', mint, -minted FROM market.tokens
)
SELECT format('%s of %s: transfers say %s, the ledger says %s', COALESCE(t.holder, b.holder),
    COALESCE(t.mint, b.mint), COALESCE(t.amount, 0), COALESCE(b.amount, 0))
FROM by_transfers t FULL JOIN by_balance b ON t.holder = b.holder AND t.mint = b.mint
WHERE COALESCE(t.amount, 0) <> COALESCE(b.amount, 0)
ORDER BY 1 LIMIT 20
"""
_SWAPS: Final[LiteralString] = """
SELECT format('swap %s is %s and has %s transfers of its own', s.swap_id, s.state, count(t.transfer_id))
FROM market.swaps s LEFT JOIN market.transfers t ON t.swap_id = s.swap_id
GROUP BY s.swap_id, s.state
HAVING (s.state = 'landed') <> (count(t.transfer_id) > 0)
ORDER BY 1 LIMIT 20
"""


def check_ledger(database_url: str) -> CheckReport:
    """Read the ledger in one snapshot and return its account. Raises psycopg.Error when it cannot be read."""
    with connect(database_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tokens = [TokenAccount(row[0], *map(int, row[1:])) for row in connection.execute(_TOKENS)]
        contradictions = [row[0] for query in (_TRANSFERS, _SWAPS) for row in connection.execute(query)]
    return CheckReport(tokens, contradictions)


def table_of(report: CheckReport) -> str:
    """Return the report as text for people."""
    head = ("token", "minted", "wallets", "pools", "fees", "outside", "difference")
    rows = [
        head,
        *(
            (t.symbol, *(f"{n:,}" for n in (t.minted, t.wallets, t.pools, t.fees, t.outside, t.difference)))
            for t in report.tokens
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    verdict = "sound: every base unit is accounted for" if report.is_sound else "BROKEN: the ledger does not add up"
    return "\n".join([*lines, *report.contradictions, verdict])
