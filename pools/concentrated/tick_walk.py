"""A whole Raydium CLMM swap: steps from tick to tick until the amount is used up.

Source: raydium-clmm, instructions/swap.rs.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pools.concentrated.tick_fee import DynamicFee, FeeMeter
from pools.concentrated.tick_prices import tick_at_sqrt_price
from pools.concentrated.tick_swap import FEE_SCALE, Course, take_step
from pools.concentrated.tick_table import TickTable
from pools.errors import PoolError, PoolErrorReason


class Rates(NamedTuple):
    """Fee rates over 1,000,000. `protocol` and `fund` are shares of the trade fee."""

    trade: int
    protocol: int
    fund: int


class Walk(NamedTuple):
    """A whole swap, summed over its steps, before the program's last checks."""

    consumed: int
    """Of the amount given: input of an exact input, output of an exact output."""
    calculated: int
    """The other side."""
    fee: int
    protocol_fee: int
    fund_fee: int
    sqrt_price: int
    tick: int | None
    """Tick after the swap; None when it follows from the price."""
    liquidity: int
    dynamic_fee: DynamicFee | None


class Walker:
    """A swap in progress. It starts at a price with an amount to sell or to buy, and ends as a `Walk`."""

    __slots__ = (
        "_amount",
        "_calculated",
        "_course",
        "_fee",
        "_fund_fee",
        "_liquidity",
        "_meter",
        "_price",
        "_protocol_fee",
        "_rates",
        "_remaining",
        "_table",
        "_tick",
    )

    def __init__(
        self,
        *,
        amount: int,
        sqrt_price: int,
        liquidity: int,
        tick: int,
        table: TickTable,
        course: Course,
        rates: Rates,
        meter: FeeMeter | None,
    ) -> None:
        self._amount = self._remaining = amount
        self._price, self._liquidity, self._table = sqrt_price, liquidity, table
        self._tick: int | None = tick
        self._course, self._rates, self._meter = course, rates, meter
        self._calculated = self._fee = self._protocol_fee = self._fund_fee = 0

    def run(self, positions: Iterable[int], limit: int) -> Walk:
        """Walk the ticks at these positions of the table, no further than the price limit.

        Raises INSUFFICIENT_LIQUIDITY when the positions run out, and OVERFLOW_U64.
        """
        for position in positions:
            if not self._remaining or self._price == limit:
                return self._walk()
            self._go_towards(position, limit)
        if self._remaining and self._price != limit:
            raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY, "the ticks run out")
        return self._walk()

    def _go_towards(self, position: int, limit: int) -> None:
        zero_for_one, meter = self._course.zero_for_one, self._meter
        tick_price = self._table.sqrt_prices[position]
        target = max(tick_price, limit) if zero_for_one else min(tick_price, limit)
        rate, stop = self._rates.trade, target
        while True:
            if meter is not None:
                rate = meter.next_rate()
                stop = meter.bound(target, self._liquidity)
            if self._price != stop:
                self._step(stop, rate)
            if self._price == tick_price:
                self._cross(position)
            if meter is not None:
                self._note_group(meter, position, tick_price)
            if not self._remaining or self._price == target:
                return

    def _step(self, stop: int, rate: int) -> None:
        course = self._course
        after, amount_in, amount_out, fee = take_step(
            self._price, stop, self._liquidity, self._remaining, fee_rate=rate, course=course
        )
        paid = amount_in + fee if course.fee_on_input else amount_in
        if course.exact_in:
            self._remaining -= paid
            self._calculated += amount_out
        else:
            self._remaining -= amount_out
            self._calculated += paid
        self._fee += fee
        # Both shares round down at each step, in favour of the liquidity providers.
        self._protocol_fee += fee * self._rates.protocol // FEE_SCALE
        self._fund_fee += fee * self._rates.fund // FEE_SCALE
        if after != self._price:
            self._price, self._tick = after, None

    def _cross(self, position: int) -> None:
        net = self._table.net[position]
        if self._course.zero_for_one:
            self._liquidity -= net
            self._tick = self._table.ticks[position] - 1
        else:
            self._liquidity += net
            self._tick = self._table.ticks[position]

    def _note_group(self, meter: FeeMeter, position: int, tick_price: int) -> None:
        if meter.skips:
            at_tick = self._price == tick_price
            meter.skip_to(self._table.ticks[position] if at_tick else tick_at_sqrt_price(self._price))
        meter.advance()

    def _walk(self) -> Walk:
        return Walk(
            self._amount - self._remaining,
            self._calculated,
            self._fee,
            self._protocol_fee,
            self._fund_fee,
            self._price,
            self._tick,
            self._liquidity,
            self._meter.after() if self._meter else None,
        )
