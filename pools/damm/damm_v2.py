"""Meteora DAMM v2: one price range for all liquidity, or plain reserves that grow by a part of the fee.

Token 0 is A, token 1 is B. Schedules run on unix seconds.
Source: MeteoraAg/damm-v2, state/pool.rs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple, Self

from pools.concentrated.tick_prices import SQRT_PRICE_MAX, SQRT_PRICE_MIN
from pools.damm.damm_curve import CurveMove, RangeCurve, ReserveCurve
from pools.damm.damm_fees import FEE_SCALE, BaseFee, FeeParts, FeeShares, VolatilityFee, split_fee
from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX, U128_MAX, ceil_div, require_amount, require_u64
from pools.json_fields import read_int, read_object, require_range
from pools.kinds import PoolKind
from pools.pieces import Piece
from pools.pool import Fill, JsonObject, JsonValue, SwapOutcome

_FEE_RATE_MAX: Final = (500_000_000, 990_000_000)
"""By fee version."""


class CollectFeeMode(IntEnum):
    """The token that the fee is taken in."""

    OUTPUT = 0
    """Always the token that is bought."""
    ONLY_B = 1
    """Always token B."""
    COMPOUNDING = 2
    """Always token B; a part of it stays in the reserves, and the curve is constant product."""


class SwapMode(IntEnum):
    """Whether the amount of a swap is an exact input, an input that may be taken in part, or an exact output."""

    EXACT_IN = 0
    PARTIAL_FILL = 1
    """As EXACT_IN, but the trader keeps the input that the range cannot take."""
    EXACT_OUT = 2


@dataclass(frozen=True, slots=True)
class DammParameters:
    """The constants of one pool. All its states share one object."""

    sqrt_min_price: int
    sqrt_max_price: int
    collect_fee_mode: CollectFeeMode
    base_fee: BaseFee
    shares: FeeShares
    fee_version: int = 1
    activation_point: int = 0
    """Unix seconds from which every account can trade."""

    def __post_init__(self) -> None:
        require_range("fee_version", self.fee_version, 0, len(_FEE_RATE_MAX) - 1)
        require_range("activation_point", self.activation_point, 0, U64_MAX)
        require_range("protocol_fee_percent", self.shares.protocol_fee_percent, 0, 100)
        require_range("referral_fee_percent", self.shares.referral_fee_percent, 0, 100)
        require_range("compounding_fee_bps", self.shares.compounding_fee_bps, 0, 10_000)
        compounding = self.collect_fee_mode is CollectFeeMode.COMPOUNDING
        low, high = (0, U128_MAX) if compounding else (SQRT_PRICE_MIN, SQRT_PRICE_MAX)
        require_range("sqrt_min_price", self.sqrt_min_price, low, high)
        require_range("sqrt_max_price", self.sqrt_max_price, self.sqrt_min_price, high)

    def fee_on_input(self, zero_for_one: bool) -> bool:
        """True when a swap in that direction pays its fee in the token it sells."""
        return self.collect_fee_mode is not CollectFeeMode.OUTPUT and not zero_for_one


class Move(NamedTuple):
    """A whole swap, amounts in base units."""

    amount_in: int
    """Paid by the trader, fee included."""
    net_in: int
    """Paid to the curve."""
    amount_out: int
    """Received by the trader."""
    left: int
    """Input that a partial fill did not take."""
    gross_out: int
    """What the curve paid out."""
    fee: FeeParts
    sqrt_price: int
    """Afterwards; meaningless for a compounding pool."""


@dataclass(frozen=True, slots=True)
class DammV2State:
    """A DAMM v2 pool. Only a compounding pool moves its token amounts; its range plays no part."""

    kind: ClassVar[PoolKind] = PoolKind.METEORA_DAMM_V2

    sqrt_price: int
    liquidity: int
    """Scaled by 2^64."""
    token_a_amount: int
    token_b_amount: int
    parameters: DammParameters
    volatility_fee: VolatilityFee | None = None

    def __post_init__(self) -> None:
        low, high = self.parameters.sqrt_min_price, self.parameters.sqrt_max_price
        lowest_amount = 1 if self._compounding else 0
        require_range("token_a_amount", self.token_a_amount, lowest_amount, U64_MAX)
        require_range("token_b_amount", self.token_b_amount, lowest_amount, U64_MAX)
        require_range("liquidity", self.liquidity, 0 if self._compounding else 1, U128_MAX)
        require_range("sqrt_price", self.sqrt_price, *((1, U128_MAX) if self._compounding else (low, high)))

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[DammV2State]":
        """Sell exactly `amount_in`. The program accepts an output of zero: only a least output protects the trader.

        Raises ZERO_AMOUNT, PRICE_RANGE, OVERFLOW_U64 and NOT_OPEN.
        """
        return self._swap(SwapMode.EXACT_IN, zero_for_one, amount_in, now)

    def swap_partially(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[DammV2State]":
        """Sell as much of `amount_in` as the range takes; the fill says how much. Raises as `swap_exact_in`."""
        return self._swap(SwapMode.PARTIAL_FILL, zero_for_one, amount_in, now)

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> "SwapOutcome[DammV2State]":
        """Buy exactly `amount_out`. Raises as `swap_exact_in`, and INSUFFICIENT_LIQUIDITY."""
        return self._swap(SwapMode.EXACT_OUT, zero_for_one, amount_out, now)

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the output of an exact input, without the state after it."""
        self._require_open(now)
        return self.move(SwapMode.EXACT_IN, zero_for_one, amount_in, now).amount_out

    def mid_price(self) -> tuple[int, int]:
        """Return the square of the square root of the price, or the ratio of a compounding pool's reserves."""
        if self._compounding:
            return self.token_b_amount, self.token_a_amount
        return self.sqrt_price * self.sqrt_price, 1 << 128

    def fee_ppm(self, now: int) -> int:
        """Return base and volatility fee together."""
        return ceil_div(self.fee_rate(now), 1_000)

    def fee_rate(self, now: int) -> int:
        """Return the fee rate of the next swap, over 1,000,000,000."""
        rate = self.parameters.base_fee.rate(now, self.parameters.activation_point)
        if self.volatility_fee is not None:
            rate += self.volatility_fee.rate()
        return min(rate, _FEE_RATE_MAX[self.parameters.fee_version])

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield the one curve."""
        if now < self.parameters.activation_point:
            return
        keep = FEE_SCALE - self.fee_rate(now)
        if self.parameters.fee_on_input(zero_for_one):
            yield self._curve().piece(zero_for_one, keep, FEE_SCALE, FEE_SCALE)
        else:
            yield self._curve().piece(zero_for_one, FEE_SCALE, keep, FEE_SCALE)

    def backing(self) -> tuple[int, int]:
        """Return the tokens inside the range, rounded up, or a compounding pool's reserves."""
        return self._curve().backing()

    def move(self, mode: SwapMode, zero_for_one: bool, amount: int, now: int, *, has_referral: bool = False) -> Move:
        """Return the amounts of a swap, whether or not the pool is open: some vaults may trade before activation."""
        require_amount(amount)
        rate = self.fee_rate(now)
        on_input = self.parameters.fee_on_input(zero_for_one)
        if mode is SwapMode.EXACT_OUT:
            move, fee, amount_in = self._buy(zero_for_one, amount, rate, on_input)
        else:
            move, fee, amount_in = self._sell(mode, zero_for_one, amount, rate, on_input)
        reserve_in = self.token_a_amount if zero_for_one else self.token_b_amount
        require_u64(reserve_in + move.amount_in, "the reserve")
        return Move(
            amount_in=require_u64(amount_in, "the input"),
            net_in=move.amount_in,
            amount_out=move.amount_out if on_input else move.amount_out - fee,
            left=move.left,
            gross_out=move.amount_out,
            fee=split_fee(fee, self.parameters.shares, has_referral=has_referral),
            sqrt_price=move.sqrt_price,
        )

    def after(self, move: Move, zero_for_one: bool, now: int) -> "DammV2State":
        """Return the state a swap leaves."""
        token_a, token_b, sqrt_price = self.token_a_amount, self.token_b_amount, move.sqrt_price
        if self._compounding:
            into_a, into_b = (move.net_in, -move.gross_out) if zero_for_one else (-move.gross_out, move.net_in)
            token_a = require_u64(token_a + into_a, "the reserve")
            token_b = require_u64(token_b + into_b + move.fee.compounding, "the reserve")
            sqrt_price = ReserveCurve(token_a, token_b).sqrt_price()
        volatility = self.volatility_fee and self.volatility_fee.after(self.sqrt_price, sqrt_price, now)
        return DammV2State(sqrt_price, self.liquidity, token_a, token_b, self.parameters, volatility)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state; prices, liquidity and amounts are decimal strings."""
        parameters = self.parameters
        return {
            "sqrt_price": str(self.sqrt_price),
            "sqrt_min_price": str(parameters.sqrt_min_price),
            "sqrt_max_price": str(parameters.sqrt_max_price),
            "liquidity": str(self.liquidity),
            "token_a_amount": str(self.token_a_amount),
            "token_b_amount": str(self.token_b_amount),
            "collect_fee_mode": int(parameters.collect_fee_mode),
            "fee_version": parameters.fee_version,
            "base_fee": parameters.base_fee.to_json(),
            "activation_point": parameters.activation_point,
            **parameters.shares._asdict(),
            "dynamic_fee": self.volatility_fee.to_json() if self.volatility_fee else None,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the state; raises INVALID_STATE."""
        mode = read_int(fields, "collect_fee_mode")
        require_range("collect_fee_mode", mode, CollectFeeMode.OUTPUT, CollectFeeMode.COMPOUNDING)
        parameters = DammParameters(
            sqrt_min_price=read_int(fields, "sqrt_min_price"),
            sqrt_max_price=read_int(fields, "sqrt_max_price"),
            collect_fee_mode=CollectFeeMode(mode),
            base_fee=BaseFee.from_json(read_object(fields.get("base_fee"), "base_fee")),
            shares=FeeShares(*(read_int(fields, name, 0) for name in FeeShares._fields)),
            fee_version=read_int(fields, "fee_version", 1),
            activation_point=read_int(fields, "activation_point", 0),
        )
        sqrt_price, block = read_int(fields, "sqrt_price"), fields.get("dynamic_fee")
        return cls(
            sqrt_price,
            read_int(fields, "liquidity"),
            read_int(fields, "token_a_amount", 0),
            read_int(fields, "token_b_amount", 0),
            parameters,
            None if block is None else VolatilityFee.from_json(read_object(block, "dynamic_fee"), sqrt_price),
        )

    @property
    def _compounding(self) -> bool:
        return self.parameters.collect_fee_mode is CollectFeeMode.COMPOUNDING

    def _curve(self) -> RangeCurve | ReserveCurve:
        if self._compounding:
            return ReserveCurve(self.token_a_amount, self.token_b_amount)
        parameters = self.parameters
        return RangeCurve(self.sqrt_price, parameters.sqrt_min_price, parameters.sqrt_max_price, self.liquidity)

    def _require_open(self, now: int) -> None:
        if now < self.parameters.activation_point:
            raise PoolError(PoolErrorReason.NOT_OPEN)

    def _swap(self, mode: SwapMode, zero_for_one: bool, amount: int, now: int) -> "SwapOutcome[DammV2State]":
        self._require_open(now)
        move = self.move(mode, zero_for_one, amount, now)
        if not move.amount_in:
            raise PoolError(PoolErrorReason.ZERO_AMOUNT, "the price is at the end of the range")
        protocol = move.fee.protocol + move.fee.referral
        fill = Fill(
            move.amount_in,
            move.amount_out,
            fee=sum(move.fee),
            fee_on_input=self.parameters.fee_on_input(zero_for_one),
            protocol_fee=protocol,
            lp_fee=sum(move.fee) - protocol,
        )
        return SwapOutcome(fill, self.after(move, zero_for_one, now))

    def _sell(
        self, mode: SwapMode, zero_for_one: bool, amount: int, rate: int, on_input: bool
    ) -> tuple[CurveMove, int, int]:
        """Return the curve's move, the fee, and what the trader pays. Fees round up against the trader."""
        curve = self._curve()
        fee = ceil_div(amount * rate, FEE_SCALE) if on_input else 0
        sell = curve.sell_up_to if mode is SwapMode.PARTIAL_FILL else curve.sell
        move = sell(amount - fee, zero_for_one)
        if not on_input:
            return move, ceil_div(move.amount_out * rate, FEE_SCALE), move.amount_in
        amount_in = ceil_div(move.amount_in * FEE_SCALE, FEE_SCALE - rate) if move.left else amount
        return move, amount_in - move.amount_in, amount_in

    def _buy(self, zero_for_one: bool, amount: int, rate: int, on_input: bool) -> tuple[CurveMove, int, int]:
        """Return the curve's move, the fee, and what the trader pays. All divisions round up against the trader."""
        if on_input:
            move = self._curve().buy(amount, zero_for_one)
            amount_in = ceil_div(move.amount_in * FEE_SCALE, FEE_SCALE - rate)
            return move, amount_in - move.amount_in, amount_in
        gross = ceil_div(amount * FEE_SCALE, FEE_SCALE - rate)
        move = self._curve().buy(gross, zero_for_one)
        require_u64(gross, "the output with its fee")
        return move, gross - amount, move.amount_in
