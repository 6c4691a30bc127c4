"""Routes: legs with exact amounts, and the figures that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pools.basis_points import BPS
from pools.integers import ceil_div
from router_service.domain.trading_pool import PoolQuote

# Fine enough that no rounding on the way reaches a basis point: shares and impacts have four digits each.
_ONE: Final = 10**36


class Leg(NamedTuple):
    """One swap of a route: an exact quote, and the part of the route's input that goes this way, in 1/10,000."""

    quote: PoolQuote
    share_bps: int


@dataclass(frozen=True, slots=True)
class Route:
    """The legs that trade an exact input, in execution order. Each pool appears once."""

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
        """How far the legs move their prices, 0 to 10,000, rounded down.

        The legs of a hop are weighted by share. The hops of a way compound: two that each take half of the price leave
        a quarter of it.
        """
        if len(self.legs) == 1:
            return self.legs[0].quote.price_impact_bps
        return (_ONE - self._price_kept()) * BPS // _ONE

    def _price_kept(self) -> int:
        """Return the part of the price that is left at the end of all ways, weighted by share, as a part of _ONE."""
        shares = {self.mint_in: 1}
        kept = {self.mint_in: _ONE}
        for leg in self.legs:
            mint_in, mint_out = leg.quote.side.mint_in, leg.quote.side.mint_out
            # A share that rounds to zero must count where it is the only one, or the sum of weights is zero.
            share = max(leg.share_bps, 1)
            after = kept[mint_in] // shares[mint_in] * (BPS - leg.quote.price_impact_bps) // BPS
            kept[mint_out] = kept.get(mint_out, 0) + after * share
            shares[mint_out] = shares.get(mint_out, 0) + share
        return kept[self.mint_out] // shares[self.mint_out]

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
    """Return the route of legs in execution order. Its output is the sum of the legs that buy the last leg's token."""
    mint_in, mint_out = legs[0].quote.side.mint_in, legs[-1].quote.side.mint_out
    amount_out = sum(leg.quote.amount_out for leg in legs if leg.quote.side.mint_out == mint_out)
    return Route(mint_in, mint_out, amount_in, amount_out, tuple(legs))
