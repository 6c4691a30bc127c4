"""What a call carries and reports, on a real channel: its trace into the handler's logs, its measures on both sides."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import structlog
from prometheus_client import REGISTRY

from servicekit.errors import Rejected, Unavailable
from servicekit.grpc_client import open_channel
from servicekit.grpc_server import Service, start_server
from servicekit.traces.trace_context import TraceContext, current_trace
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

SERVICE = "tradewind.router.v1.RouterService"
TRACE = TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", True)


class _Servicer:
    """Answers as a RouterService, and notes what its logs would carry."""

    def __init__(self) -> None:
        self.bound: list[Any] = []

    def add_to(self, server: grpc.aio.Server) -> None:
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "ListTokens": grpc.unary_unary_rpc_method_handler(
                self.tokens, pb.ListTokensRequest.FromString, pb.ListTokensResponse.SerializeToString
            ),
            "ListPools": grpc.unary_unary_rpc_method_handler(
                self.pools, pb.ListPoolsRequest.FromString, pb.ListPoolsResponse.SerializeToString
            ),
            "WatchPrices": grpc.unary_stream_rpc_method_handler(
                self.prices, pb.WatchPricesRequest.FromString, pb.WatchPricesResponse.SerializeToString
            ),
        }
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])

    async def tokens(self, request: pb.ListTokensRequest, context: Any) -> pb.ListTokensResponse:
        self.bound.append((structlog.contextvars.get_contextvars().get("trace_id"), current_trace.get()))
        return pb.ListTokensResponse()

    async def pools(self, request: pb.ListPoolsRequest, context: Any) -> pb.ListPoolsResponse:
        raise Rejected("NO_ROUTE") if request.mint else Unavailable("STALE_STATE")

    async def prices(self, request: pb.WatchPricesRequest, context: Any) -> AsyncIterator[pb.WatchPricesResponse]:
        self.bound.append((structlog.contextvars.get_contextvars().get("trace_id"), current_trace.get()))
        yield pb.WatchPricesResponse()


@pytest.fixture
def servicer() -> _Servicer:
    return _Servicer()


@pytest.fixture
async def stub(servicer: _Servicer) -> AsyncIterator[Any]:
    service = Service(
        names=[SERVICE],
        add=servicer.add_to,
    )
    running = await start_server(service, host="127.0.0.1", port=0)
    async with open_channel(f"127.0.0.1:{running.port}") as channel:
        yield rpc.RouterServiceStub(channel)
    await running.stop(0)


def _sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_the_handler_is_in_the_trace_of_its_caller(stub: Any, servicer: _Servicer) -> None:
    current_trace.set(TRACE)
    await stub.ListTokens(pb.ListTokensRequest(), timeout=30)
    assert servicer.bound == [(TRACE.trace_id, TRACE)]


async def test_a_call_for_nobody_in_particular_carries_no_trace(stub: Any, servicer: _Servicer) -> None:
    await stub.ListTokens(pb.ListTokensRequest(), timeout=30)
    assert servicer.bound == [(None, None)]


async def test_a_stream_takes_over_the_trace_that_its_caller_sends(stub: Any, servicer: _Servicer) -> None:
    async for _ in stub.WatchPrices(pb.WatchPricesRequest(), metadata=(("traceparent", TRACE.traceparent),)):
        pass
    assert servicer.bound == [(TRACE.trace_id, TRACE)]


async def test_a_context_that_is_none_is_ignored(stub: Any, servicer: _Servicer) -> None:
    await stub.ListTokens(pb.ListTokensRequest(), timeout=30, metadata=(("traceparent", "00-0-0-00"),))
    assert servicer.bound == [(None, None)]


async def test_both_sides_measure_a_call(stub: Any) -> None:
    answered = _sample("tradewind_rpc_seconds_count", method="ListTokens")
    called = _sample("tradewind_rpc_client_seconds_count", method="ListTokens", code="OK")
    await stub.ListTokens(pb.ListTokensRequest(), timeout=30)
    assert _sample("tradewind_rpc_seconds_count", method="ListTokens") == answered + 1
    assert _sample("tradewind_rpc_client_seconds_count", method="ListTokens", code="OK") == called + 1


async def test_a_refusal_is_counted_by_its_code_on_both_sides(stub: Any) -> None:
    labels = {"method": "ListPools", "code": "FAILED_PRECONDITION"}
    refused, called = (
        _sample(name, **labels) for name in ("tradewind_rpc_refused_total", "tradewind_rpc_client_seconds_count")
    )
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.ListPools(pb.ListPoolsRequest(mint="x"), timeout=30)
    assert _sample("tradewind_rpc_refused_total", **labels) == refused + 1
    assert _sample("tradewind_rpc_client_seconds_count", **labels) == called + 1


async def test_what_may_pass_is_logged_with_method_and_trace(stub: Any) -> None:
    current_trace.set(TRACE)
    with (
        structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines,
        pytest.raises(grpc.aio.AioRpcError),
    ):
        await stub.ListPools(pb.ListPoolsRequest(), timeout=30)
    # The channel tries UNAVAILABLE again; every try is told.
    told = {(line["event"], line["method"], line["reason"], line["trace_id"]) for line in lines}
    assert told == {("rpc.failed", "/tradewind.router.v1.RouterService/ListPools", "STALE_STATE", TRACE.trace_id)}
