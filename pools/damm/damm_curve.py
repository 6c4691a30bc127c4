"""The two curves of Meteora DAMM v2: one price range of constant liquidity, and plain constant product.

Both return the amounts before any fee, in base units. Liquidity is scaled by 2^64.
Source: MeteoraAg/damm-v2, liquidity_handler/concentrated_liquidity.rs and compounding_liquidity.rs.
"""

from dataclasses import dataclass
from math import isqrt
from typing import NamedTuple

from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX, U128_MAX, ceil_div, require_u64
from pools.pieces import CurvePiece


class CurveMove(NamedTuple):
    """One swap on a curve, before any fee: amounts in base units, the price as a square root in Q64.64."""

    amount_in: int
    amount_out: int
    sqrt_price: int
    """Afterwards."""
    left: int = 0
    """Input that the range could not take."""


@dataclass(frozen=True, slots=True)
class RangeCurve:
    """Constant liquidity between two square-root prices, Q64.64."""

    sqrt_price: int
    low: int
    high: int
    liquidity: int

    def sell(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return the swap of an input, its output rounded down. Raises PRICE_RANGE beyond the end of the range."""
        after = self._require_inside(self._after_input(amount, zero_for_one))
        return CurveMove(amount, self._paid_out(after, zero_for_one), after)

    def sell_up_to(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return the swap of as much of an input as the range takes, its output rounded down."""
        end = self.low if zero_for_one else self.high
        most = self._paid_in(end, zero_for_one)
        if amount < most:
            after = self._after_input(amount, zero_for_one)
            return CurveMove(amount, self._paid_out(after, zero_for_one), after)
        return CurveMove(most, self._paid_out(end, zero_for_one), end, amount - most)

    def buy(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return the swap of an output, its input rounded up. Raises INSUFFICIENT_LIQUIDITY, and PRICE_RANGE."""
        after = self._require_inside(self._after_output(amount, zero_for_one))
        return CurveMove(require_u64(self._paid_in(after, zero_for_one), "the input"), amount, after)

    def piece(self, zero_for_one: bool, keep_in: int, keep_out: int, fee_scale: int) -> CurvePiece:
        """Return the whole range as a piece."""
        virtual_a, virtual_b = (self.liquidity << 64) // self.sqrt_price, self.liquidity * self.sqrt_price >> 64
        end = self.low if zero_for_one else self.high
        net = max(self._paid_in(end, zero_for_one) - 1, 0)  # rounded down
        return CurvePiece(
            virtual_in=virtual_a if zero_for_one else virtual_b,
            virtual_out=virtual_b if zero_for_one else virtual_a,
            keep_in=keep_in,
            keep_out=keep_out,
            fee_scale=fee_scale,
            capacity_in=min(net * fee_scale // keep_in, U64_MAX),
        )

    def backing(self) -> tuple[int, int]:
        """Return the tokens inside the range, rounded up."""
        return self._amount_a(self.sqrt_price, self.high, up=True), self._amount_b(self.low, self.sqrt_price, up=True)

    def _require_inside(self, sqrt_price: int) -> int:
        if not self.low <= sqrt_price <= self.high:
            raise PoolError(PoolErrorReason.PRICE_RANGE)
        return sqrt_price

    def _after_input(self, amount: int, zero_for_one: bool) -> int:
        """Return the price after an input: rounded so that it moves no further than was paid for."""
        if zero_for_one:
            return ceil_div(self.liquidity * self.sqrt_price, self.liquidity + amount * self.sqrt_price)
        after = self.sqrt_price + (amount << 128) // self.liquidity
        if after > U128_MAX:
            raise PoolError(PoolErrorReason.OVERFLOW_U64, "the price does not fit 128 bits")
        return after

    def _after_output(self, amount: int, zero_for_one: bool) -> int:
        """Return the price after an output: rounded so that the price moves at least as far as was asked."""
        if zero_for_one:
            after = self.sqrt_price - ceil_div(amount << 128, self.liquidity)
        else:
            divisor = self.liquidity - amount * self.sqrt_price
            after = ceil_div(self.liquidity * self.sqrt_price, divisor) if divisor > 0 else -1
        if after < 0:
            raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY)
        return after

    def _paid_in(self, after: int, zero_for_one: bool) -> int:
        if zero_for_one:
            return self._amount_a(after, self.sqrt_price, up=True)
        return self._amount_b(self.sqrt_price, after, up=True)

    def _paid_out(self, after: int, zero_for_one: bool) -> int:
        if zero_for_one:
            return require_u64(self._amount_b(after, self.sqrt_price, up=False), "the output")
        return require_u64(self._amount_a(self.sqrt_price, after, up=False), "the output")

    def _amount_a(self, low: int, high: int, *, up: bool) -> int:
        product = self.liquidity * (high - low)
        return ceil_div(product, low * high) if up else product // (low * high)

    def _amount_b(self, low: int, high: int, *, up: bool) -> int:
        product = self.liquidity * (high - low)
        return -(-product >> 128) if up else product >> 128


@dataclass(frozen=True, slots=True)
class ReserveCurve:
    """Constant product of two reserves. Its moves hold no price: that depends on the fee that stays in the pool."""

    token_a: int
    token_b: int

    def sell(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return the swap of an input, its output rounded down."""
        reserve_in, reserve_out = self._sides(zero_for_one)
        return CurveMove(amount, amount * reserve_out // (reserve_in + amount), sqrt_price=0)

    def sell_up_to(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return `sell`: this curve has no end, so it takes the whole input."""
        return self.sell(amount, zero_for_one)

    def buy(self, amount: int, zero_for_one: bool) -> CurveMove:
        """Return the swap of an output, its input rounded up. Raises INSUFFICIENT_LIQUIDITY and OVERFLOW_U64."""
        reserve_in, reserve_out = self._sides(zero_for_one)
        if amount >= reserve_out:
            raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY)
        amount_in = ceil_div(reserve_in * amount, reserve_out - amount)
        return CurveMove(require_u64(amount_in, "the input"), amount, sqrt_price=0)

    def piece(self, zero_for_one: bool, keep_in: int, keep_out: int, fee_scale: int) -> CurvePiece:
        """Return the whole curve as a piece."""
        reserve_in, reserve_out = self._sides(zero_for_one)
        return CurvePiece(reserve_in << 64, reserve_out << 64, keep_in, keep_out, fee_scale, U64_MAX - reserve_in)

    def backing(self) -> tuple[int, int]:
        """Return the reserves."""
        return self.token_a, self.token_b

    def sqrt_price(self) -> int:
        """Return the square root of the ratio of the reserves, Q64.64, rounded down."""
        return isqrt((self.token_b << 128) // self.token_a)

    def _sides(self, zero_for_one: bool) -> tuple[int, int]:
        return (self.token_a, self.token_b) if zero_for_one else (self.token_b, self.token_a)
