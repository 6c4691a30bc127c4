"""What an amount of a token is worth in US dollars, by the mid prices of pools. Exact fractions; values round up."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

USDC: Final = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
USDT: Final = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
SOL: Final = "So11111111111111111111111111111111111111112"
DOLLARS: Final = frozenset({USDC, USDT})
_MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class MidPrice:
    """The mid price of one pool: whole quote tokens for one whole base token."""

    mint_base: str
    mint_quote: str
    price: Fraction


def usd_price(mint: str, prices: Collection[MidPrice]) -> Fraction | None:
    """Return the dollars of one whole token, or None when no pool has a price for it.

    A dollar token is one dollar. Any other is worth the median of its pools with a dollar token; without such a pool,
    the median of its pools with SOL, times what SOL is worth. The median ignores a single pool whose price is far off.
    """
    if mint in DOLLARS:
        return Fraction(1)
    direct = _median(mint, DOLLARS, prices)
    if direct is not None or mint == SOL:
        return direct
    in_sol, sol = _median(mint, {SOL}, prices), _median(SOL, DOLLARS, prices)
    return None if in_sol is None or sol is None else in_sol * sol


def usd_micros(amount: int, decimals: int, price: Fraction) -> int:
    """Return the value of `amount` base units in millionths of a dollar, rounded up."""
    base_units: int = 10**decimals
    return math.ceil(price * amount * _MICROS / base_units)


def _median(mint: str, quotes: Collection[str], prices: Collection[MidPrice]) -> Fraction | None:
    found = sorted(_prices_in(mint, quotes, prices))
    if not found:
        return None
    return (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2


def _prices_in(mint: str, quotes: Collection[str], prices: Collection[MidPrice]) -> list[Fraction]:
    """Return the token's price in each pool with one of the quotes, whichever side the pool counts in."""
    straight = [p.price for p in prices if p.mint_base == mint and p.mint_quote in quotes]
    inverse = [1 / p.price for p in prices if p.mint_quote == mint and p.mint_base in quotes and p.price]
    return [price for price in (*straight, *inverse) if price > 0]
