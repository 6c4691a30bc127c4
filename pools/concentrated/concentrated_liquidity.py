"""Raydium CLMM: liquidity in price ranges, crossed tick by tick.

Source: raydium-clmm, instructions/swap.rs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from pools.concentrated.tick_fee import DynamicFee, FeeMeter
from pools.concentrated.tick_prices import (
    SQRT_PRICE_MAX,
    SQRT_PRICE_MIN,
    TICK_MAX,
    TICK_MIN,
    amount_0,
    amount_1,
    sqrt_price_at_tick,
    tick_at_sqrt_price,
)
from pools.concentrated.tick_swap import FEE_SCALE, Course
from pools.concentrated.tick_table import TickTable
from pools.concentrated.tick_walk import Rates, Walk, Walker
from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX, U128_MAX, require_amount, require_u64
from pools.json_fields import invalid_state, read_int, read_list, read_object, require_range
from pools.kinds import PoolKind
from pools.pieces import CurvePiece, Piece
from pools.pool import Fill, JsonObject, JsonValue, SwapOutcome

FEE_ON_INPUT: Final = 0
FEE_ON_TOKEN_0: Final = 1
FEE_ON_TOKEN_1: Final = 2


@dataclass(frozen=True, slots=True)
class ClmmParameters:
    """The constants of one pool. All its states share one object. Rates are over 1,000,000."""

    tick_spacing: int
    trade_fee_rate: int
    protocol_fee_rate: int
    """The protocol's share of the fee."""
    fund_fee_rate: int
    """The fund's share of the fee."""
    fee_on: int = FEE_ON_INPUT
    open_time: int = 0

    def __post_init__(self) -> None:
        require_range("trade_fee_rate", self.trade_fee_rate, 0, FEE_SCALE - 1)
        require_range("protocol_fee_rate", self.protocol_fee_rate, 0, FEE_SCALE)
        require_range("fund_fee_rate", self.fund_fee_rate, 0, FEE_SCALE - self.protocol_fee_rate)
        require_range("fee_on", self.fee_on, FEE_ON_INPUT, FEE_ON_TOKEN_1)
        require_range("open_time", self.open_time, 0, U64_MAX)

    @property
    def rates(self) -> Rates:
        """The three rates together."""
        return Rates(self.trade_fee_rate, self.protocol_fee_rate, self.fund_fee_rate)

    def fee_on_input(self, zero_for_one: bool) -> bool:
        """True when a swap in that direction pays its fee in the token it sells."""
        return self.fee_on == FEE_ON_INPUT or zero_for_one == (self.fee_on == FEE_ON_TOKEN_0)


@dataclass(frozen=True, slots=True)
class ClmmState:
    """A CLMM pool. Exactly on tick t, `tick_current` is t or, when the price came from above, t - 1."""

    kind: ClassVar[PoolKind] = PoolKind.RAYDIUM_CLMM

    sqrt_price: int
    tick_current: int
    liquidity: int
    parameters: ClmmParameters
    ticks: TickTable
    dynamic_fee: DynamicFee | None = None

    def __post_init__(self) -> None:
        require_range("sqrt_price_x64", self.sqrt_price, SQRT_PRICE_MIN, SQRT_PRICE_MAX)
        require_range("tick_current", self.tick_current, TICK_MIN - 1, TICK_MAX)
        require_range("liquidity", self.liquidity, 0, U128_MAX)

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[ClmmState]":
        """Sell exactly `amount_in`.

        Raises ZERO_AMOUNT, ZERO_OUTPUT, INSUFFICIENT_LIQUIDITY when the ticks run out, OVERFLOW_U64, NOT_OPEN, and
        PRICE_LIMIT when the price is already at the end of the program's range.
        """
        walk = self._whole(zero_for_one, amount_in, now, exact_in=True)
        return SwapOutcome(self._fill(zero_for_one, walk, walk.consumed, walk.calculated), self.after(walk))

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> "SwapOutcome[ClmmState]":
        """Buy exactly `amount_out`; raises as `swap_exact_in`."""
        walk = self._whole(zero_for_one, amount_out, now, exact_in=False)
        return SwapOutcome(self._fill(zero_for_one, walk, walk.calculated, walk.consumed), self.after(walk))

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the output of an exact input, without the state after it."""
        return self._whole(zero_for_one, amount_in, now, exact_in=True).calculated

    def swap_to_limit(
        self, zero_for_one: bool, amount_in: int, now: int, sqrt_price_limit: int
    ) -> "SwapOutcome[ClmmState]":
        """Sell up to `amount_in`, as far as the square root of the price stays within the limit (Q64.64).

        Raises as `swap_exact_in`, and PRICE_LIMIT for a limit on the wrong side.
        """
        walk = _moved(self.walk(zero_for_one, amount_in, now, exact_in=True, sqrt_price_limit=sqrt_price_limit))
        return SwapOutcome(self._fill(zero_for_one, walk, walk.consumed, walk.calculated), self.after(walk))

    def mid_price(self) -> tuple[int, int]:
        """Return the price: the square of the stored square root."""
        return self.sqrt_price * self.sqrt_price, 1 << 128

    def fee_ppm(self, now: int) -> int:
        """Return the fee of the first step of a swap that sells token 0."""
        meter = self._meter(True, now)
        return meter.next_rate() if meter else self.parameters.trade_fee_rate

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield one curve for each stretch of constant liquidity and fee."""
        if now < self.parameters.open_time:
            return
        meter = self._meter(zero_for_one, now)
        on_input = self.parameters.fee_on_input(zero_for_one)
        fee_rate, price, liquidity = self.parameters.trade_fee_rate, self.sqrt_price, self.liquidity
        for position in self._positions(zero_for_one):
            target = self.ticks.sqrt_prices[position]
            while price != target:
                if meter:
                    fee_rate = meter.next_rate()
                stop = meter.bound(target, liquidity) if meter else target
                if liquidity and price != stop:
                    yield _piece(liquidity, price, stop, fee_rate, zero_for_one=zero_for_one, on_input=on_input)
                price = stop
                if meter:
                    if meter.skips:
                        meter.skip_to(self.ticks.ticks[position])
                    meter.advance()
            liquidity += -self.ticks.net[position] if zero_for_one else self.ticks.net[position]

    def backing(self) -> tuple[int, int]:
        """Return the tokens inside all ranges: token 0 above the price, token 1 below it, each range rounded up."""
        total_0 = total_1 = 0
        prices = self.ticks.sqrt_prices
        for low, high, liquidity in zip(prices, prices[1:], self.ticks.active, strict=False):
            inside = min(max(self.sqrt_price, low), high)
            total_0 += amount_0(liquidity, inside, high, up=True)
            total_1 += amount_1(liquidity, low, inside, up=True)
        return total_0, total_1

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state; prices and liquidity are decimal strings."""
        parameters = self.parameters
        return {
            "sqrt_price_x64": str(self.sqrt_price),
            "tick_current": self.tick_current,
            "liquidity": str(self.liquidity),
            "tick_spacing": parameters.tick_spacing,
            "trade_fee_rate": parameters.trade_fee_rate,
            "protocol_fee_rate": parameters.protocol_fee_rate,
            "fund_fee_rate": parameters.fund_fee_rate,
            "fee_on": parameters.fee_on,
            "open_time": parameters.open_time,
            "dynamic_fee": self.dynamic_fee.to_json() if self.dynamic_fee else None,
            "ticks": self.ticks.to_json(),
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the state; raises INVALID_STATE, also when price, tick and liquidity contradict each other."""
        parameters = ClmmParameters(
            tick_spacing=read_int(fields, "tick_spacing"),
            trade_fee_rate=read_int(fields, "trade_fee_rate"),
            protocol_fee_rate=read_int(fields, "protocol_fee_rate"),
            fund_fee_rate=read_int(fields, "fund_fee_rate"),
            fee_on=read_int(fields, "fee_on", FEE_ON_INPUT),
            open_time=read_int(fields, "open_time", 0),
        )
        block = fields.get("dynamic_fee")
        state = cls(
            read_int(fields, "sqrt_price_x64"),
            read_int(fields, "tick_current"),
            read_int(fields, "liquidity"),
            parameters,
            TickTable.from_json(read_list(fields, "ticks"), parameters.tick_spacing),
            None if block is None else DynamicFee.from_json(read_object(block, "dynamic_fee")),
        )
        _require_consistent(state)
        return state

    def walk(
        self, zero_for_one: bool, amount: int, now: int, *, exact_in: bool, sqrt_price_limit: int | None = None
    ) -> Walk:
        """Return a swap's sums and where it ends, before the program's check that both sides have moved.

        Without a limit the walk ends at the end of the program's price range. With or without a limit it may consume
        less than the amount.
        """
        if now < self.parameters.open_time:
            raise PoolError(PoolErrorReason.NOT_OPEN)
        require_amount(amount)
        walker = Walker(
            amount=amount,
            sqrt_price=self.sqrt_price,
            liquidity=self.liquidity,
            tick=self.tick_current,
            table=self.ticks,
            course=Course(zero_for_one, exact_in, self.parameters.fee_on_input(zero_for_one)),
            rates=self.parameters.rates,
            meter=self._meter(zero_for_one, now),
        )
        walk = walker.run(self._positions(zero_for_one), self._limit(zero_for_one, sqrt_price_limit))
        require_u64(walk.calculated, "the other side")
        return walk

    def after(self, walk: Walk) -> "ClmmState":
        """Return the state a swap leaves."""
        tick = tick_at_sqrt_price(walk.sqrt_price) if walk.tick is None else walk.tick
        return ClmmState(walk.sqrt_price, tick, walk.liquidity, self.parameters, self.ticks, walk.dynamic_fee)

    def _whole(self, zero_for_one: bool, amount: int, now: int, *, exact_in: bool) -> Walk:
        walk = self.walk(zero_for_one, amount, now, exact_in=exact_in)
        if walk.consumed != amount:
            raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY, "the price reached its end")
        return _moved(walk)

    def _fill(self, zero_for_one: bool, walk: Walk, amount_in: int, amount_out: int) -> Fill:
        leaving = walk.protocol_fee + walk.fund_fee
        on_input = self.parameters.fee_on_input(zero_for_one)
        return Fill(amount_in, amount_out, walk.fee, on_input, protocol_fee=leaving, lp_fee=walk.fee - leaving)

    def _limit(self, zero_for_one: bool, chosen: int | None) -> int:
        limit = chosen or (SQRT_PRICE_MIN + 1 if zero_for_one else SQRT_PRICE_MAX - 1)
        right_side = limit < self.sqrt_price if zero_for_one else limit > self.sqrt_price
        if not right_side or not SQRT_PRICE_MIN < limit < SQRT_PRICE_MAX:
            raise PoolError(PoolErrorReason.PRICE_LIMIT)
        return limit

    def _meter(self, zero_for_one: bool, now: int) -> FeeMeter | None:
        if self.dynamic_fee is None:
            return None
        return FeeMeter(
            self.dynamic_fee,
            base_rate=self.parameters.trade_fee_rate,
            tick=self.tick_current,
            tick_spacing=self.parameters.tick_spacing,
            zero_for_one=zero_for_one,
            now=now,
        )

    def _positions(self, zero_for_one: bool) -> range:
        below = self.ticks.below(self.tick_current)
        return range(below, -1, -1) if zero_for_one else range(below + 1, len(self.ticks.ticks))


def _moved(walk: Walk) -> Walk:
    if not walk.consumed or not walk.calculated:
        raise PoolError(PoolErrorReason.ZERO_OUTPUT)
    return walk


def _require_consistent(state: ClmmState) -> None:
    if state.liquidity != state.ticks.active_at(state.tick_current):
        raise invalid_state("the liquidity is not what the ticks say")
    tick = tick_at_sqrt_price(state.sqrt_price)
    on_tick = state.sqrt_price == sqrt_price_at_tick(tick)
    if state.tick_current != tick and not (on_tick and state.tick_current == tick - 1):
        raise invalid_state("the current tick is not where the price is")


def _piece(liquidity: int, price: int, stop: int, fee_rate: int, *, zero_for_one: bool, on_input: bool) -> CurvePiece:
    keep = FEE_SCALE - fee_rate
    virtual_0, virtual_1 = (liquidity << 128) // price, liquidity * price
    if zero_for_one:
        capacity = amount_0(liquidity, stop, price, up=False)
    else:
        capacity = amount_1(liquidity, price, stop, up=False)
    return CurvePiece(
        virtual_in=virtual_0 if zero_for_one else virtual_1,
        virtual_out=virtual_1 if zero_for_one else virtual_0,
        keep_in=keep if on_input else FEE_SCALE,
        keep_out=FEE_SCALE if on_input else keep,
        fee_scale=FEE_SCALE,
        capacity_in=capacity * FEE_SCALE // keep if on_input else capacity,
    )
