"""Raydium CPMM: a constant product pool whose protocol, fund and creator fees leave the reserves with every swap.

Reserves are the vault balances less the fees that protocol, fund and creator have earned and not yet collected.
Source: raydium-cp-swap, curve/calculator.rs and curve/fees.rs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Self

from pools.errors import PoolError, PoolErrorReason
from pools.integers import Q64, U64_MAX, ceil_div, require_amount, require_u64
from pools.json_fields import read_bool, read_int, require_range
from pools.kinds import PoolKind
from pools.pieces import CurvePiece, Piece
from pools.pool import Fill, JsonObject, JsonValue, SwapOutcome

FEE_SCALE: Final = 1_000_000
CREATOR_FEE_ON_BOTH: Final = 0
CREATOR_FEE_ON_TOKEN_0: Final = 1
CREATOR_FEE_ON_TOKEN_1: Final = 2


class FeeRates(NamedTuple):
    """All over 1,000,000. `trade` and `creator` are shares of the volume, `protocol` and `fund` of the trade fee."""

    trade: int
    creator: int
    protocol: int
    fund: int


class Amounts(NamedTuple):
    """One swap in full. Which token `creator_fee` is in depends on the pool."""

    amount_in: int
    amount_out: int
    trade_fee: int
    protocol_fee: int
    fund_fee: int
    creator_fee: int
    curve_in: int
    """What the curve was paid, after all fees."""
    curve_out: int
    """What the curve paid out, before a creator fee on the output."""


def exact_in(amount_in: int, reserve_in: int, reserve_out: int, rates: FeeRates, creator_on_input: bool) -> Amounts:
    """Return the swap of an exact input.

    Fees round up and the output rounds down: both favour the pool, so k never shrinks. The creator's share of a common
    fee, and the protocol's and fund's shares of the trade fee, round down in favour of the liquidity providers.
    Raises ZERO_AMOUNT, OVERFLOW_U64, and DIV_BY_ZERO where the program divides by a zero fee. It accepts an output of
    zero, which `require_output` refuses.
    """
    require_amount(amount_in)
    trade, creator = _fees_on_input(amount_in, rates, creator_on_input)
    net_in = amount_in - trade - creator
    gross_out = net_in * reserve_out // (reserve_in + net_in)
    if not creator_on_input:
        creator = ceil_div(gross_out * rates.creator, FEE_SCALE)
    amount_out = gross_out if creator_on_input else gross_out - creator
    return _amounts(amount_in, amount_out, trade, creator, rates, curve_in=net_in, curve_out=gross_out)


def exact_out(amount_out: int, reserve_in: int, reserve_out: int, rates: FeeRates, creator_on_input: bool) -> Amounts:
    """Return the swap of an exact output.

    Every division rounds up against the trader, except the creator's share of a common fee, which rounds down.
    Raises as `exact_in`, and INSUFFICIENT_LIQUIDITY when the curve does not hold more than it must pay.
    """
    require_amount(amount_out)
    gross_out = amount_out
    if not creator_on_input and rates.creator:
        gross_out = ceil_div(amount_out * FEE_SCALE, FEE_SCALE - rates.creator)
    if gross_out >= reserve_out:
        raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY)
    net_in = ceil_div(reserve_in * gross_out, reserve_out - gross_out)
    rate = rates.trade + rates.creator if creator_on_input else rates.trade
    amount_in = require_u64(ceil_div(net_in * FEE_SCALE, FEE_SCALE - rate), "the input")
    trade, creator = amount_in - net_in, gross_out - amount_out
    if creator_on_input:
        creator = _creator_part(trade, rates)
        trade -= creator
    return _amounts(amount_in, amount_out, trade, creator, rates, curve_in=net_in, curve_out=gross_out)


def require_output(swap: Amounts) -> Amounts:
    """Return the swap; raises ZERO_OUTPUT when it brings nothing, as the program does."""
    if not swap.amount_out:
        raise PoolError(PoolErrorReason.ZERO_OUTPUT)
    return swap


def _fees_on_input(amount_in: int, rates: FeeRates, creator_on_input: bool) -> tuple[int, int]:
    if not creator_on_input:
        return ceil_div(amount_in * rates.trade, FEE_SCALE), 0
    total = ceil_div(amount_in * (rates.trade + rates.creator), FEE_SCALE)
    creator = _creator_part(total, rates)
    return total - creator, creator


def _creator_part(total: int, rates: FeeRates) -> int:
    rate = rates.trade + rates.creator
    if rate == 0:
        raise PoolError(PoolErrorReason.DIV_BY_ZERO, "the program cannot split a fee of rate zero")
    return total * rates.creator // rate


def _amounts(
    amount_in: int, amount_out: int, trade: int, creator: int, rates: FeeRates, *, curve_in: int, curve_out: int
) -> Amounts:
    protocol = trade * rates.protocol // FEE_SCALE
    fund = trade * rates.fund // FEE_SCALE
    return Amounts(amount_in, amount_out, trade, protocol, fund, creator, curve_in, curve_out)


@dataclass(frozen=True, slots=True)
class CpmmState:
    """A CPMM pool: reserves of the curve and rates over 1,000,000."""

    kind: ClassVar[PoolKind] = PoolKind.RAYDIUM_CPMM

    reserve_0: int
    reserve_1: int
    trade_fee_rate: int
    protocol_fee_rate: int
    fund_fee_rate: int
    creator_fee_rate: int = 0
    creator_fee_on: int = CREATOR_FEE_ON_BOTH
    open_time: int = 0

    def __post_init__(self) -> None:
        require_range("reserve_0", self.reserve_0, 1, U64_MAX)
        require_range("reserve_1", self.reserve_1, 1, U64_MAX)
        for name in ("trade_fee_rate", "creator_fee_rate", "protocol_fee_rate", "fund_fee_rate"):
            require_range(name, getattr(self, name), 0, FEE_SCALE)
        require_range("trade_fee_rate + creator_fee_rate", self.trade_fee_rate + self.creator_fee_rate, 0, 999_999)
        require_range("protocol_fee_rate + fund_fee_rate", self.protocol_fee_rate + self.fund_fee_rate, 0, FEE_SCALE)
        require_range("creator_fee_on", self.creator_fee_on, CREATOR_FEE_ON_BOTH, CREATOR_FEE_ON_TOKEN_1)
        require_range("open_time", self.open_time, 0, U64_MAX)

    @property
    def rates(self) -> FeeRates:
        """The four rates together."""
        return FeeRates(self.trade_fee_rate, self.creator_fee_rate, self.protocol_fee_rate, self.fund_fee_rate)

    def creator_fee_on_input(self, zero_for_one: bool) -> bool:
        """True when the creator earns in the token that is sold."""
        if self.creator_fee_on == CREATOR_FEE_ON_BOTH:
            return True
        return zero_for_one == (self.creator_fee_on == CREATOR_FEE_ON_TOKEN_0)

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[CpmmState]":
        """Sell exactly `amount_in`; see `exact_in`."""
        self._require_open(now)
        on_input = self.creator_fee_on_input(zero_for_one)
        swap = require_output(exact_in(amount_in, *self._sides(zero_for_one), self.rates, on_input))
        return SwapOutcome(self._fill(swap, on_input), self.after(swap, zero_for_one))

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> "SwapOutcome[CpmmState]":
        """Buy exactly `amount_out`; see `exact_out`."""
        self._require_open(now)
        on_input = self.creator_fee_on_input(zero_for_one)
        swap = exact_out(amount_out, *self._sides(zero_for_one), self.rates, on_input)
        return SwapOutcome(self._fill(swap, on_input), self.after(swap, zero_for_one))

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the output of an exact input. Pools without a creator fee (nearly all) use a shorter formula."""
        rate = self.trade_fee_rate
        reserve_in = self.reserve_0 if zero_for_one else self.reserve_1
        reserve_out = self.reserve_1 if zero_for_one else self.reserve_0
        net_in = amount_in + (-amount_in * rate // FEE_SCALE)  # the fee rounds up, the output down
        if self.creator_fee_rate or not rate or now < self.open_time or not 0 < net_in <= amount_in <= U64_MAX:
            return self.swap_exact_in(zero_for_one, amount_in, now).fill.amount_out
        amount_out = net_in * reserve_out // (reserve_in + net_in)
        if not amount_out:
            raise PoolError(PoolErrorReason.ZERO_OUTPUT)
        if reserve_in + amount_in > U64_MAX:
            return self.swap_exact_in(zero_for_one, amount_in, now).fill.amount_out
        return amount_out

    def after(self, swap: Amounts, zero_for_one: bool) -> "CpmmState":
        """Return the state after a swap. The reserves do not include the fees of protocol, fund and creator."""
        leaving = swap.protocol_fee + swap.fund_fee
        if self.creator_fee_on_input(zero_for_one):
            leaving += swap.creator_fee
        reserve_in, reserve_out = self._sides(zero_for_one)
        reserve_in = require_u64(reserve_in + swap.amount_in - leaving, "the reserve")
        reserve_out -= swap.curve_out
        return CpmmState(
            reserve_in if zero_for_one else reserve_out,
            reserve_out if zero_for_one else reserve_in,
            self.trade_fee_rate,
            self.protocol_fee_rate,
            self.fund_fee_rate,
            self.creator_fee_rate,
            self.creator_fee_on,
            self.open_time,
        )

    def mid_price(self) -> tuple[int, int]:
        """Return the ratio of the reserves."""
        return self.reserve_1, self.reserve_0

    def fee_ppm(self, now: int) -> int:
        """Return trade and creator fee together."""
        return self.trade_fee_rate + self.creator_fee_rate

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield the one curve."""
        on_input = self.creator_fee_on_input(zero_for_one)
        if now < self.open_time or (on_input and not self.fee_ppm(now)):
            return
        reserve_in, reserve_out = self._sides(zero_for_one)
        keep_in = FEE_SCALE - self.trade_fee_rate - (self.creator_fee_rate if on_input else 0)
        keep_out = FEE_SCALE - (0 if on_input else self.creator_fee_rate)
        yield CurvePiece(
            reserve_in * Q64, reserve_out * Q64, keep_in, keep_out, FEE_SCALE, capacity_in=U64_MAX - reserve_in
        )

    def backing(self) -> tuple[int, int]:
        """Return the reserves."""
        return self.reserve_0, self.reserve_1

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state; amounts are decimal strings."""
        return {
            "reserve_0": str(self.reserve_0),
            "reserve_1": str(self.reserve_1),
            "trade_fee_rate": self.trade_fee_rate,
            "protocol_fee_rate": self.protocol_fee_rate,
            "fund_fee_rate": self.fund_fee_rate,
            "creator_fee_rate": self.creator_fee_rate,
            "creator_fee_on": self.creator_fee_on,
            "open_time": self.open_time,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the state; raises INVALID_STATE. `enable_creator_fee: false` means a creator rate of zero."""
        creator_fee = read_int(fields, "creator_fee_rate", 0) if read_bool(fields, "enable_creator_fee", True) else 0
        return cls(
            reserve_0=read_int(fields, "reserve_0"),
            reserve_1=read_int(fields, "reserve_1"),
            trade_fee_rate=read_int(fields, "trade_fee_rate"),
            protocol_fee_rate=read_int(fields, "protocol_fee_rate"),
            fund_fee_rate=read_int(fields, "fund_fee_rate"),
            creator_fee_rate=creator_fee,
            creator_fee_on=read_int(fields, "creator_fee_on", CREATOR_FEE_ON_BOTH),
            open_time=read_int(fields, "open_time", 0),
        )

    def _sides(self, zero_for_one: bool) -> tuple[int, int]:
        return (self.reserve_0, self.reserve_1) if zero_for_one else (self.reserve_1, self.reserve_0)

    def _require_open(self, now: int) -> None:
        if now < self.open_time:
            raise PoolError(PoolErrorReason.NOT_OPEN)

    def _fill(self, swap: Amounts, on_input: bool) -> Fill:
        creator_in = swap.creator_fee if on_input else 0
        leaving = swap.protocol_fee + swap.fund_fee + creator_in
        fee = swap.trade_fee + creator_in
        return Fill(
            amount_in=swap.amount_in,
            amount_out=swap.amount_out,
            fee=fee,
            fee_on_input=True,
            protocol_fee=leaving,
            lp_fee=fee - leaving,
            fee_other_side=0 if on_input else swap.creator_fee,
        )
