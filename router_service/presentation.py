"""A route as clients see it, written once: orders store this text, and events and quotes carry it unchanged."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from pools.basis_points import BPS
from pools.plain_numbers import amount, plain
from router_service.application.answers import RouteAnswer
from router_service.application.ask_venues import RefusedVenue
from router_service.application.market_view import Token
from router_service.domain.routes import Leg
from router_service.domain.trading_pool import PoolQuote

_ENCODER: Final = msgspec.json.Encoder()

Tokens = Mapping[str, Token]


def presented(answer: RouteAnswer) -> str:
    """Return the JSON object of an answer: `route`, `quotes`, `refused`, `runnerUp`, and the fee of the whole route.

    Amounts are whole tokens, exact, with base units beside them. `fee` is all legs' fees in the token bought. A leg's
    `share` is the part of the route's input that goes its way, from 0 to 1.
    """
    route, tokens = answer.route, answer.tokens
    bought = tokens[route.mint_out]
    shown = {
        **_fee(route.fee_in_mint_out, bought),
        "route": [_leg(leg, tokens) for leg in route.legs],
        "quotes": [_quote(quote, tokens) for quote in answer.quotes],
        "refused": [_refusal(refusal) for refusal in answer.refused],
        "runnerUp": _runner_up(answer, bought),
    }
    return _ENCODER.encode(shown).decode()


def _leg(leg: Leg, tokens: Tokens) -> dict[str, Any]:
    quote = leg.quote
    side = quote.side
    sold, bought = tokens[side.mint_in], tokens[side.mint_out]
    return {
        "venue": side.pool.venue,
        "pool": side.pool.pool_id,
        "kind": side.pool.kind,
        "share": plain(Decimal(leg.share_bps) / BPS),
        **_token("tokenIn", sold),
        **_token("tokenOut", bought),
        **amount("amountIn", quote.amount_in, sold.decimals),
        **amount("amountOut", quote.amount_out, bought.decimals),
        **_fee(quote.fee, tokens[quote.fee_mint]),
    }


def _quote(quote: PoolQuote, tokens: Tokens) -> dict[str, Any]:
    pool = quote.side.pool
    return {
        "venue": pool.venue,
        "pool": pool.pool_id,
        "kind": pool.kind,
        **amount("amountOut", quote.amount_out, tokens[quote.side.mint_out].decimals),
        **_fee(quote.fee, tokens[quote.fee_mint]),
        "priceImpactBps": quote.price_impact_bps,
        "slot": pool.slot,
    }


def _token(name: str, token: Token) -> dict[str, str]:
    return {name: token.symbol, f"{name}Mint": token.mint}


def _fee(units: int, token: Token) -> dict[str, Any]:
    return {**amount("fee", units, token.decimals), **_token("feeToken", token)}


def _refusal(refusal: RefusedVenue) -> dict[str, Any]:
    # A venue that is refused as a whole has no pool.
    return {
        "venue": refusal.venue,
        "pool": refusal.pool_id or None,
        "reason": refusal.reason.lower(),
        "detail": refusal.detail,
    }


def _runner_up(answer: RouteAnswer, bought: Token) -> dict[str, Any] | None:
    runner_up = answer.runner_up
    if runner_up is None:
        return None
    return {
        "pool": runner_up.side.pool.pool_id,
        **amount("amountOut", runner_up.amount_out, bought.decimals),
        "differenceBps": answer.runner_up_difference_bps,
    }
