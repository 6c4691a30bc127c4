"""From the market's messages to the router's view of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from pools.errors import PoolError
from pools.kinds import VENUE_OF, PoolKind
from pools.pool_json import state_from_json
from router_service import telemetry
from router_service.application.market_view import MarketView, Token, VenueConditions
from router_service.domain.routing_table import RoutingTable
from router_service.domain.trading_pool import TradingPool
from tradewind.market.v1 import market_pb2 as pb

_KINDS: Final[Mapping[int, PoolKind]] = {pb.PoolKind.Value(f"POOL_KIND_{kind.name}"): kind for kind in PoolKind}


def first_view(message: pb.WatchPoolsResponse, *, received_at: float) -> MarketView:
    """Return the view of a snapshot."""
    tokens = {
        token.mint: Token(token.mint, token.symbol, token.name, token.decimals)
        for token in sorted(message.tokens, key=lambda token: token.symbol)
    }
    return _view(message, tokens, {}, received_at)


def next_view(view: MarketView, message: pb.WatchPoolsResponse, *, received_at: float) -> MarketView:
    """Return the view after one slot's changes. Pools that did not change are the same objects."""
    return _view(message, view.tokens, view.pools, received_at)


def _view(
    message: pb.WatchPoolsResponse,
    tokens: Mapping[str, Token],
    known: Mapping[str, TradingPool],
    received_at: float,
) -> MarketView:
    pools = {**known, **{pool.pool_id: pool for pool in _readable(message.pools, tokens)}}
    return MarketView(
        slot=message.slot,
        slot_time_ms=message.slot_time.ToMilliseconds(),
        received_at=received_at,
        tokens=tokens,
        pools=pools,
        venues={venue.venue: _conditions(venue) for venue in message.venues},
        table=RoutingTable(pools.values(), message.slot_time.seconds),
    )


def _readable(messages: Iterable[pb.Pool], tokens: Mapping[str, Token]) -> Iterable[TradingPool]:
    for message in messages:
        try:
            yield _pool(message, tokens)
        except (PoolError, ValueError) as error:
            telemetry.pool_unreadable(message.pool_id, str(error))


def _pool(message: pb.Pool, tokens: Mapping[str, Token]) -> TradingPool:
    kind = _KINDS.get(message.kind)
    if kind is None or message.mint_0 == message.mint_1:
        raise ValueError("unknown kind of pool, or one token on both sides")
    if message.mint_0 not in tokens or message.mint_1 not in tokens:
        raise ValueError("a token of the pool is not listed")
    return TradingPool(
        pool_id=message.pool_id,
        venue=VENUE_OF[kind],
        mint_0=message.mint_0,
        mint_1=message.mint_1,
        state=state_from_json(kind, json.loads(message.state_json)),
        slot=message.slot,
        reserve_0=message.reserve_0,
        reserve_1=message.reserve_1,
    )


def _conditions(message: pb.VenueConditions) -> VenueConditions:
    return VenueConditions(
        venue=message.venue,
        available=message.available,
        quote_latency_min_ms=message.quote_latency_min_ms,
        quote_latency_max_ms=message.quote_latency_max_ms,
    )
