"""Raydium AMM v4: a constant product pool with a fixed fee of 25 bps that stays in the reserves.

Reserves are vault balances less the profit that is due to leave; current versions do not use the order book for them.
Source: raydium-amm, processor.rs (the swap paths of version 2) and math.rs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Self

from pools.errors import PoolError, PoolErrorReason
from pools.integers import Q64, U64_MAX, ceil_div, require_amount, require_u64
from pools.json_fields import read_int, require_range
from pools.kinds import PoolKind
from pools.pieces import CurvePiece, Piece
from pools.pool import Fill, JsonObject, JsonValue, SwapOutcome

FEE_NUMERATOR: Final = 25
FEE_DENOMINATOR: Final = 10_000
_FEE_PPM: Final = 2_500


class Amounts(NamedTuple):
    """One swap: what is paid, what is received, and the part of the payment that is fee."""

    amount_in: int
    amount_out: int
    fee: int


def exact_in(amount_in: int, reserve_in: int, reserve_out: int) -> Amounts:
    """Return the swap of an exact input: the fee rounds up, the output down, both in favour of the pool.

    Raises ZERO_AMOUNT, ZERO_OUTPUT and OVERFLOW_U64.
    """
    require_amount(amount_in)
    fee = ceil_div(amount_in * FEE_NUMERATOR, FEE_DENOMINATOR)
    net_in = amount_in - fee
    amount_out = net_in * reserve_out // (reserve_in + net_in)
    if amount_out == 0:
        raise PoolError(PoolErrorReason.ZERO_OUTPUT)
    return Amounts(amount_in, amount_out, fee)


def exact_out(amount_out: int, reserve_in: int, reserve_out: int) -> Amounts:
    """Return the swap of an exact output: both divisions round up against the trader.

    The vendor's SDK rounds both down and so asks too little; this follows the program. Raises ZERO_AMOUNT,
    INSUFFICIENT_LIQUIDITY and OVERFLOW_U64.
    """
    require_amount(amount_out)
    if amount_out >= reserve_out:
        raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY)
    net_in = ceil_div(reserve_in * amount_out, reserve_out - amount_out)
    amount_in = ceil_div(net_in * FEE_DENOMINATOR, FEE_DENOMINATOR - FEE_NUMERATOR)
    return Amounts(require_u64(amount_in, "the input"), amount_out, amount_in - net_in)


@dataclass(frozen=True, slots=True)
class AmmV4State:
    """An AMM v4 pool: base (token 0) and quote (token 1) reserves."""

    kind: ClassVar[PoolKind] = PoolKind.RAYDIUM_AMM_V4

    base_reserve: int
    quote_reserve: int
    open_time: int = 0

    def __post_init__(self) -> None:
        require_range("base_reserve", self.base_reserve, 1, U64_MAX)
        require_range("quote_reserve", self.quote_reserve, 1, U64_MAX)
        require_range("open_time", self.open_time, 0, U64_MAX)

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[AmmV4State]":
        """Sell exactly `amount_in`; see `exact_in`."""
        self._require_open(now)
        return self._settle(zero_for_one, exact_in(amount_in, *self._sides(zero_for_one)))

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> "SwapOutcome[AmmV4State]":
        """Buy exactly `amount_out`; see `exact_out`."""
        self._require_open(now)
        return self._settle(zero_for_one, exact_out(amount_out, *self._sides(zero_for_one)))

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the output of an exact input."""
        reserve_in, reserve_out = self._sides(zero_for_one)
        self._require_open(now)
        swap = exact_in(amount_in, reserve_in, reserve_out)
        require_u64(reserve_in + amount_in, "the reserve")
        return swap.amount_out

    def mid_price(self) -> tuple[int, int]:
        """Return the ratio of the reserves."""
        return self.quote_reserve, self.base_reserve

    def fee_ppm(self, now: int) -> int:
        """Return the fixed fee, in 1/1,000,000."""
        return _FEE_PPM

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield the one curve."""
        if now < self.open_time:
            return
        reserve_in, reserve_out = self._sides(zero_for_one)
        yield CurvePiece(
            reserve_in * Q64,
            reserve_out * Q64,
            keep_in=FEE_DENOMINATOR - FEE_NUMERATOR,
            keep_out=FEE_DENOMINATOR,
            fee_scale=FEE_DENOMINATOR,
            capacity_in=U64_MAX - reserve_in,
        )

    def backing(self) -> tuple[int, int]:
        """Return the reserves."""
        return self.base_reserve, self.quote_reserve

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state; amounts are decimal strings."""
        return {
            "base_reserve": str(self.base_reserve),
            "quote_reserve": str(self.quote_reserve),
            "open_time": self.open_time,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the state; raises INVALID_STATE."""
        return cls(
            read_int(fields, "base_reserve"), read_int(fields, "quote_reserve"), read_int(fields, "open_time", 0)
        )

    def _sides(self, zero_for_one: bool) -> tuple[int, int]:
        return (self.base_reserve, self.quote_reserve) if zero_for_one else (self.quote_reserve, self.base_reserve)

    def _require_open(self, now: int) -> None:
        if now < self.open_time:
            raise PoolError(PoolErrorReason.NOT_OPEN)

    def _settle(self, zero_for_one: bool, swap: Amounts) -> "SwapOutcome[AmmV4State]":
        reserve_in, reserve_out = self._sides(zero_for_one)
        reserve_in = require_u64(reserve_in + swap.amount_in, "the reserve")
        reserve_out -= swap.amount_out
        fill = Fill(swap.amount_in, swap.amount_out, swap.fee, fee_on_input=True, protocol_fee=0, lp_fee=swap.fee)
        base, quote = (reserve_in, reserve_out) if zero_for_one else (reserve_out, reserve_in)
        return SwapOutcome(fill, AmmV4State(base, quote, self.open_time))
