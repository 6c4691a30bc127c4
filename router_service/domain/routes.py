"""Routes: legs with exact amounts, and what they say about themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pools.basis_points import BPS
from pools.integers import ceil_div
from router_service.domain.trading_pool import PoolQuote


class Leg(NamedTuple):
    """One swap of a route: an exact quote, and the part of the route's input that goes this way, in 1/10,000."""

    quote: PoolQuote
    share_bps: int


@dataclass(frozen=True, slots=True)
class Route:
    """A way to trade an exact input. Legs are in execution order; each pool appears once."""

    mint_in: str
    mint_out: str
    amount_in: int
    amount_out: int
    legs: tuple[Leg, ...]

    @property
    def venue(self) -> str:
        """Venue with the largest share; the first by name of equals."""
        shares: dict[str, int] = {}
        for leg in self.legs:
            venue = leg.quote.side.pool.venue
            shares[venue] = shares.get(venue, 0) + leg.share_bps
        return min(shares, key=lambda venue: (-shares[venue], venue))

    @property
    def price_impact_bps(self) -> int:
        """How far the legs move their prices, weighted by share; the hops of a way add up."""
        return sum(leg.quote.price_impact_bps * leg.share_bps for leg in self.legs) // BPS

    @property
    def slot(self) -> int:
        """Oldest slot of any pool state used."""
        return min(leg.quote.side.pool.slot for leg in self.legs)

    @property
    def fee_in_mint_out(self) -> int:
        """All legs' fees in mint_out: through each hop at the average price it trades at, rounded up."""
        worth = {self.mint_out: (1, 1), self.mint_in: (self.amount_out, self.amount_in)}
        sold: dict[str, int] = {}
        bought: dict[str, int] = {}
        for leg in self.legs:
            side = leg.quote.side
            if side.mint_in != self.mint_in:
                sold[side.mint_in] = sold.get(side.mint_in, 0) + leg.quote.amount_in
                bought[side.mint_in] = bought.get(side.mint_in, 0) + leg.quote.amount_out
        worth.update({mint: (bought[mint], sold[mint]) for mint in sold})
        fees: dict[str, int] = {}
        for leg in self.legs:
            fees[leg.quote.fee_mint] = fees.get(leg.quote.fee_mint, 0) + leg.quote.fee
        return sum(ceil_div(fee * worth[mint][0], worth[mint][1]) for mint, fee in fees.items())


def single_pool_route(quote: PoolQuote) -> Route:
    """Return the route that sells everything to one pool."""
    side = quote.side
    return Route(side.mint_in, side.mint_out, quote.amount_in, quote.amount_out, (Leg(quote, BPS),))


def route_of(legs: Sequence[Leg], amount_in: int) -> Route:
    """Return the route of legs in execution order; its output is what the legs that buy the last one's token bring."""
    mint_in, mint_out = legs[0].quote.side.mint_in, legs[-1].quote.side.mint_out
    amount_out = sum(leg.quote.amount_out for leg in legs if leg.quote.side.mint_out == mint_out)
    return Route(mint_in, mint_out, amount_in, amount_out, tuple(legs))
