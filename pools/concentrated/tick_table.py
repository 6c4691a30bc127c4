"""The initialized ticks of a Raydium CLMM pool, in order, with their prices."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple, Self

from pools.concentrated.tick_prices import TICK_MAX, TICK_MIN, sqrt_price_at_tick
from pools.integers import U128_MAX
from pools.json_fields import invalid_state, read_int, read_object, require_range
from pools.pool import JsonValue

_TICK_SPACING_MAX = 16_384


class TickTable(NamedTuple):
    """Where liquidity begins and ends. Swaps never change it, so all states of a pool share one."""

    ticks: tuple[int, ...]
    """Ascending."""
    sqrt_prices: tuple[int, ...]
    net: tuple[int, ...]
    """Liquidity that begins at the tick when the price rises; negative where more ends."""
    gross: tuple[int, ...]
    """Liquidity of all positions that begin or end at the tick."""
    active: tuple[int, ...]
    """Liquidity above the tick, up to the next one."""

    @classmethod
    def of(cls, entries: Sequence[tuple[int, int, int]], tick_spacing: int) -> Self:
        """Return the table of (tick, net, gross) entries; raises INVALID_STATE."""
        return cls(*_columns(tuple(entries), tick_spacing))

    @classmethod
    def from_json(cls, entries: Sequence[object], tick_spacing: int) -> Self:
        """Return the table; raises INVALID_STATE."""
        rows = [read_object(entry, "a tick") for entry in entries]
        triples = [(read_int(r, "tick"), read_int(r, "liquidity_net"), read_int(r, "liquidity_gross")) for r in rows]
        return cls.of(triples, tick_spacing)

    def to_json(self) -> list[JsonValue]:
        """Return the entries; liquidity is a decimal string."""
        return [
            {"tick": tick, "liquidity_net": str(net), "liquidity_gross": str(gross)}
            for tick, net, gross in zip(self.ticks, self.net, self.gross, strict=True)
        ]

    def below(self, tick: int) -> int:
        """Return the position of the greatest initialized tick at or below; -1 when there is none."""
        return bisect_right(self.ticks, tick) - 1

    def active_at(self, tick: int) -> int:
        """Return the liquidity between a tick and the next."""
        position = self.below(tick)
        return self.active[position] if position >= 0 else 0


@lru_cache(maxsize=1_024)
def _columns(
    entries: tuple[tuple[int, int, int], ...], tick_spacing: int
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    # A pool's ticks stay the same from slot to slot while its price moves: they are checked once.
    require_range("tick_spacing", tick_spacing, 1, _TICK_SPACING_MAX)
    ticks = tuple(tick for tick, _, _ in entries)
    if any(low >= high for low, high in pairwise(ticks)):
        raise invalid_state("ticks must ascend")
    for tick, net, gross in entries:
        require_range("tick", tick, TICK_MIN, TICK_MAX)
        require_range("liquidity_gross", gross, 1, U128_MAX)
        if tick % tick_spacing or abs(net) > gross:
            raise invalid_state(f"tick {tick} does not fit the spacing, or its net liquidity its gross liquidity")
    nets = tuple(net for _, net, _ in entries)
    active = tuple(accumulate(nets))
    if active and (min(active) < 0 or max(active) > U128_MAX or active[-1]):
        raise invalid_state("the ticks end more liquidity than they begin, or less")
    prices = tuple(sqrt_price_at_tick(tick) for tick in ticks)
    return ticks, prices, nets, tuple(gross for _, _, gross in entries), active
