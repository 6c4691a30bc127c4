"""gRPC in: RouterService on the use cases, and the router process from start to drain."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Final

import grpc
import uvloop
from grpc_health.v1 import health_pb2

from router_service import telemetry
from router_service.application.answers import IssuedAnswer, RouteRefused, RouteRequest
from router_service.application.watch_prices import PriceChange, watch_prices
from router_service.bootstrap import Router, build_router
from router_service.requests import check_batch, quotes_request, route_request
from router_service.responses import (
    pools_response,
    prices_response,
    quotes_response,
    refusal_response,
    route_response,
    tokens_response,
)
from router_service.settings import RouterSettings
from servicekit.cancelling import cancel_all
from servicekit.errors import DomainError, Unavailable
from servicekit.garbage import calm_garbage_collector
from servicekit.grpc_server import RunningServer, Service, start_server, wait_for_signal
from servicekit.metrics import serve_metrics
from servicekit.settings.reading import read_settings
from servicekit.settings.sentences import SettingsError, sentence
from servicekit.status.status_server import with_status
from servicekit.telemetry import configure_logging
from servicekit.traces.tracing import tracing
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

SERVICE_NAME: Final = pb.DESCRIPTOR.services_by_name["RouterService"].full_name

EXIT_FAILED: Final = 1
EXIT_MISUSED: Final = 2

Context = grpc.aio.ServicerContext[Any, Any]


class RouterServicer(rpc.RouterServiceServicer):
    """Each rpc reads its request, calls its use case and writes the answer."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._draining = asyncio.Event()

    async def GetQuotes(self, request: pb.GetQuotesRequest, context: Context) -> pb.GetQuotesResponse:
        """Quote every pool of a pair."""
        answer = await self._router.ask_quotes(quotes_request(request), context.time_remaining())
        return quotes_response(answer)

    async def GetRoute(self, request: pb.GetRouteRequest, context: Context) -> pb.GetRouteResponse:
        """Find one route."""
        wish = route_request(request, legs_max=self._router.legs_max)
        (answer,) = await self._router.find_route([wish], context.time_remaining())
        if isinstance(answer, RouteRefused):
            # An error may answer many requests; it must not collect where it was raised.
            raise answer.error.with_traceback(None)
        return route_response(answer)

    async def GetRoutes(self, request: pb.GetRoutesRequest, context: Context) -> pb.GetRoutesResponse:
        """Find a route for each request of a batch."""
        began_ns = time.time_ns()
        check_batch(request.requests)
        wishes = [self._read(message) for message in request.requests]
        good = [wish for wish in wishes if isinstance(wish, RouteRequest)]
        found = iter(await self._find(good, context.time_remaining()))
        answers = [wish if isinstance(wish, RouteRefused) else next(found) for wish in wishes]
        telemetry.batch_routed([message.traceparent for message in request.requests], _reasons(answers), began_ns)
        return pb.GetRoutesResponse(answers=[_answer(answer) for answer in answers])

    async def WatchPrices(
        self, request: pb.WatchPricesRequest, context: Context
    ) -> AsyncIterator[pb.WatchPricesResponse]:
        """Stream prices until the caller leaves or the server drains."""
        draining = asyncio.ensure_future(self._draining.wait())
        async with aclosing(watch_prices(self._router.feed, frozenset(request.mints))) as changes:
            try:
                while (change := await _next_before(changes, draining)) is not None:
                    yield prices_response(change)
            finally:
                draining.cancel()
        raise Unavailable("SHUTTING_DOWN")

    async def ListTokens(self, request: pb.ListTokensRequest, context: Context) -> pb.ListTokensResponse:
        """List the tokens."""
        return tokens_response(self._router.feed.newest())

    async def ListPools(self, request: pb.ListPoolsRequest, context: Context) -> pb.ListPoolsResponse:
        """List the pools."""
        return pools_response(self._router.feed.newest(), request.mint)

    async def drain(self) -> None:
        """End the price streams."""
        self._draining.set()

    def _read(self, message: pb.GetRouteRequest) -> RouteRequest | RouteRefused:
        try:
            return route_request(message, legs_max=self._router.legs_max)
        except DomainError as error:
            return RouteRefused(error)

    async def _find(
        self, wishes: Sequence[RouteRequest], caller_seconds: float | None
    ) -> Sequence[IssuedAnswer | RouteRefused]:
        return await self._router.find_route(wishes, caller_seconds) if wishes else []


async def _next_before(changes: AsyncIterator[PriceChange], end: asyncio.Future[Any]) -> PriceChange | None:
    """Return the next change; None when `end` comes first."""
    change = asyncio.ensure_future(anext(changes))
    try:
        await asyncio.wait((change, end), return_when=asyncio.FIRST_COMPLETED)
        return change.result() if change.done() and not end.done() else None
    finally:
        change.cancel()
        # The generator cannot be closed while it is still being asked.
        await asyncio.gather(change, return_exceptions=True)


def _reasons(answers: Sequence[IssuedAnswer | RouteRefused]) -> list[str]:
    return [answer.error.reason if isinstance(answer, RouteRefused) else "" for answer in answers]


def _answer(answer: IssuedAnswer | RouteRefused) -> pb.RouteAnswer:
    if isinstance(answer, RouteRefused):
        return pb.RouteAnswer(refusal=refusal_response(answer))
    return pb.RouteAnswer(response=route_response(answer))


async def start_router(router: Router, settings: RouterSettings) -> RunningServer:
    """Start serving and return at once. Health says SERVING from the first snapshot of the market on."""
    servicer = RouterServicer(router)
    service = Service(
        names=[SERVICE_NAME],
        add=lambda server: rpc.add_RouterServiceServicer_to_server(servicer, server),
        on_drain=servicer.drain,
    )
    return await start_server(
        with_status(service, "router", router.feed.status),
        host=settings.grpc_host,
        port=settings.router_port,
        reflection_enabled=settings.grpc_reflection,
        connection_age_max_ms=settings.grpc_connection_age_max_ms,
        healthy=False,
    )


async def keep_up(router: Router, running: RunningServer) -> None:
    """Follow the market until cancelled, and say so in the health service once its state is known."""
    feed = asyncio.create_task(router.feed.run())
    try:
        first = asyncio.create_task(router.feed.newer_than(None))
        await asyncio.wait((feed, first), return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            for name in ("", *running.service.names):
                await running.health.set(name, health_pb2.HealthCheckResponse.SERVING)
        await feed
    finally:
        feed.cancel()
        first.cancel()


async def serve(settings: RouterSettings) -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    serve_metrics(settings.metrics_port, settings.metrics_host)
    router = build_router(settings)
    try:
        running = await start_router(router, settings)
    except OSError:
        await router.channel.close()
        raise
    telemetry.serving(running.port, settings.market_address)
    following = asyncio.create_task(keep_up(router, running))
    asked_to_end = asyncio.create_task(wait_for_signal())
    try:
        await asyncio.wait((following, asked_to_end), return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            # Only an error ends it; it says why.
            following.result()
    finally:
        await cancel_all((following, asked_to_end))
        await running.stop()
        await router.channel.close()
        telemetry.stopped()


def main() -> None:
    """Run the router process. Exits with 2 when a setting is wrong, with 1 when it cannot serve."""
    try:
        settings = read_settings(RouterSettings, os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_MISUSED)
    configure_logging("router", level=settings.log_level)
    calm_garbage_collector()
    try:
        with tracing("router"):
            uvloop.run(serve(settings))
    except OSError as error:
        told = {"ROUTER_PORT": str(settings.router_port)}
        why = f"cannot be used ({error}); allowed: a port that is free"
        sys.stderr.write(f"{sentence(told, told, why)}\n")
        sys.exit(EXIT_FAILED)
