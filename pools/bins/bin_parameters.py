"""The fee of a Meteora DLMM pool: its constants, and the volatility that it stores of earlier price moves."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from pools.bins.bin_prices import BIN_ID_MAX
from pools.bins.bin_swap import FEE_RATE_MAX, base_fee_rate, variable_fee_rate
from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX
from pools.json_fields import read_int, require_range
from pools.pool import JsonObject, JsonValue

FEE_ON_INPUT: Final = 0
FEE_ON_Y: Final = 1
_BASIS_POINTS: Final = 10_000
_U32_MAX: Final = 2**32 - 1


@dataclass(frozen=True)
class BinParameters:
    """The constants of one pool. All its states share one object."""

    bin_step: int
    """Basis points between the prices of two neighbouring bins."""
    base_factor: int
    filter_period: int
    """Seconds within which swaps count as one move."""
    decay_period: int
    """Seconds after which earlier moves are forgotten."""
    reduction_factor: int
    """What is remembered between the two periods, in basis points."""
    variable_fee_control: int
    max_volatility_accumulator: int
    protocol_share: int
    """The protocol's part of the fee, in basis points."""
    base_fee_power_factor: int = 0
    collect_fee_mode: int = FEE_ON_INPUT
    open_time: int = 0

    def __post_init__(self) -> None:
        require_range("bin_step", self.bin_step, 1, _BASIS_POINTS)
        require_range("base_fee_power_factor", self.base_fee_power_factor, 0, 18)
        require_range("reduction_factor", self.reduction_factor, 0, _BASIS_POINTS)
        require_range("protocol_share", self.protocol_share, 0, _BASIS_POINTS)
        require_range("collect_fee_mode", self.collect_fee_mode, FEE_ON_INPUT, FEE_ON_Y)
        require_range("open_time", self.open_time, 0, U64_MAX)
        for name in ("base_factor", "filter_period", "decay_period", "variable_fee_control"):
            require_range(name, getattr(self, name), 0, _U32_MAX)
        require_range("max_volatility_accumulator", self.max_volatility_accumulator, 0, _U32_MAX)

    @cached_property
    def base_rate(self) -> int:
        """The constant part of the fee rate, over 1,000,000,000."""
        return base_fee_rate(self.base_factor, self.bin_step, self.base_fee_power_factor)

    def fee_rate(self, accumulator: int) -> int:
        """Return the fee rate at a volatility, over 1,000,000,000: at most 10 %."""
        if not self.variable_fee_control:
            return min(self.base_rate, FEE_RATE_MAX)
        return min(
            self.base_rate + variable_fee_rate(self.variable_fee_control, accumulator, self.bin_step), FEE_RATE_MAX
        )

    def fee_on_input(self, zero_for_one: bool) -> bool:
        """True unless the pool takes its fee in Y and Y is bought."""
        return self.collect_fee_mode == FEE_ON_INPUT or not zero_for_one

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields as numbers."""
        return {
            "bin_step": self.bin_step,
            "base_factor": self.base_factor,
            "base_fee_power_factor": self.base_fee_power_factor,
            "filter_period": self.filter_period,
            "decay_period": self.decay_period,
            "reduction_factor": self.reduction_factor,
            "variable_fee_control": self.variable_fee_control,
            "max_volatility_accumulator": self.max_volatility_accumulator,
            "protocol_share": self.protocol_share,
            "collect_fee_mode": self.collect_fee_mode,
            "open_time": self.open_time,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the constants; raises INVALID_STATE."""
        return cls(
            bin_step=read_int(fields, "bin_step"),
            base_factor=read_int(fields, "base_factor"),
            filter_period=read_int(fields, "filter_period"),
            decay_period=read_int(fields, "decay_period"),
            reduction_factor=read_int(fields, "reduction_factor"),
            variable_fee_control=read_int(fields, "variable_fee_control"),
            max_volatility_accumulator=read_int(fields, "max_volatility_accumulator"),
            protocol_share=read_int(fields, "protocol_share"),
            base_fee_power_factor=read_int(fields, "base_fee_power_factor", 0),
            collect_fee_mode=read_int(fields, "collect_fee_mode", FEE_ON_INPUT),
            open_time=read_int(fields, "open_time", 0),
        )


@dataclass(frozen=True, slots=True)
class Volatility:
    """The volatility that a pool stores from one swap to the next. Times are unix seconds."""

    accumulator: int = 0
    reference: int = 0
    index_reference: int = 0
    """Bin from which moves are counted."""
    last_update_timestamp: int = 0
    """Unix seconds of the last swap that moved the active bin."""

    def __post_init__(self) -> None:
        require_range("volatility_accumulator", self.accumulator, 0, _U32_MAX)
        require_range("volatility_reference", self.reference, 0, _U32_MAX)
        require_range("index_reference", self.index_reference, -BIN_ID_MAX, BIN_ID_MAX)
        require_range("last_update_timestamp", self.last_update_timestamp, 0, U64_MAX)

    def at_start(self, parameters: BinParameters, active_id: int, now: int) -> "Volatility":
        """Return the volatility that a swap starts with. The part that is kept after the filter period rounds down.

        Raises OVERFLOW_U64 when the product that gives the kept part does not fit 32 bits: the program aborts there.
        """
        elapsed = now - self.last_update_timestamp
        if elapsed < parameters.filter_period:
            return self
        if not self.can_start(parameters, now):
            raise PoolError(PoolErrorReason.OVERFLOW_U64, "the remembered volatility does not fit 32 bits")
        kept = self.accumulator * parameters.reduction_factor // _BASIS_POINTS
        reference = kept if elapsed < parameters.decay_period else 0
        return Volatility(self.accumulator, reference, active_id, self.last_update_timestamp)

    def can_start(self, parameters: BinParameters, now: int) -> bool:
        """Return whether the program can begin a swap now."""
        is_kept = parameters.filter_period <= now - self.last_update_timestamp < parameters.decay_period
        return not is_kept or self.accumulator * parameters.reduction_factor <= _U32_MAX

    def accumulator_at(self, parameters: BinParameters, bin_id: int) -> int:
        """Return the volatility in a bin: the stored reference, plus 10,000 for each bin away from its bin."""
        moved = self.reference + abs(self.index_reference - bin_id) * _BASIS_POINTS
        return min(moved, parameters.max_volatility_accumulator)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields as numbers."""
        return {
            "volatility_accumulator": self.accumulator,
            "volatility_reference": self.reference,
            "index_reference": self.index_reference,
            "last_update_timestamp": self.last_update_timestamp,
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the stored volatility; raises INVALID_STATE."""
        return cls(
            read_int(fields, "volatility_accumulator", 0),
            read_int(fields, "volatility_reference", 0),
            read_int(fields, "index_reference", read_int(fields, "active_id")),
            read_int(fields, "last_update_timestamp", 0),
        )
