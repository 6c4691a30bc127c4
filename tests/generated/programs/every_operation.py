"""A user's program on the client that openapi-python-client makes: it calls every operation of a gateway.

Arguments: the gateway's address and a key of all scopes. It prints a line of JSON for each answer: what was asked, and
the status. The generated package is found on PYTHONPATH; mypy --strict reads this file beside it.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import httpx
from tradewind_generated import AuthenticatedClient
from tradewind_generated.api.accounts import change_account, get_account, get_own_account, get_ticket
from tradewind_generated.api.documents import get_async_api, get_docs, get_docs_asset, get_metrics, get_open_api
from tradewind_generated.api.health import alive_health, alive_healthz, alive_livez, get_status, ready
from tradewind_generated.api.market import get_prices, get_quotes, list_pools, list_tokens, read_quotes
from tradewind_generated.api.orders import (
    cancel_order,
    create_order,
    explain_order,
    get_events,
    get_order,
    list_orders,
    preview_order,
    submit_batch,
    submit_order,
)
from tradewind_generated.api.tables import get_error_table, get_lifecycle, get_problem, get_scenarios
from tradewind_generated.api.wallet import airdrop, get_balances
from tradewind_generated.api.websockets import execute_socket, orders_socket, status_socket, stream_socket
from tradewind_generated.models import (
    AccountChange,
    AirdropRequest,
    BatchAccepted,
    BatchRefused,
    BatchRequest,
    ConfirmedEvent,
    History,
    LimitsToSet,
    Order,
    OrderRequest,
    OrderStatus,
    PendingEvent,
    Problem,
    QuoteRequest,
    TradingState,
    Venue,
)
from tradewind_generated.types import Response

T = TypeVar("T")
ENDED = (OrderStatus.CONFIRMED, OrderStatus.FAILED, OrderStatus.CANCELLED)
END_SECONDS = 20.0


def good(answer: Response[Problem | T]) -> T:
    """Return the typed document of an answer; a client that could not read one has None."""
    document = answer.parsed
    assert document is not None, f"{answer.status_code}: no document"
    assert not isinstance(document, Problem), document
    return document


def refused(answer: Response[Problem | T], status: int, code: str) -> None:
    """Hold an answer to be a typed problem."""
    problem = answer.parsed
    assert isinstance(problem, Problem), answer
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)


def told(response: httpx.Response) -> None:
    """Print what was asked and the status of the answer."""
    request = response.request
    print(json.dumps({"method": request.method, "path": request.url.path, "status": response.status_code}))


def order_of(client: AuthenticatedClient, order_id: uuid.UUID) -> Order:
    """Return the order as it stands."""
    order = good(get_order.sync_detailed(order_id, client=client))
    assert isinstance(order, Order)
    return order


def ended(client: AuthenticatedClient, order_id: uuid.UUID) -> Order:
    """Return the order at its end."""
    deadline = time.monotonic() + END_SECONDS
    while (order := order_of(client, order_id)).status not in ENDED:
        assert time.monotonic() < deadline, f"{order_id} has not ended: {order.status}"
        time.sleep(0.05)
    return order


def trade(client: AuthenticatedClient) -> uuid.UUID:
    """Submit one order twice under one key, follow it to its end, and return its id."""
    body = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5", slippage_bps=100, venues=[Venue.METEORA])
    understood = good(preview_order.sync_detailed(client=client, body=body))
    assert understood.order.amount_in_base_units == "1500000000"
    key = str(uuid.uuid4())
    receipt = good(submit_order.sync_detailed(client=client, body=body, idempotency_key=key))
    again = good(create_order.sync_detailed(client=client, body=body, idempotency_key=key))
    assert again.order_id == receipt.order_id
    order = ended(client, receipt.order_id)
    assert (order.status, order.dex) == (OrderStatus.CONFIRMED, Venue.METEORA)
    assert order.quotes
    assert order.quotes[0].venue is Venue.METEORA
    history = good(get_events.sync_detailed(receipt.order_id, client=client))
    assert isinstance(history, History)
    first, last = history.events[0], history.events[-1]
    assert isinstance(first, PendingEvent)
    assert first.details.amount_in_base_units == "1500000000"
    assert isinstance(last, ConfirmedEvent)
    assert last.details.amount_out_base_units == order.executed_amount_out_base_units
    explained = good(explain_order.sync_detailed(receipt.order_id, client=client))
    assert explained.attempt_history
    return receipt.order_id


def cancel(client: AuthenticatedClient, too_late: uuid.UUID) -> None:
    """Cancel an order in time, and one that has ended."""
    slow = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1", scenario="slow_quotes")
    receipt = good(submit_order.sync_detailed(client=client, body=slow))
    assert good(cancel_order.sync_detailed(receipt.order_id, client=client)).order_id == receipt.order_id
    assert ended(client, receipt.order_id).status is OrderStatus.CANCELLED
    refused(cancel_order.sync_detailed(too_late, client=client), 409, "too_late_to_cancel")


def batch(client: AuthenticatedClient) -> None:
    """Submit a good order and a bad one at once, and find the good one in the list."""
    mine = f"generated-{uuid.uuid4()}"
    orders = [
        OrderRequest(token_in="SOL", token_out="USDC", amount_in="1", client_order_id=mine),
        OrderRequest(token_in="SOL", token_out="SOL", amount_in="1"),
    ]
    accepted, wrong = good(submit_batch.sync_detailed(client=client, body=BatchRequest(orders=orders))).results
    assert isinstance(accepted, BatchAccepted)
    assert isinstance(wrong, BatchRefused)
    assert wrong.problem.errors
    page = good(list_orders.sync_detailed(client=client, client_order_id=mine, page_size=10))
    assert [order.order_id for order in page.orders] == [accepted.order.order_id]


def market(client: AuthenticatedClient) -> None:
    """Read the market and the wallet."""
    pair = QuoteRequest(token_in="SOL", token_out="USDC", amount_in="2")
    assert good(get_quotes.sync_detailed(client=client, body=pair)).quotes
    read = read_quotes.sync_detailed(
        client=client, token_in="SOL", token_out="USDC", amount_in="2", venues=[Venue.RAYDIUM]
    )
    assert {quote.venue for quote in good(read).quotes} == {Venue.RAYDIUM}
    assert {token.symbol for token in good(list_tokens.sync_detailed(client=client)).tokens} >= {"SOL", "USDC"}
    assert good(list_pools.sync_detailed(client=client, token="SOL")).pools
    assert good(get_prices.sync_detailed(client=client)).prices
    given = good(airdrop.sync_detailed(client=client, body=AirdropRequest(token="SOL", amount="5")))
    assert given.balance.amount_base_units.isdigit()
    assert good(get_balances.sync_detailed(client=client)).balances


def accounts(client: AuthenticatedClient) -> None:
    """Read and change an account's limits, and take a ticket."""
    own = good(get_own_account.sync_detailed(client=client))
    limits = LimitsToSet(slippage_bps_max=500)
    change = AccountChange(trading_state=TradingState.ACTIVE, limits=limits)
    changed = good(change_account.sync_detailed(own.account_id, client=client, body=change))
    assert changed.limits.slippage_bps_max == 500
    assert good(get_account.sync_detailed(own.account_id, client=client)).limits.slippage_bps_max == 500
    assert good(get_ticket.sync_detailed(client=client)).ticket


def tables(client: AuthenticatedClient) -> None:
    """Read the tables, the documents and the state of the parts."""
    row = good(get_problem.sync_detailed("invalid_order", client=client))
    assert row in good(get_error_table.sync_detailed(client=client)).errors
    assert good(get_lifecycle.sync_detailed(client=client)).transitions
    assert good(get_scenarios.sync_detailed(client=client)).scenarios
    assert good(get_open_api.sync_detailed(client=client, aliases=True)).additional_properties["paths"]
    assert good(get_async_api.sync_detailed(client=client)).additional_properties["channels"]
    assert "<html" in good(get_docs.sync_detailed(client=client))
    assert good(get_docs_asset.sync_detailed("swagger-ui.css", client=client))
    assert "tradewind_" in good(get_metrics.sync_detailed(client=client))
    for alive in (alive_health, alive_healthz, alive_livez):
        assert good(alive.sync_detailed(client=client)).status
    assert good(ready.sync_detailed(client=client)).checks
    assert good(get_status.sync_detailed(client=client)).parts.gateway.state


def sockets(client: AuthenticatedClient) -> None:
    """Ask for the paths that speak WebSocket alone: a client of HTTP hears so."""
    refused(execute_socket.sync_detailed(client=client), 426, "upgrade_required")
    refused(stream_socket.sync_detailed(client=client), 426, "upgrade_required")
    refused(orders_socket.sync_detailed("any", client=client), 426, "upgrade_required")
    refused(status_socket.sync_detailed("any", client=client), 426, "upgrade_required")


def main(url: str, key: str) -> None:
    """Call everything."""
    client = AuthenticatedClient(
        url,
        key,
        timeout=httpx.Timeout(20),
        raise_on_unexpected_status=True,
        httpx_args={"event_hooks": {"response": [told]}, "trust_env": False},
    )
    with client:
        order_id = trade(client)
        cancel(client, order_id)
        rest: tuple[Callable[[AuthenticatedClient], None], ...] = (batch, market, accounts, tables, sockets)
        for part in rest:
            part(client)


main(*sys.argv[1:])
