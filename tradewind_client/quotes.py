"""Quotes and routes. `amount_in` and `amount_out` of a leg or pool are base units; of a quote, whole tokens."""

from datetime import datetime
from decimal import Decimal

from tradewind_client.json_values import Value


class Leg(Value, frozen=True, kw_only=True):
    """One swap of a route through one pool. Tokens are mint addresses; `share` is of this hop, from 0 to 1."""

    venue: str
    pool: str
    kind: str = ""
    share: Decimal
    token_in: str = ""
    token_out: str = ""
    amount_in: int
    amount_out: int
    fee: int = 0


class PoolQuote(Value, frozen=True, kw_only=True):
    """What one pool would pay for the whole amount. `fee` is in base units of the token that the pool takes it in."""

    venue: str
    pool: str
    kind: str = ""
    amount_out: int
    fee: int = 0
    price_impact_bps: int = 0
    slot: int = 0


class RefusedQuote(Value, frozen=True, kw_only=True):
    """A pool, or with `pool` None a whole venue, that gave no quote, and why."""

    venue: str
    pool: str | None = None
    reason: str
    detail: str = ""


class RunnerUp(Value, frozen=True, kw_only=True):
    """The second-best way, and by how many basis points it is worse."""

    pool: str | None = None
    amount_out: int
    difference_bps: Decimal = Decimal(0)


class Quote(Value, frozen=True, kw_only=True):
    """The best route now, and what it was chosen from. An order may name `quote_id` until `expires_at`.

    `price` is whole tokens bought for one sold; `fee` is in whole tokens bought.
    """

    quote_id: str | None = None
    expires_at: datetime
    dex: str
    amount_in: Decimal
    amount_out: Decimal
    amount_out_base_units: int
    price: Decimal | None = None
    fee: Decimal = Decimal(0)
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
    token_out: str
    amount_in: Decimal
    amount_in_base_units: int
    slippage_bps: int
    min_amount_out: Decimal
    client_order_id: str | None = None


class Preview(Quote, frozen=True, kw_only=True):
    """The route that an order would take now. Nothing was stored."""

    order: UnderstoodOrder
