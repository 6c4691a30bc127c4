"""Wiring: the one place where settings, channels, clients and endpoints meet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.access.accounts_client import AccountsClient
from gateway.access.client_address import ClientAddresses
from gateway.access.cross_origin import CrossOrigin
from gateway.access.entrance import Edge
from gateway.access.hosts import Hosts
from gateway.access.origin import Origins
from gateway.access.turnstile import Turnstile
from gateway.access.wiring import open_access
from gateway.app import Endpoints, routes
from gateway.documents.meta import Meta
from gateway.documents.openapi import OpenApi
from gateway.edge.background import in_background
from gateway.edge.body import BodyLimits
from gateway.health import Health
from gateway.market.accounts import Accounts
from gateway.market.market_client import MarketClient
from gateway.market.market_data import MarketData
from gateway.market.price_stream import Prices
from gateway.market.wallet import Wallet
from gateway.orders.batch import Batch
from gateway.orders.codec import Rules
from gateway.orders.explain import Explain
from gateway.orders.listing import Listing
from gateway.orders.orders import Intake, Orders, SubmitOrder
from gateway.orders.orders_client import OrdersClient
from gateway.orders.quotes import Quotes
from gateway.orders.router_client import RouterClient
from gateway.orders.scenario_names import ScenarioNames
from gateway.orders.tokens import TokenDirectory
from gateway.settings import GatewaySettings
from gateway.status import Parts, Status
from gateway.streams.order_watches import OrderWatches
from gateway.streams.stream_socket import StreamLimits, StreamSocket
from servicekit.grpc_client import open_channel


@dataclass(frozen=True, slots=True)
class Gateway:
    """A wired gateway: the application, and the streams that a shutdown has to end."""

    app: Edge
    watches: OrderWatches
    prices: Prices
    stream: StreamSocket
    turnstile: Turnstile

    def drain(self) -> None:
        """Have every stream end, so that its client goes on elsewhere."""
        self.watches.drain()
        self.prices.drain()
        self.stream.drain()


@asynccontextmanager
async def open_gateway(settings: GatewaySettings) -> AsyncIterator[Gateway]:
    """Yield a gateway whose background work runs, and take it down again."""
    executor = open_channel(settings.executor_address)
    router = open_channel(settings.router_address)
    market_channel = open_channel(settings.market_address)
    orders = OrdersClient(
        executor, deadline_seconds=settings.rpc_deadline_seconds, submits_waiting_max=settings.submits_waiting_max
    )
    quoting = RouterClient(router, target=settings.router_address, deadline_seconds=settings.rpc_deadline_seconds)
    market = MarketClient(market_channel, deadline_seconds=settings.rpc_deadline_seconds)
    tokens = TokenDirectory(quoting.tokens, refresh_seconds=settings.tokens_refresh_seconds)
    watches = OrderWatches(
        executor, deadline_seconds=settings.watch_deadline_seconds, events_max=settings.frames_waiting_max
    )
    accounts = AccountsClient(executor, deadline_seconds=settings.rpc_deadline_seconds)
    addresses = ClientAddresses(settings.trusted_proxies)
    turnstile = Turnstile(
        addresses, per_address_max=settings.sockets_per_address_max, per_key_max=settings.sockets_per_key_max
    )
    rules = _rules(settings)
    origins = Origins(settings.trusted_proxies, settings.path_prefix)
    scenarios = ScenarioNames(market.scenarios, switched_on=rules.scenarios)
    intake = Intake(orders, tokens, rules, scenarios, origins)
    small = BodyLimits(settings.body_bytes_max, settings.body_read_seconds)
    large = BodyLimits(settings.batch_body_bytes_max, settings.body_read_seconds)
    market_data = MarketData(quoting, tokens)
    parts = Parts({"executor": executor, "router": router, "market": market_channel}, tokens)
    try:
        async with (
            open_access(settings, accounts, addresses, turnstile) as access,
            in_background(tokens.keep_fresh(), watches.run()),
        ):
            endpoints = Endpoints(
                guard=access.guard,
                submit=SubmitOrder(intake, small),
                batch=Batch(intake, large, access.limits, orders_max=settings.batch_orders_max),
                quotes=Quotes(quoting, tokens, rules, scenarios, small),
                listing=Listing(orders, tokens),
                orders=Orders(orders, tokens),
                explain=Explain(orders, tokens),
                watches=watches,
                turnstile=turnstile,
                health=Health(parts),
                status=Status(parts, keys_required=settings.auth),
                market=market_data,
                stream=StreamSocket(watches, turnstile, _stream_limits(settings)),
                meta=Meta(orders, market),
                wallet=Wallet(market, tokens, small, tokens_max=settings.airdrop_tokens_max),
                accounts=Accounts(accounts, tokens, small),
                tickets=access.tickets,
                openapi=OpenApi(keys_required=settings.auth),
                prices=Prices(quoting, market_data, turnstile, first_answer_seconds=settings.rpc_deadline_seconds),
            )
            yield Gateway(_edge(settings, endpoints, origins), watches, endpoints.prices, endpoints.stream, turnstile)
            await orders.close()
    finally:
        await asyncio.gather(executor.close(), router.close(), quoting.close(), market_channel.close())


def _edge(settings: GatewaySettings, endpoints: Endpoints, origins: Origins) -> Edge:
    cross_origin = CrossOrigin(settings.page_origins, origins)
    hosts = Hosts(settings.served_hosts, settings.host, origins)
    return Edge(routes(endpoints), origins, cross_origin, hosts)


def _rules(settings: GatewaySettings) -> Rules:
    return Rules(
        default_slippage_bps=settings.default_slippage_bps,
        max_slippage_bps=settings.max_slippage_bps,
        scenarios=settings.scenarios,
    )


def _stream_limits(settings: GatewaySettings) -> StreamLimits:
    return StreamLimits(
        frames_max=settings.stream_frames_waiting_max,
        orders_max=settings.stream_orders_max,
        commands_per_second_max=settings.stream_commands_per_second_max,
    )
