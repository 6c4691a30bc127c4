"""The fees of a Meteora DAMM v2 pool: a base fee that falls with time, and one that follows volatility.

Source: MeteoraAg/damm-v2, base_fee/fee_time_scheduler.rs and state/fee.rs.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple, Self

from pools.integers import Q64, U64_MAX, U128_MAX, ceil_div
from pools.json_fields import invalid_state, read_int, require_range
from pools.pool import JsonObject, JsonValue

FEE_SCALE: Final = 1_000_000_000
LINEAR: Final = 0
EXPONENTIAL: Final = 1
_BASIS_POINTS: Final = 10_000
_VOLATILITY_SCALE: Final = 100_000_000_000
_U16_MAX: Final = 2**16 - 1
_U32_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class BaseFee:
    """A fee that falls from a cliff in equal periods. A frequency of zero keeps it at the cliff."""

    mode: int
    """0: falls by `reduction_factor` each period. 1: by that many basis points of itself."""
    cliff_fee_numerator: int
    """Over 1,000,000,000."""
    number_of_period: int = 0
    period_frequency: int = 0
    """Seconds of one period."""
    reduction_factor: int = 0

    def __post_init__(self) -> None:
        require_range("mode", self.mode, LINEAR, EXPONENTIAL)
        require_range("cliff_fee_numerator", self.cliff_fee_numerator, 0, FEE_SCALE - 1)
        require_range("number_of_period", self.number_of_period, 0, _U16_MAX)
        require_range("period_frequency", self.period_frequency, 0, U64_MAX)
        require_range("reduction_factor", self.reduction_factor, 0, U64_MAX if self.mode == LINEAR else _BASIS_POINTS)
        if self.mode == LINEAR and self.period_frequency and self._fallen(self.number_of_period) < 0:
            raise invalid_state("the base fee falls below zero")

    def rate(self, now: int, activation_point: int) -> int:
        """Return the base fee, over 1,000,000,000. Before activation it counts as fully fallen, as in the program."""
        if not self.period_frequency:
            return self.cliff_fee_numerator
        periods = self.number_of_period
        if now >= activation_point:
            periods = min(periods, (now - activation_point) // self.period_frequency)
        return self._fallen(periods)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields as numbers."""
        return {
            "mode": self.mode,
            "cliff_fee_numerator": self.cliff_fee_numerator,
            "number_of_period": self.number_of_period,
            "period_frequency": self.period_frequency,
            "reduction_factor": self.reduction_factor,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the fee; raises INVALID_STATE, also for the modes that are not a time schedule."""
        return cls(
            read_int(fields, "mode", LINEAR),
            read_int(fields, "cliff_fee_numerator"),
            read_int(fields, "number_of_period", 0),
            read_int(fields, "period_frequency", 0),
            read_int(fields, "reduction_factor", 0),
        )

    def _fallen(self, periods: int) -> int:
        if self.mode == LINEAR:
            return self.cliff_fee_numerator - periods * self.reduction_factor
        # Rounds down: the fee is at most what the schedule says, in favour of the trader.
        return self.cliff_fee_numerator * decay_factor(self.reduction_factor, periods) >> 64


@lru_cache(maxsize=4_096)
def decay_factor(reduction_bps: int, periods: int) -> int:
    """Return (1 - reduction)^periods in Q64.64; every product rounds down, as in the program."""
    square = Q64 - reduction_bps * Q64 // _BASIS_POINTS
    power = Q64
    while periods:
        if periods & 1:
            power = power * square >> 64
        square = square * square >> 64
        periods >>= 1
    return power


@dataclass(frozen=True, slots=True)
class VolatilityFee:
    """The constants and the stored volatility of the fee. A swap pays for the price moves before it, not its own."""

    bin_step: int
    variable_fee_control: int
    volatility_accumulator: int
    sqrt_price_reference: int
    """Price from which moves are counted, Q64.64."""
    filter_period: int = 10
    """Seconds within which swaps count as one move."""
    decay_period: int = 120
    """Seconds after which earlier moves are forgotten."""
    reduction_factor: int = 5_000
    """What is remembered between the two periods, in basis points."""
    max_volatility_accumulator: int = 14_460_000
    volatility_reference: int = 0
    last_update_timestamp: int = 0

    def __post_init__(self) -> None:
        require_range("bin_step", self.bin_step, 1, _BASIS_POINTS)
        require_range("variable_fee_control", self.variable_fee_control, 0, _U32_MAX)
        require_range("volatility_accumulator", self.volatility_accumulator, 0, U128_MAX)
        require_range("volatility_reference", self.volatility_reference, 0, U128_MAX)
        require_range("max_volatility_accumulator", self.max_volatility_accumulator, 0, _U32_MAX)
        require_range("sqrt_price_reference", self.sqrt_price_reference, 1, U128_MAX)
        require_range("reduction_factor", self.reduction_factor, 0, _BASIS_POINTS)
        require_range("filter_period", self.filter_period, 0, _U16_MAX)
        require_range("decay_period", self.decay_period, 0, _U16_MAX)
        require_range("last_update_timestamp", self.last_update_timestamp, 0, U64_MAX)

    def rate(self) -> int:
        """Return the fee of the next swap, over 1,000,000,000, rounded up against the trader."""
        move = self.volatility_accumulator * self.bin_step
        return ceil_div(move * move * self.variable_fee_control, _VOLATILITY_SCALE)

    def after(self, price_before: int, price_after: int, now: int) -> "VolatilityFee":
        """Return the stored volatility after a swap between two square-root prices."""
        reference, kept = self.sqrt_price_reference, self.volatility_reference
        elapsed = now - self.last_update_timestamp
        if elapsed >= self.filter_period:
            reference = price_before
            # The part of the earlier volatility that is kept rounds down.
            kept = self.volatility_accumulator * self.reduction_factor // _BASIS_POINTS
            kept = kept if elapsed < self.decay_period else 0
        accumulator = kept + self._steps(price_after, reference) * _BASIS_POINTS
        return replace(
            self,
            volatility_accumulator=min(accumulator, self.max_volatility_accumulator),
            volatility_reference=kept,
            sqrt_price_reference=reference,
            last_update_timestamp=now if self._steps(price_before, price_after) else self.last_update_timestamp,
        )

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields; prices and volatilities are decimal strings."""
        return {
            "bin_step": self.bin_step,
            "variable_fee_control": self.variable_fee_control,
            "volatility_accumulator": str(self.volatility_accumulator),
            "sqrt_price_reference": str(self.sqrt_price_reference),
            "filter_period": self.filter_period,
            "decay_period": self.decay_period,
            "reduction_factor": self.reduction_factor,
            "max_volatility_accumulator": self.max_volatility_accumulator,
            "volatility_reference": str(self.volatility_reference),
            "last_update_timestamp": self.last_update_timestamp,
        }

    @classmethod
    def from_json(cls, fields: JsonObject, sqrt_price: int) -> Self:
        """Return the fee; raises INVALID_STATE. Constants left out are the program's defaults."""
        return cls(
            bin_step=read_int(fields, "bin_step", 1),
            variable_fee_control=read_int(fields, "variable_fee_control"),
            volatility_accumulator=read_int(fields, "volatility_accumulator", 0),
            sqrt_price_reference=read_int(fields, "sqrt_price_reference", sqrt_price),
            filter_period=read_int(fields, "filter_period", 10),
            decay_period=read_int(fields, "decay_period", 120),
            reduction_factor=read_int(fields, "reduction_factor", 5_000),
            max_volatility_accumulator=read_int(fields, "max_volatility_accumulator", 14_460_000),
            volatility_reference=read_int(fields, "volatility_reference", 0),
            last_update_timestamp=read_int(fields, "last_update_timestamp", 0),
        )

    def _steps(self, price: int, other: int) -> int:
        # A move of the square root counts twice: the price moves by its square. Both divisions round down.
        ratio = (max(price, other) << 64) // min(price, other) - Q64
        return 2 * (ratio // (self.bin_step * Q64 // _BASIS_POINTS))


class FeeShares(NamedTuple):
    """How a fee is shared between liquidity providers, protocol and referral."""

    protocol_fee_percent: int
    referral_fee_percent: int
    """Of the protocol's part."""
    compounding_fee_bps: int
    """Of the liquidity providers' part."""


class FeeParts(NamedTuple):
    """A fee, split: the four add up to it."""

    claiming: int
    """What liquidity providers can claim."""
    compounding: int
    """The part that stays in the pool's reserves."""
    protocol: int
    referral: int


def split_fee(fee: int, shares: FeeShares, *, has_referral: bool) -> FeeParts:
    """Return the parts of a fee. Each share rounds down, in favour of the liquidity providers' claims."""
    protocol = fee * shares.protocol_fee_percent // 100
    rest = fee - protocol
    compounding = rest * shares.compounding_fee_bps // _BASIS_POINTS
    referral = protocol * shares.referral_fee_percent // 100 if has_referral else 0
    return FeeParts(rest - compounding, compounding, protocol - referral, referral)
