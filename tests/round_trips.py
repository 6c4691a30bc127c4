"""What it costs to trade there and back in a market's profile: real pools, real routes, the market's own flow.

    python -m tests.round_trips [--profile realistic] [--seed 1] [--trips 1000]

Prints how the result of a round trip is spread, in bps of what was sold, and which venues its routes used. Nothing
here runs in real time: slots follow each other as fast as they can be worked out.
"""

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from market_service.chain.clock import SLOT_MS
from market_service.chain.execution import Draft, SwapFailed, execute
from market_service.chain.pools import Pool
from market_service.chain.swaps import Swap, SwapLeg
from market_service.genesis.definition import read_definition
from market_service.genesis.genesis import new_pool, pool_infos
from market_service.outside.outside import OutsideFlow
from market_service.outside.price_bands import PriceBands
from market_service.outside.profiles import PROFILES
from market_service.outside.reference_prices import ReferencePrices
from market_service.settings import DEFAULT_MARKET_FILE
from router_service.domain.routes import Route, single_pool_route
from router_service.domain.routing_table import RoutingTable, everything
from router_service.domain.search import LegCost, best_route, split_route
from router_service.domain.trading_pool import PoolQuote, TradingPool

# A swap of the default profile lands 2 to 3 seconds after its quote: 6 slots.
LANDING_SLOTS: Final = 6
PAUSE_SLOTS: Final = 3
LEGS_MAX: Final = 8
ACCOUNT: Final = "trader"
_FUNDS: Final = 2**63
_BPS: Final = 10_000


@dataclass(slots=True)
class Results:
    """What round trips brought, in bps of the amount sold (negative: a loss), and the venues of their legs."""

    bps: list[float] = field(default_factory=list)
    venues: Counter[str] = field(default_factory=Counter)

    @property
    def won(self) -> int:
        """How many trips brought more than they sold."""
        return sum(result > 0 for result in self.bps)


class TradingDay:
    """The pools among some tokens of the built-in market, moved slot by slot, and one account that trades them."""

    def __init__(self, profile: str, seed: int, symbols: Sequence[str]) -> None:
        """Begin at slot 0 with every pool at its price."""
        self._market = read_definition(DEFAULT_MARKET_FILE)
        prices = ReferencePrices(self._market, PROFILES[profile], seed)
        self._flow = OutsideFlow(PriceBands(prices, PROFILES[profile], seed))
        infos = [info for info in pool_infos(self._market, seed).values() if set(info.symbols) <= set(symbols)]
        self.pools: dict[str, Pool] = {info.pool_id: new_pool(self._market, info, prices, 0) for info in infos}
        self.slot = 0

    @property
    def now_ms(self) -> int:
        """Market time of the slot, milliseconds."""
        return self.slot * SLOT_MS

    def mint(self, symbol: str) -> str:
        """Return the mint of a token."""
        return self._market.token(symbol).mint

    def advance(self, slots: int) -> None:
        """Let the rest of the world trade for some slots."""
        for _ in range(slots):
            self.slot += 1
            for pool_id, pool in self.pools.items():
                funds = {pool.info.mint_0: _FUNDS, pool.info.mint_1: _FUNDS}
                traded = self._flow.trade(pool, funds, slot=self.slot, now_ms=self.now_ms)
                if traded is not None:
                    self.pools[pool_id] = traded[0]

    def route(self, sold: str, bought: str, amount_in: int) -> Route:
        """Return the best route of the router's own search, over one pool or split."""
        now = self.now_ms // 1000
        table = RoutingTable([_seen_by_router(pool) for pool in self.pools.values()], now)
        network = table.network(self.mint(sold), self.mint(bought))
        cost = LegCost(0.0, LEGS_MAX)
        single = single_pool_route(max((side.quote(amount_in) for side in network.direct.sides), key=_output))
        split = split_route(network, everything(network), amount_in, cost, floor=single.amount_out)
        return best_route((single, split), cost) or single

    def execute(self, route: Route, *, least: int = 0) -> int:
        """Execute a route against the pools as they are now and return what it brought; 0 below `least`."""
        legs = [SwapLeg(leg.quote.side.pool.pool_id, leg.quote.side.mint_in, leg.quote.amount_in) for leg in route.legs]
        swap = Swap("trip", ACCOUNT, route.mint_in, route.mint_out, route.amount_in, least, legs)
        draft = Draft(self.pools, {ACCOUNT: {route.mint_in: _FUNDS, route.mint_out: 0}})
        try:
            execute(swap, draft, now_ms=self.now_ms, slot=self.slot)
        except SwapFailed:
            return 0
        self.pools.update(draft.pools)
        return draft.balance(ACCOUNT, route.mint_out)


def _output(quote: PoolQuote) -> int:
    return quote.amount_out


def _seen_by_router(pool: Pool) -> TradingPool:
    info = pool.info
    return TradingPool(
        pool_id=info.pool_id, venue=info.venue, mint_0=info.mint_0, mint_1=info.mint_1, state=pool.state, slot=pool.slot
    )


def trade_round_trips(day: TradingDay, trips: int, *, sold: str, bought: str, amount_in: int, landing: int) -> Results:
    """Sell and buy back `trips` times by the best route; each swap lands `landing` slots after its quote."""
    results = Results()
    for _ in range(trips):
        there = day.route(sold, bought, amount_in)
        day.advance(landing)
        brought = day.execute(there)
        back = day.route(bought, sold, brought)
        day.advance(landing)
        results.bps.append((day.execute(back) - amount_in) * _BPS / amount_in)
        results.venues.update(leg.quote.side.pool.venue for route in (there, back) for leg in route.legs)
        day.advance(PAUSE_SLOTS)
    return results


def main(arguments: Sequence[str]) -> None:
    """Trade round trips and print how their results are spread."""
    parser = argparse.ArgumentParser(prog="tests.round_trips", description=__doc__)
    parser.add_argument("--profile", default="realistic", choices=sorted(PROFILES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trips", type=int, default=1_000)
    wanted = parser.parse_args(arguments)
    day = TradingDay(wanted.profile, wanted.seed, ("SOL", "USDC", "USDT"))
    results = trade_round_trips(
        day, wanted.trips, sold="SOL", bought="USDC", amount_in=10 * 10**9, landing=LANDING_SLOTS
    )
    cuts = statistics.quantiles(results.bps, n=100)
    print(f"{wanted.trips} round trips of 10 SOL, profile {wanted.profile}, seed {wanted.seed}: bps of the amount sold")
    for name, value in (
        ("worst", min(results.bps)),
        *((f"p{at}", cuts[at - 1]) for at in (1, 10, 50, 90, 99)),
        ("best", max(results.bps)),
        ("mean", statistics.fmean(results.bps)),
    ):
        print(f"  {name:>5} {value:9.2f}")
    print(f"  won {results.won} of {wanted.trips}; legs by venue: {dict(results.venues)}")


if __name__ == "__main__":
    main(sys.argv[1:])
