"""What stands behind each endpoint of the gateway: `documents/endpoints.py` is the table of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette_compress import CompressMiddleware, remove_compress_type

from gateway import metrics
from gateway.access.entrance import NamedRoute, NamedWebSocketRoute
from gateway.access.guard import Guard
from gateway.access.tickets import TicketEndpoint
from gateway.access.turnstile import Turnstile
from gateway.documents import asyncapi, docs_page, error_pages
from gateway.documents.endpoints import BY_NAME, ENDPOINTS, sockets_without_get
from gateway.documents.meta import Meta
from gateway.documents.openapi import OpenApi
from gateway.edge.query import StrictQuery
from gateway.health import Health
from gateway.market.accounts import Accounts
from gateway.market.market_data import MarketData
from gateway.market.price_stream import Prices
from gateway.market.wallet import Wallet
from gateway.orders.batch import Batch
from gateway.orders.dialects import FLAT, NESTED_CAPITALISED, NESTED_GREETING
from gateway.orders.explain import Explain
from gateway.orders.listing import Listing
from gateway.orders.orders import Orders, SubmitOrder
from gateway.orders.quotes import Quotes
from gateway.status import Status
from gateway.streams.order_watches import OrderWatches
from gateway.streams.sockets import OrderSocket
from gateway.streams.sse import OrderHistory
from gateway.streams.stream_socket import StreamSocket
from servicekit.errors import Rejected

COMPRESSED_FROM_BYTES: Final = 1024
# An event goes out when it happens; a compressor would hold it back, and a reader gains little.
remove_compress_type("text/event-stream")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What stands behind the URLs."""

    guard: Guard
    submit: SubmitOrder
    batch: Batch
    quotes: Quotes
    listing: Listing
    orders: Orders
    explain: Explain
    watches: OrderWatches
    turnstile: Turnstile
    health: Health
    status: Status
    market: MarketData
    prices: Prices
    stream: StreamSocket
    meta: Meta
    wallet: Wallet
    accounts: Accounts
    tickets: TicketEndpoint
    openapi: OpenApi


def routes(endpoints: Endpoints) -> list[BaseRoute]:
    """Return a route for each endpoint of the table, each with what it needs before itself."""
    served, upgrades = _served(endpoints), {endpoint.name for endpoint in sockets_without_get()}
    assert served.keys() == BY_NAME.keys(), "the table and what stands behind it differ"
    found: list[BaseRoute] = []
    for endpoint in ENDPOINTS:
        door = [] if endpoint.right is None else endpoints.guard.door(endpoint.right, endpoint.budget)
        if endpoint.query is not None:
            door.append(Middleware(StrictQuery, endpoint.query))
        if endpoint.method == "GET" or endpoint.tag == "market":
            door.append(Middleware(CompressMiddleware, minimum_size=COMPRESSED_FROM_BYTES))
        if endpoint.method == "WEBSOCKET":
            found.append(NamedWebSocketRoute(endpoint.path, served[endpoint.name], middleware=door))
            if endpoint.name in upgrades:
                found.append(NamedRoute(endpoint.path, upgrade_required, methods=["GET"], middleware=door))
        else:
            found.append(NamedRoute(endpoint.path, served[endpoint.name], methods=[endpoint.method], middleware=door))
    return found


def _served(endpoints: Endpoints) -> Mapping[str, Callable[..., Any]]:
    """Return what stands behind each endpoint, by its name."""
    orders, watches, turnstile = endpoints.orders, endpoints.watches, endpoints.turnstile
    return {
        "submitOrder": endpoints.submit,
        "createOrder": endpoints.submit,
        "executeSocket": OrderSocket(watches, turnstile, NESTED_GREETING),
        "statusSocket": OrderSocket(watches, turnstile, FLAT),
        "ordersSocket": OrderSocket(watches, turnstile, NESTED_CAPITALISED),
        "submitBatch": endpoints.batch.submit,
        "previewOrder": endpoints.quotes.preview,
        "listOrders": endpoints.listing.show,
        "getOrder": orders.show,
        "cancelOrder": orders.cancel,
        "explainOrder": endpoints.explain.show,
        "getEvents": OrderHistory(orders, watches, turnstile),
        "orderEvents": OrderSocket(watches, turnstile),
        "streamSocket": endpoints.stream,
        "getTicket": endpoints.tickets.issue,
        "getQuotes": endpoints.quotes.quote,
        "readQuotes": endpoints.quotes.read,
        "listTokens": endpoints.market.tokens,
        "listPools": endpoints.market.pools,
        "getPrices": endpoints.prices,
        "getBalances": endpoints.wallet.balances,
        "airdrop": endpoints.wallet.airdrop,
        "getOwnAccount": endpoints.accounts.own,
        "getAccount": endpoints.accounts.show,
        "changeAccount": endpoints.accounts.change,
        "getErrorTable": error_pages.show_table,
        "getLifecycle": endpoints.meta.lifecycle,
        "getScenarios": endpoints.meta.scenarios,
        "getProblem": error_pages.show_page,
        "getOpenApi": endpoints.openapi.show,
        "getAsyncApi": asyncapi.show,
        "getDocs": docs_page.show,
        "getDocsAsset": docs_page.asset,
        "getMetrics": metrics.show,
        "aliveHealth": endpoints.health.alive,
        "aliveHealthz": endpoints.health.alive,
        "aliveLivez": endpoints.health.alive,
        "ready": endpoints.health.ready,
        "getStatus": endpoints.status.show,
    }


async def upgrade_required(request: Request) -> Response:
    """Answer 426: this address speaks WebSocket."""
    raise Rejected("UPGRADE_REQUIRED")
