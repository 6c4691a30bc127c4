"""A route as the router chose it, and the JSON that is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class RouteLeg:
    """One swap through one pool. Amounts are base units; `share_bps` is the part of the order that takes this path."""

    venue: str
    pool_id: str
    pool_kind: str
    mint_in: str
    mint_out: str
    amount_in: int
    amount_out: int
    fee: int
    fee_mint: str
    share_bps: int


@dataclass(frozen=True, slots=True)
class Route:
    """Legs in execution order, their total output, and how the router presents them to clients.

    `fee` is all trading fees in base units of the token bought. `presented` holds `route`, `quotes`, `refused` and
    `runnerUp`, each as JSON text that is passed on unread.
    """

    venue: str
    amount_in: int
    amount_out: int
    fee: int
    price_impact_bps: int
    slot: int
    legs: tuple[RouteLeg, ...]
    presented: Mapping[str, str]

    def presented_json(self) -> dict[str, msgspec.Raw]:
        """Return the presented parts for an encoder that copies them as they are."""
        return {name: msgspec.Raw(part.encode()) for name, part in self.presented.items()}


def presented_parts(text: str | msgspec.Raw) -> Mapping[str, str]:
    """Return the parts of what the router presents, each as JSON text."""
    return {name: bytes(part).decode() for name, part in _PARTS.decode(text).items()}


def route_to_json(route: Route) -> dict[str, Any]:
    """Return the route with integers as decimal strings, so that no reader can round them."""
    return {
        "venue": route.venue,
        "amountIn": str(route.amount_in),
        "amountOut": str(route.amount_out),
        "fee": str(route.fee),
        "priceImpactBps": route.price_impact_bps,
        "slot": route.slot,
        "legs": [
            {
                "venue": leg.venue,
                "pool": leg.pool_id,
                "kind": leg.pool_kind,
                "mintIn": leg.mint_in,
                "mintOut": leg.mint_out,
                "amountIn": str(leg.amount_in),
                "amountOut": str(leg.amount_out),
                "fee": str(leg.fee),
                "feeMint": leg.fee_mint,
                "shareBps": leg.share_bps,
            }
            for leg in route.legs
        ],
        "presented": route.presented_json(),
    }


def route_from_json(document: Mapping[str, Any], presented: Mapping[str, str]) -> Route:
    """Return the route that `route_to_json` wrote; `presented` is the part of that name, each of its parts unread."""
    return Route(
        venue=document["venue"],
        amount_in=int(document["amountIn"]),
        amount_out=int(document["amountOut"]),
        fee=int(document["fee"]),
        price_impact_bps=document["priceImpactBps"],
        slot=document["slot"],
        legs=tuple(_leg_from_json(leg) for leg in _sequence(document["legs"])),
        presented=presented,
    )


def _leg_from_json(leg: Mapping[str, Any]) -> RouteLeg:
    return RouteLeg(
        venue=leg["venue"],
        pool_id=leg["pool"],
        pool_kind=leg["kind"],
        mint_in=leg["mintIn"],
        mint_out=leg["mintOut"],
        amount_in=int(leg["amountIn"]),
        amount_out=int(leg["amountOut"]),
        fee=int(leg["fee"]),
        fee_mint=leg["feeMint"],
        share_bps=leg["shareBps"],
    )


def _sequence(value: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    assert isinstance(value, list)
    return value
