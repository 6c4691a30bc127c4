"""Routes over one and two hops: which pools to use, and how much input each takes.

A pool trades one pair, so a direct pool, a pool of a first hop and a pool of a second hop are never the same, and
each way through an intermediate token is one curve: first hop after second. Direct pools and ways then stand side by
side and are split like the pools of one pair. No pool is counted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple

from router_service.domain.curve_algebra import one_after_another, side_by_side
from router_service.domain.curves import Curve
from router_service.domain.splitting import PairPools, bits_of, divide

_COVER_FACTOR: Final = 2.0


class WayMask(NamedTuple):
    """The pools of one way through an intermediate token: masks of its two pairs."""

    way: int
    first: int
    second: int


class Choice(NamedTuple):
    """A choice of pools in a network."""

    direct: int
    ways: tuple[WayMask, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A way through an intermediate token."""

    mint: str
    first: PairPools
    second: PairPools


@dataclass(slots=True)
class Network:
    """All pools that may serve one pair, direct and through one intermediate token, and the tables orders share."""

    direct: PairPools
    ways: Sequence[Way]
    _way_tables: dict[WayMask, Curve] = field(default_factory=dict)
    _tables: dict[Choice, Curve] = field(default_factory=dict)

    def way_table(self, mask: WayMask, amount: float) -> Curve:
        """Return the curve of one way, known up to `amount` at least."""
        table = self._way_tables.get(mask)
        if table is None or not table.covers(amount):
            way, cover = self.ways[mask.way], amount * _COVER_FACTOR
            first = way.first.table(mask.first, cover)
            second = way.second.table(mask.second, first.ys[-1] if first.ys else 0.0)
            table = self._way_tables[mask] = one_after_another(first, second, cover)
        return table

    def table(self, choice: Choice, amount: float) -> Curve:
        """Return the curve of all chosen pools together, known up to `amount` at least."""
        if not choice.ways:
            return self.direct.table(choice.direct, amount)
        table = self._tables.get(choice)
        if table is None or not table.covers(amount):
            cover = amount * _COVER_FACTOR
            curves = [self.way_table(mask, cover) for mask in choice.ways]
            if choice.direct:
                curves.append(self.direct.table(choice.direct, cover))
            table = self._tables[choice] = side_by_side(curves, cover)
        return table


class WayShare(NamedTuple):
    """The input that one way takes, and the curve of that way."""

    mask: WayMask
    taken: float
    curve: Curve


@dataclass(frozen=True, slots=True)
class Solution:
    """The optimum over a choice, without costs for legs: the input of each part and the output of the whole."""

    choice: Choice
    amount: int
    u: float
    direct: Mapping[int, float]
    """Input of each used direct pool, by its bit."""
    ways: tuple[WayShare, ...]
    output: float
    legs: int


def solve(network: Network, choice: Choice, amount: int) -> Solution | None:
    """Return the optimum, in which pools that are not used are no longer chosen; None when they cannot fill it."""
    table = network.table(choice, amount)
    if table.capacity < amount:
        return None
    u = table.u_at(amount)
    way_curves = [network.way_table(mask, amount) for mask in choice.ways]
    direct_bits = bits_of(choice.direct)
    curves = [network.direct.sides[bit].curve for bit in direct_bits]
    shares = divide([*curves, *way_curves], u, amount)
    direct = {bit: share for bit, share in zip(direct_bits, shares, strict=False) if share >= 1.0}
    ways = tuple(
        WayShare(_used(network, mask, share), share, curve)
        for mask, share, curve in zip(choice.ways, shares[len(curves) :], way_curves, strict=True)
        if share >= 1.0
    )
    used = Choice(sum(1 << bit for bit in direct), tuple(way.mask for way in ways))
    legs = len(direct) + sum(way.mask.first.bit_count() + way.mask.second.bit_count() for way in ways)
    return Solution(used, amount, u, direct, ways, table.output_at(amount), legs)


def _used(network: Network, mask: WayMask, amount: float) -> WayMask:
    """Return the mask without the pools that take nothing of `amount`."""
    way = network.ways[mask.way]
    between = way.first.table(mask.first, amount).output_at(amount)
    return WayMask(mask.way, _used_bits(way.first, mask.first, amount), _used_bits(way.second, mask.second, between))


def _used_bits(pair_pools: PairPools, mask: int, amount: float) -> int:
    used = 0
    for bit, share in zip(bits_of(mask), pair_pools.shares(mask, amount), strict=True):
        if share >= 1.0:
            used |= 1 << bit
    return used or mask


def worthwhile(network: Network, allowed: Choice, amount: int) -> Choice:
    """Return the choice without the ways whose very first unit pays less than the direct pools' last one."""
    if not allowed.ways:
        return allowed
    table = network.direct.table(allowed.direct, amount) if allowed.direct else None
    limit = table.u_at(amount) if table is not None and table.us and table.capacity >= amount else inf
    ways = tuple(mask for mask in allowed.ways if _first_u(network, mask) < limit)
    return Choice(allowed.direct, ways)


def _first_u(network: Network, mask: WayMask) -> float:
    way = network.ways[mask.way]
    first = way.first.first_u(mask.first)
    return first * way.second.first_u(mask.second) if first < inf else inf
