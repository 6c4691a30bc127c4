"""Test data with sensible defaults: say only what a test is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from executor_service.application.ports import NewOrder
from executor_service.domain.order import Order
from executor_service.domain.route import Route, RouteLeg

SOL = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def an_order(**changes: Any) -> Order:
    """A market order of 1.5 SOL for USDC, just accepted."""
    defaults: dict[str, Any] = {
        "order_id": uuid7(),
        "account_id": "local",
        "order_type": "market",
        "mint_in": SOL,
        "mint_out": USDC,
        "decimals_in": 9,
        "decimals_out": 6,
        "amount_in": 1_500_000_000,
        "slippage_bps": 50,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Order(**{**defaults, **changes})


def a_new_order(body_hash: bytes = b"h" * 32, **changes: Any) -> NewOrder:
    """The same, about to be stored."""
    return NewOrder(order=an_order(**changes), body_hash=body_hash)


def a_route(amount_out: int = 225_000_000, venue: str = "raydium", amount_in: int = 1_500_000_000) -> Route:
    """One leg through one pool."""
    leg = RouteLeg(
        venue=venue,
        pool_id="pool-1",
        pool_kind="raydium_cpmm",
        mint_in=SOL,
        mint_out=USDC,
        amount_in=amount_in,
        amount_out=amount_out,
        fee=3_750_000,
        fee_mint=SOL,
        share_bps=10_000,
    )
    return Route(
        venue=venue,
        amount_in=amount_in,
        amount_out=amount_out,
        fee=562_500,
        price_impact_bps=3,
        slot=77,
        legs=(leg,),
        presented={
            **{"fee": "0.5625", "feeBaseUnits": '"562500"', "feeToken": '"USDC"', "feeTokenMint": f'"{USDC}"'},
            **{"route": "[]", "quotes": "[]", "refused": "[]", "runnerUp": "null"},
        },
    )


def an_id(number: int) -> UUID:
    """A UUID that is the same in every run."""
    return UUID(int=number)
