"""Quotes and routes.

Amounts and fees are whole tokens, exact; `..._base_units` beside them is the same as an integer. Tokens are symbols;
`..._mint` beside them is the address.
"""

from datetime import datetime
from decimal import Decimal

from tradewind_client.json_values import Value


class Leg(Value, frozen=True, kw_only=True):
    """One swap of a route through one pool. `share` is the part of the route's input that goes this way, 0 to 1."""

    venue: str
    pool: str
    kind: str = ""
    share: Decimal
    token_in: str = ""
    token_in_mint: str = ""
    token_out: str = ""
    token_out_mint: str = ""
    amount_in: Decimal
    amount_in_base_units: int
    amount_out: Decimal
    amount_out_base_units: int
    fee: Decimal = Decimal(0)
    fee_base_units: int = 0
    fee_token: str = ""
    fee_token_mint: str = ""


class PoolQuote(Value, frozen=True, kw_only=True):
    """What one pool would pay for the whole amount. `fee` is in `fee_token`."""

    venue: str
    pool: str
    kind: str = ""
    amount_out: Decimal
    amount_out_base_units: int
    fee: Decimal = Decimal(0)
    fee_base_units: int = 0
    fee_token: str = ""
    fee_token_mint: str = ""
    price_impact_bps: int = 0
    slot: int = 0


class RefusedQuote(Value, frozen=True, kw_only=True):
    """A pool, or with `pool` None a whole venue, that gave no quote, and why."""

    venue: str
    pool: str | None = None
    reason: str
    detail: str = ""


class RunnerUp(Value, frozen=True, kw_only=True):
    """The best single pool besides the route, and by how many basis points it is worse."""

    pool: str | None = None
    amount_out: Decimal
    amount_out_base_units: int
    difference_bps: Decimal = Decimal(0)


class Quote(Value, frozen=True, kw_only=True):
    """The best route now, and the quotes it was chosen from. An order may name `quote_id` until `expires_at`.

    `price` is whole tokens bought for one sold; `fee` is of all legs, in `fee_token`, the token bought.
    """

    quote_id: str | None = None
    expires_at: datetime
    dex: str
    token_in: str = ""
    token_in_mint: str = ""
    token_out: str = ""
    token_out_mint: str = ""
    amount_in: Decimal
    amount_in_base_units: int
    amount_out: Decimal
    amount_out_base_units: int
    price: Decimal | None = None
    fee: Decimal = Decimal(0)
    fee_base_units: int = 0
    fee_token: str = ""
    fee_token_mint: str = ""
    price_impact_bps: int = 0
    slot: int = 0
    route: tuple[Leg, ...] = ()
    quotes: tuple[PoolQuote, ...] = ()
    refused: tuple[RefusedQuote, ...] = ()
    runner_up: RunnerUp | None = None


class UnderstoodOrder(Value, frozen=True, kw_only=True):
    """An order as the gateway read it: names resolved, amounts exact, the least output it would accept."""

    type: str
    token_in: str
    token_in_mint: str = ""
    token_out: str
    token_out_mint: str = ""
    amount_in: Decimal
    amount_in_base_units: int
    slippage_bps: int
    min_amount_out: Decimal
    min_amount_out_base_units: int
    client_order_id: str | None = None


class Preview(Quote, frozen=True, kw_only=True):
    """The route that an order would take now. Nothing was stored."""

    order: UnderstoodOrder
