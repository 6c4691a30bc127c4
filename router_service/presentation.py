"""A route as clients see it, written once: orders keep this text, events and quotes carry it, nobody rewrites it."""

from decimal import Decimal
from typing import Any, Final

import msgspec

from pools.basis_points import BPS
from router_service.application.answers import RouteAnswer
from router_service.application.ask_venues import RefusedVenue
from router_service.domain.routes import Leg
from router_service.domain.trading_pool import PoolQuote

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def presented(answer: RouteAnswer) -> str:
    """Return the JSON object of an answer: `route`, `quotes`, `refused` and `runnerUp`.

    Amounts are base units as texts, so that no reader can round them; `fee` is in base units of `feeToken`. A leg's
    `share` is the part of the route's input that goes its way, from 0 to 1.
    """
    shown = {
        "route": [_leg(leg) for leg in answer.route.legs],
        "quotes": [_quote(quote) for quote in answer.quotes],
        "refused": [_refusal(refusal) for refusal in answer.refused],
        "runnerUp": _runner_up(answer),
    }
    return _ENCODER.encode(shown).decode()


def _leg(leg: Leg) -> dict[str, Any]:
    quote = leg.quote
    side = quote.side
    return {
        "venue": side.pool.venue,
        "pool": side.pool.pool_id,
        "kind": side.pool.kind,
        "share": Decimal(leg.share_bps) / BPS,
        "tokenIn": side.mint_in,
        "tokenOut": side.mint_out,
        "amountIn": str(quote.amount_in),
        "amountOut": str(quote.amount_out),
        "fee": str(quote.fee),
        "feeToken": quote.fee_mint,
    }


def _quote(quote: PoolQuote) -> dict[str, Any]:
    pool = quote.side.pool
    return {
        "venue": pool.venue,
        "pool": pool.pool_id,
        "kind": pool.kind,
        "amountOut": str(quote.amount_out),
        "fee": str(quote.fee),
        "feeToken": quote.fee_mint,
        "priceImpactBps": quote.price_impact_bps,
        "slot": pool.slot,
    }


def _refusal(refusal: RefusedVenue) -> dict[str, Any]:
    # A venue that is refused as a whole has no pool.
    return {
        "venue": refusal.venue,
        "pool": refusal.pool_id or None,
        "reason": refusal.reason.lower(),
        "detail": refusal.detail,
    }


def _runner_up(answer: RouteAnswer) -> dict[str, Any] | None:
    runner_up = answer.runner_up
    if runner_up is None:
        return None
    return {
        "pool": runner_up.side.pool.pool_id,
        "amountOut": str(runner_up.amount_out),
        "differenceBps": answer.runner_up_difference_bps,
    }
