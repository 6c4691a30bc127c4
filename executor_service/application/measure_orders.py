"""Which of a batch of orders may be accepted, by the limits of their accounts."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from executor_service.application.account_ports import Prices
from executor_service.application.ports import NewOrder
from executor_service.domain.risk import AccountUse, RiskLimits, TradingAccount, refusal_of
from servicekit.errors import DomainError


def refusals_of(
    batch: Sequence[NewOrder],
    *,
    accounts: Mapping[str, TradingAccount],
    uses: Mapping[str, AccountUse],
    known: Collection[tuple[str, str]],
    defaults: RiskLimits,
    prices: Prices,
) -> Mapping[UUID, DomainError]:
    """Return the reason for each refused order, by its id; the others may be stored.

    Orders are measured one after the other: each accepted order uses part of its account's limits. Repeats are not
    measured: orders whose (account, client order id) is `known` or was accepted earlier in the batch.
    """
    refusals: dict[UUID, DomainError] = {}
    uses, known = dict(uses), set(known)
    for new in batch:
        order, account = new.order, accounts[new.order.account_id]
        if (order.account_id, order.client_order_id) in known:
            continue
        limits = account.limits_in_force(defaults)
        value = None
        if limits.order_usd_micros_max is not None:
            value = prices.usd_micros(order.mint_in, order.amount_in, order.decimals_in)
        refusal = refusal_of(order, account.trading_state, limits, uses[order.account_id], value)
        if refusal is not None:
            refusals[order.order_id] = refusal
            continue
        uses[order.account_id] = uses[order.account_id].with_another()
        if order.client_order_id is not None:
            known.add((order.account_id, order.client_order_id))
    return refusals
