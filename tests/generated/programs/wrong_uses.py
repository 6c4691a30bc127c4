"""Uses of the generated client that mypy must refuse: an ignored error that is none fails the check as well."""

from tradewind_generated.models import ConfirmedDetails, Order, OrderRequest, QuoteRequest

OrderRequest()  # type: ignore[call-arg]  # an order has required fields
OrderRequest(token_in="SOL", token_out="USDC", amount_in=None)  # type: ignore[arg-type]  # an amount is no null
OrderRequest(token_in="SOL", token_out="USDC", amount_in="1", amountIn="1")  # type: ignore[call-arg]  # no second name
QuoteRequest(token_in="SOL", token_out="USDC", amount_in="1", venues=["orca"])  # type: ignore[list-item]  # no venue


def details(confirmed: ConfirmedDetails, order: Order) -> None:
    """Read what is not there, and what may be null."""
    confirmed.reason  # type: ignore[attr-defined]  # noqa: B018 - a failure's detail
    order.executed_amount_out_base_units.isdigit()  # type: ignore[union-attr]  # null until it is confirmed
