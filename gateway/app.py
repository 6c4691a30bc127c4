"""Every URL of the gateway, on one screen."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway import metrics
from gateway.access.guard import Guard
from gateway.access.tickets import TicketEndpoint
from gateway.access.turnstile import Turnstile
from gateway.documents import asyncapi, docs_page, error_pages
from gateway.documents.meta import Meta
from gateway.documents.openapi import OpenApi
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
from gateway.streams.order_watches import OrderWatches
from gateway.streams.sockets import OrderSocket
from gateway.streams.sse import OrderHistory
from gateway.streams.stream_socket import StreamSocket
from servicekit.errors import Rejected


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
    market: MarketData
    prices: Prices
    stream: StreamSocket
    meta: Meta
    wallet: Wallet
    accounts: Accounts
    tickets: TicketEndpoint
    openapi: OpenApi


def routes(endpoints: Endpoints) -> list[BaseRoute]:
    """Return the routes, the busiest first, each with what it needs; those without are open to everyone.

    What answers at several paths is wrapped for each, since the endpoint names the path in metrics and traces.
    """
    orders, watches, turnstile = endpoints.orders, endpoints.watches, endpoints.turnstile
    read, trade, admin = endpoints.guard.door("read"), endpoints.guard.door("trade"), endpoints.guard.door("admin")
    # An order counts once; a batch counts its orders by itself.
    submit, submit_many = endpoints.guard.door("trade", "submits"), endpoints.guard.door("trade", None)
    return [
        Route("/api/orders/execute", endpoints.submit, methods=["POST"], middleware=submit),
        Route("/api/orders/execute", partial(upgrade_required), methods=["GET"], middleware=read),
        WebSocketRoute("/api/orders/execute", OrderSocket(watches, turnstile, NESTED_GREETING), middleware=read),
        Route("/api/orders/status/{order_id}", partial(upgrade_required), methods=["GET"], middleware=read),
        WebSocketRoute("/api/orders/status/{order_id}", OrderSocket(watches, turnstile, FLAT), middleware=read),
        Route("/ws/orders/{order_id}", partial(upgrade_required), methods=["GET"], middleware=read),
        WebSocketRoute("/ws/orders/{order_id}", OrderSocket(watches, turnstile, NESTED_CAPITALISED), middleware=read),
        Route("/api/orders/batch", endpoints.batch.submit, methods=["POST"], middleware=submit_many),
        Route("/api/orders/preview", endpoints.quotes.preview, methods=["POST"], middleware=read),
        Route("/api/orders", endpoints.listing.show, methods=["GET"], middleware=read),
        Route("/api/orders/{order_id}", orders.show, methods=["GET"], middleware=read),
        Route("/api/orders/{order_id}", orders.cancel, methods=["DELETE"], middleware=trade),
        Route("/api/orders/{order_id}/explain", endpoints.explain.show, methods=["GET"], middleware=read),
        Route(
            "/api/orders/{order_id}/events",
            OrderHistory(orders, watches, turnstile),
            methods=["GET"],
            middleware=read,
        ),
        WebSocketRoute("/api/orders/{order_id}/events", OrderSocket(watches, turnstile), middleware=read),
        Route("/api/stream", partial(upgrade_required), methods=["GET"], middleware=read),
        WebSocketRoute("/api/stream", endpoints.stream, middleware=read),
        Route("/api/ws-ticket", endpoints.tickets.issue, methods=["POST"], middleware=read),
        Route("/api/quotes", endpoints.quotes.quote, methods=["POST"], middleware=read),
        Route("/api/tokens", endpoints.market.tokens, methods=["GET"], middleware=read),
        Route("/api/pools", endpoints.market.pools, methods=["GET"], middleware=read),
        Route("/api/prices", endpoints.prices, methods=["GET"], middleware=read),
        Route("/api/balances", endpoints.wallet.balances, methods=["GET"], middleware=read),
        Route("/api/airdrop", endpoints.wallet.airdrop, methods=["POST"], middleware=submit),
        Route("/api/account", endpoints.accounts.own, methods=["GET"], middleware=read),
        Route("/api/accounts/{account}", endpoints.accounts.show, methods=["GET"], middleware=admin),
        Route("/api/accounts/{account}", endpoints.accounts.change, methods=["PATCH"], middleware=admin),
        Route("/api/meta/errors", error_pages.show_table, methods=["GET"]),
        Route("/api/meta/lifecycle", endpoints.meta.lifecycle, methods=["GET"]),
        Route("/api/meta/scenarios", endpoints.meta.scenarios, methods=["GET"]),
        Route("/problems/{code}", error_pages.show_page, methods=["GET"]),
        Route("/openapi.json", endpoints.openapi.show, methods=["GET"]),
        Route("/asyncapi.json", asyncapi.show, methods=["GET"]),
        Route("/docs", docs_page.show, methods=["GET"]),
        Route("/docs/{asset}", docs_page.asset, methods=["GET"]),
        Route("/metrics", metrics.show, methods=["GET"]),
        Route("/health", partial(endpoints.health.alive), methods=["GET"]),
        Route("/healthz", partial(endpoints.health.alive), methods=["GET"]),
        Route("/livez", partial(endpoints.health.alive), methods=["GET"]),
        Route("/readyz", endpoints.health.ready, methods=["GET"]),
    ]


async def upgrade_required(request: Request) -> Response:
    """Answer 426: this address speaks WebSocket."""
    raise Rejected("UPGRADE_REQUIRED")
