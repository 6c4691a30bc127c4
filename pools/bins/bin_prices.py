"""Meteora's bins: the price of a bin, and the tables of bins a pool state holds.

Source: MeteoraAg/dlmm-sdk, commons/src/math/price_math.rs and u64x64_math.rs.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from pools.integers import Q64, U128_MAX
from pools.json_fields import invalid_state

BIN_ID_MAX: Final = 443_636
_BASIS_POINTS: Final = 10_000
_EXPONENT_BITS: Final = 19
_BLOCK_BITS: Final = 5
BLOCK_SIZE: Final = 1 << _BLOCK_BITS
BLOCK_MASK: Final = BLOCK_SIZE - 1

Amounts = tuple[int, int]
"""Token X and token Y in one bin."""


@lru_cache(maxsize=65_536)
def bin_price(bin_step: int, bin_id: int) -> int:
    """Return (1 + bin_step/10,000)^bin_id, base units of Y for one of X, in Q64.64.

    Every product rounds down, as in the program. Raises INVALID_STATE where the price does not fit.
    """
    if not -BIN_ID_MAX <= bin_id <= BIN_ID_MAX:
        raise invalid_state(f"bin {bin_id} is out of range")
    if bin_id == 0:
        return Q64
    square = U128_MAX // (Q64 + bin_step * Q64 // _BASIS_POINTS)  # the inverse stays below one: nothing overflows
    price = Q64
    for bit in range(_EXPONENT_BITS):
        if abs(bin_id) >> bit & 1:
            price = price * square >> 64
        square = square * square >> 64
    if price == 0:
        raise invalid_state(f"bin {bin_id} has no price at step {bin_step}")
    return U128_MAX // price if bin_id > 0 else price


def input_needed(amount_out: int, price: int, zero_for_one: bool) -> int:
    """Return the least input, before fees, that buys the output: rounds up against the trader."""
    return -((-amount_out << 64) // price) if zero_for_one else -(-amount_out * price >> 64)


def output_for(amount_in: int, price: int, zero_for_one: bool) -> int:
    """Return the output an input buys at the price: rounds down against the trader."""
    return amount_in * price >> 64 if zero_for_one else (amount_in << 64) // price


class BinLadder(NamedTuple):
    """The bins of a pool, ascending. Swaps never change it, so all states of a pool share one."""

    ids: tuple[int, ...]
    prices: tuple[int, ...]


class BinAmounts(NamedTuple):
    """What the bins hold, in the order of the ladder. Kept in blocks: a swap copies only the blocks it touches."""

    blocks: tuple[tuple[Amounts, ...], ...]

    @classmethod
    def of(cls, amounts: Sequence[Amounts]) -> "BinAmounts":
        """Return the table of these amounts."""
        return cls(tuple(tuple(amounts[at : at + BLOCK_SIZE]) for at in range(0, len(amounts), BLOCK_SIZE)))

    def at(self, position: int) -> Amounts:
        """Return the amounts of the bin at a position of the ladder."""
        return self.blocks[position >> _BLOCK_BITS][position & BLOCK_MASK]

    def all(self) -> list[Amounts]:
        """Return the amounts of every bin."""
        return [amounts for block in self.blocks for amounts in block]

    def replaced(self, changes: Mapping[int, Amounts]) -> "BinAmounts":
        """Return the table with the amounts at some positions replaced."""
        blocks = list(self.blocks)
        opened: dict[int, list[Amounts]] = {}
        for position, amounts in changes.items():
            number = position >> _BLOCK_BITS
            if number not in opened:
                opened[number] = list(blocks[number])
            opened[number][position & BLOCK_MASK] = amounts
        for number, block in opened.items():
            blocks[number] = tuple(block)
        return BinAmounts(tuple(blocks))
