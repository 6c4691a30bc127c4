"""All pools of one slot, arranged for routing: by pair and direction, with the ways through intermediate tokens."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from math import inf
from typing import Final

from router_service.domain.paths import Choice, Network, Way, WayMask
from router_service.domain.splitting import PairPools
from router_service.domain.trading_pool import TradingPool

NATIVE_MINT: Final = "So11111111111111111111111111111111111111112"
"""Wrapped SOL, which network fees are paid in."""

Accepts = Callable[[TradingPool], bool]


class RoutingTable:
    """The pools of one slot. Each part is computed when a request first needs it, and then shared by all orders."""

    def __init__(self, pools: Iterable[TradingPool], now: int) -> None:
        """Take the pools as they stand at market time `now`, unix seconds."""
        self._now = now
        self._pools: defaultdict[str, defaultdict[str, list[TradingPool]]] = defaultdict(lambda: defaultdict(list))
        for pool in pools:
            self._pools[pool.mint_0][pool.mint_1].append(pool)
            self._pools[pool.mint_1][pool.mint_0].append(pool)
        self._pairs: dict[tuple[str, str], PairPools] = {}
        self._networks: dict[tuple[str, str], Network] = {}
        self._native_prices: dict[str, float] = {}

    def trades(self, mint: str) -> bool:
        """Return whether any pool trades the token."""
        return mint in self._pools

    def pair_pools(self, mint_in: str, mint_out: str) -> PairPools:
        """Return the pools of a pair in one direction; empty when there are none."""
        pair_pools = self._pairs.get((mint_in, mint_out))
        if pair_pools is None:
            pools = self._pools[mint_in][mint_out] if mint_in in self._pools else []
            pair_pools = PairPools(pool.side(mint_in, self._now) for pool in pools)
            self._pairs[mint_in, mint_out] = pair_pools
        return pair_pools

    def network(self, mint_in: str, mint_out: str) -> Network:
        """Return the pools that can serve a pair, direct or through one intermediate token."""
        network = self._networks.get((mint_in, mint_out))
        if network is None:
            network = Network(self.pair_pools(mint_in, mint_out), self._ways(mint_in, mint_out))
            self._networks[mint_in, mint_out] = network
        return network

    def native_price(self, mint: str) -> float:
        """Return base units of `mint` for one lamport, at the best price for a first unit; 0 when SOL cannot buy it."""
        price = self._native_prices.get(mint)
        if price is None:
            price = self._native_prices[mint] = self._native_price(mint)
        return price

    def _ways(self, mint_in: str, mint_out: str) -> tuple[Way, ...]:
        if mint_in not in self._pools or mint_out not in self._pools:
            return ()
        between = self._pools[mint_in].keys() & self._pools[mint_out].keys()
        ways = (Way(mint, self.pair_pools(mint_in, mint), self.pair_pools(mint, mint_out)) for mint in sorted(between))
        return tuple(way for way in ways if way.first.sides and way.second.sides)

    def _native_price(self, mint: str) -> float:
        if mint == NATIVE_MINT:
            return 1.0
        network = self.network(NATIVE_MINT, mint)
        choice = everything(network)
        direct = network.direct.first_u(choice.direct)
        ways = (_first_u(way) for way in network.ways)
        best = min((direct, *ways))
        return 0.0 if best == inf else 1.0 / (best * best)


def everything(network: Network) -> Choice:
    """Return the choice of all pools."""
    ways = tuple(WayMask(i, way.first.everything, way.second.everything) for i, way in enumerate(network.ways))
    return Choice(network.direct.everything, ways)


def accepted(network: Network, accepts: Accepts) -> Choice:
    """Return the choice of the pools that are accepted."""
    ways = (
        WayMask(i, _accepted(way.first, accepts), _accepted(way.second, accepts)) for i, way in enumerate(network.ways)
    )
    return Choice(_accepted(network.direct, accepts), tuple(mask for mask in ways if mask.first and mask.second))


def _accepted(pair_pools: PairPools, accepts: Accepts) -> int:
    return sum(1 << bit for bit, side in enumerate(pair_pools.sides) if accepts(side.pool))


def _first_u(way: Way) -> float:
    first = way.first.first_u(way.first.everything)
    return first * way.second.first_u(way.second.everything) if first < inf else inf
