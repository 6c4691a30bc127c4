"""From answers to response messages."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from router_service.application.answers import IssuedAnswer, RouteAnswer, RouteRefused
from router_service.application.ask_venues import RefusedVenue, VenueState
from router_service.application.market_view import MarketView
from router_service.application.quote_pools import QuotesAnswer
from router_service.application.watch_prices import PriceChange, mid_price
from router_service.domain.routes import Leg
from router_service.domain.trading_pool import PoolQuote, TradingPool
from router_service.presentation import presented
from tradewind.router.v1 import router_pb2 as pb


def timestamp(at_ms: int) -> Timestamp:
    """Return the message of a time in unix milliseconds."""
    seconds, rest_ms = divmod(at_ms, 1000)
    return Timestamp(seconds=seconds, nanos=rest_ms * 1_000_000)


def route_response(issued: IssuedAnswer) -> pb.GetRouteResponse:
    """Return the message of an answer."""
    answer, quoted_at = issued.answer, timestamp(issued.quoted_at_ms)
    runner_up = answer.runner_up
    return pb.GetRouteResponse(
        route=_route(answer, quoted_at),
        quotes=[_quote(quote, quoted_at) for quote in answer.quotes],
        refused=[_refusal(refusal) for refusal in answer.refused],
        runner_up_amount_out=runner_up.amount_out if runner_up else 0,
        runner_up_pool_id=runner_up.side.pool.pool_id if runner_up else "",
        runner_up_difference_bps=min(answer.runner_up_difference_bps, 2**32 - 1),
        quote_id=issued.quote_id,
        expires_at=timestamp(issued.expires_at_ms),
        presented_json=presented(answer),
    )


def refusal_response(refused: RouteRefused) -> pb.RouteRefusal:
    """Return the message of a refusal."""
    error = refused.error
    detail = " ".join((error.detail, *(f"{v.field} {v.detail}." for v in error.violations)))
    return pb.RouteRefusal(
        reason=error.reason,
        detail=detail,
        retryable=error.retryable,
        refused=[_refusal(refusal) for refusal in refused.refused],
    )


def quotes_response(answer: QuotesAnswer) -> pb.GetQuotesResponse:
    """Return the message of quotes."""
    quoted_at = timestamp(answer.quoted_at_ms)
    return pb.GetQuotesResponse(
        quotes=[_quote(quote, quoted_at) for quote in answer.quotes.quotes],
        refused=[_refusal(refusal) for refusal in answer.quotes.refused],
        venues=[_venue(state, answer.quoted_at_ms) for state in answer.venues],
    )


def prices_response(change: PriceChange) -> pb.WatchPricesResponse:
    """Return the message of prices."""
    return pb.WatchPricesResponse(
        prices=[
            pb.Price(
                pool_id=price.pool.pool_id,
                venue=price.pool.venue,
                mint_base=price.pool.mint_0,
                mint_quote=price.pool.mint_1,
                mid_price=price.mid_price,
                slot=price.pool.slot,
            )
            for price in change.prices
        ],
        slot=change.view.slot,
        slot_time=timestamp(change.view.slot_time_ms),
    )


def tokens_response(view: MarketView) -> pb.ListTokensResponse:
    """Return the message of all tokens, by symbol."""
    tokens = sorted(view.tokens.values(), key=lambda token: token.symbol)
    return pb.ListTokensResponse(
        tokens=[pb.Token(mint=t.mint, symbol=t.symbol, name=t.name, decimals=t.decimals) for t in tokens]
    )


def pools_response(view: MarketView, mint: str) -> pb.ListPoolsResponse:
    """Return the message of the pools that trade a mint, or of all, by venue and address."""
    chosen = [pool for pool in view.pools.values() if not mint or mint in (pool.mint_0, pool.mint_1)]
    return pb.ListPoolsResponse(pools=_summaries(chosen, view), slot=view.slot)


def _summaries(pools: Iterable[TradingPool], view: MarketView) -> list[pb.PoolSummary]:
    now = view.slot_time_ms // 1000
    return [
        pb.PoolSummary(
            pool_id=pool.pool_id,
            venue=pool.venue,
            pool_kind=pool.kind,
            mint_0=pool.mint_0,
            mint_1=pool.mint_1,
            reserve_0=pool.reserve_0,
            reserve_1=pool.reserve_1,
            mid_price=mid_price(pool, view),
            fee_ppm=pool.state.fee_ppm(now),
            slot=pool.slot,
        )
        for pool in sorted(pools, key=lambda pool: (pool.venue, pool.pool_id))
    ]


def _route(answer: RouteAnswer, quoted_at: Timestamp) -> pb.Route:
    route = answer.route
    return pb.Route(
        mint_in=route.mint_in,
        mint_out=route.mint_out,
        decimals_in=answer.tokens[route.mint_in].decimals,
        decimals_out=answer.tokens[route.mint_out].decimals,
        amount_in=route.amount_in,
        amount_out=route.amount_out,
        legs=[_leg(leg) for leg in route.legs],
        venue=route.venue,
        price_impact_bps=route.price_impact_bps,
        slot=route.slot,
        quoted_at=quoted_at,
        fee_in_mint_out=route.fee_in_mint_out,
        network_fee=answer.network_fee,
    )


def _leg(leg: Leg) -> pb.Leg:
    quote = leg.quote
    side = quote.side
    return pb.Leg(
        venue=side.pool.venue,
        pool_id=side.pool.pool_id,
        pool_kind=side.pool.kind,
        mint_in=side.mint_in,
        mint_out=side.mint_out,
        amount_in=quote.amount_in,
        amount_out=quote.amount_out,
        fee=quote.fee,
        fee_mint=quote.fee_mint,
        share_bps=leg.share_bps,
    )


def _quote(quote: PoolQuote, quoted_at: Timestamp) -> pb.Quote:
    pool = quote.side.pool
    return pb.Quote(
        venue=pool.venue,
        pool_id=pool.pool_id,
        pool_kind=pool.kind,
        amount_out=quote.amount_out,
        fee=quote.fee,
        fee_mint=quote.fee_mint,
        price_impact_bps=quote.price_impact_bps,
        slot=pool.slot,
        quoted_at=quoted_at,
    )


def _refusal(refusal: RefusedVenue) -> pb.RefusedQuote:
    return pb.RefusedQuote(venue=refusal.venue, pool_id=refusal.pool_id, reason=refusal.reason, detail=refusal.detail)


def _venue(state: VenueState, now_ms: int) -> pb.VenueHealth:
    return pb.VenueHealth(
        venue=state.venue,
        breaker=state.breaker,
        consecutive_failures=state.consecutive_failures,
        retry_at=timestamp(now_ms + state.retry_in_ms) if state.retry_in_ms else None,
    )
