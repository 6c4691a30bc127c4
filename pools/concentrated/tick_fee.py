"""The dynamic fee of a Raydium CLMM pool. It grows with earlier price moves, counted in groups of one tick spacing.

Source: raydium-clmm, instructions/swap.rs and states/dynamic_fee.rs.
"""

from dataclasses import dataclass
from typing import Final, Self

from pools.concentrated.tick_prices import TICK_MAX, TICK_MIN, sqrt_price_at_tick
from pools.integers import U64_MAX, ceil_div
from pools.json_fields import read_int, require_range
from pools.pool import JsonObject, JsonValue

FEE_RATE_MAX: Final = 100_000
_BASIS_POINTS: Final = 10_000
_CONTROL_SCALE: Final = 10_000_000_000_000
_U32_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class DynamicFee:
    """The constants and the stored volatility of the dynamic fee."""

    filter_period: int
    """Seconds within which swaps count as one move."""
    decay_period: int
    """Seconds after which earlier moves are forgotten."""
    reduction_factor: int
    """What is remembered between the two periods, in 1/10,000."""
    dynamic_fee_control: int
    """How strongly a move raises the fee, over 100,000."""
    max_volatility_accumulator: int
    tick_spacing_index_reference: int
    """Group of ticks from which moves are counted."""
    volatility_reference: int
    volatility_accumulator: int
    last_update_timestamp: int
    """Unix seconds."""

    def __post_init__(self) -> None:
        require_range("reduction_factor", self.reduction_factor, 0, _BASIS_POINTS)
        require_range("tick_spacing_index_reference", self.tick_spacing_index_reference, TICK_MIN, TICK_MAX)
        require_range("last_update_timestamp", self.last_update_timestamp, 0, U64_MAX)
        for name in (
            "filter_period",
            "decay_period",
            "dynamic_fee_control",
            "max_volatility_accumulator",
            "volatility_reference",
            "volatility_accumulator",
        ):
            require_range(name, getattr(self, name), 0, _U32_MAX)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields as numbers."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self | None:
        """Return the fee, or None when all fields are zero: a pool without a dynamic fee stores them so."""
        values = [read_int(fields, name) for name in _FIELDS]
        return cls(*values) if any(values) else None


_FIELDS: Final = tuple(DynamicFee.__dataclass_fields__)


class FeeMeter:
    """The dynamic fee while one swap runs: the rate of the next step, and how far that rate holds."""

    def __init__(self, fee: DynamicFee, *, base_rate: int, tick: int, tick_spacing: int, zero_for_one: bool, now: int):
        self._fee = fee
        self._base_rate = base_rate
        self._spacing = tick_spacing
        self._zero_for_one = zero_for_one
        self._group = tick // tick_spacing
        self._reference = fee.volatility_reference
        self._group_reference = fee.tick_spacing_index_reference
        self._updated_at = fee.last_update_timestamp
        self._accumulator = fee.volatility_accumulator
        self.skips = False
        """Whether the step under way may cross many groups, because its rate does not depend on them."""
        elapsed = now - self._updated_at
        if elapsed >= fee.filter_period:
            # The part of the earlier volatility that is kept rounds down.
            kept = fee.volatility_accumulator * fee.reduction_factor // _BASIS_POINTS
            self._reference = kept if elapsed < fee.decay_period else 0
            self._group_reference = self._group
            self._updated_at = now

    def next_rate(self) -> int:
        """Return the fee rate of the next step, over 1,000,000, rounded up against the trader: at most 10 %."""
        self._remember()
        move = self._accumulator * self._spacing
        dynamic = ceil_div(self._fee.dynamic_fee_control * move * move, _CONTROL_SCALE)
        return min(FEE_RATE_MAX, self._base_rate + dynamic)

    def bound(self, target: int, liquidity: int) -> int:
        """Return how far the next step may go: to the end of its group, or to the target when the rate is constant."""
        self.skips = liquidity == 0 or self._accumulator == self._fee.max_volatility_accumulator
        if self.skips:
            return target
        if self._zero_for_one:
            return max(target, self._price_of_group(self._group))
        return min(target, self._price_of_group(self._group + 1))

    def skip_to(self, tick: int) -> None:
        """Record the tick on which a step over many groups ended."""
        self._group = tick // self._spacing
        if not self._zero_for_one and tick % self._spacing == 0:
            self._group -= 1
        if self._accumulator != self._fee.max_volatility_accumulator:
            self._remember()

    def advance(self) -> None:
        """Go to the next group after a step."""
        self._group += -1 if self._zero_for_one else 1

    def after(self) -> DynamicFee:
        """Return the fee with the volatility that the swap leaves."""
        fee = self._fee
        return DynamicFee(
            fee.filter_period,
            fee.decay_period,
            fee.reduction_factor,
            fee.dynamic_fee_control,
            fee.max_volatility_accumulator,
            self._group_reference,
            self._reference,
            self._accumulator,
            self._updated_at,
        )

    def _remember(self) -> None:
        moved = self._reference + abs(self._group_reference - self._group) * _BASIS_POINTS
        self._accumulator = min(moved, self._fee.max_volatility_accumulator)

    def _price_of_group(self, group: int) -> int:
        return sqrt_price_at_tick(min(max(group * self._spacing, TICK_MIN), TICK_MAX))
