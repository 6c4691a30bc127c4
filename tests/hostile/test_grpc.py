"""The three gRPC servers refuse malformed calls by the error table, store nothing and live on."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from servicekit.errors import DomainError
from servicekit.grpc_errors import error_from
from tests.hostile.calls import CALLS, NOBODYS, Call
from tests.hostile.invariants import Ledger
from tests.stack import Stack
from tradewind.market.v1.market_pb2_grpc import MarketServiceStub
from tradewind.orders.v1 import orders_pb2 as orders
from tradewind.orders.v1.orders_pb2_grpc import OrderServiceStub
from tradewind.router.v1.router_pb2_grpc import RouterServiceStub

SERVICES = {
    "orders": ("EXECUTOR_ADDRESS", OrderServiceStub),
    "router": ("ROUTER_ADDRESS", RouterServiceStub),
    "market": ("MARKET_ADDRESS", MarketServiceStub),
}
STREAMS = ("WatchOrder",)
# Not protobuf: a field that never ends, a wire type that is none, a length beyond the message, text that is not UTF-8.
NOT_PROTOBUF = (b"\xff" * 12, b"\x0f", b"\x0a\x7fabc", b"\x0a\x02\xff\xfe")
Channels = dict[str, grpc.Channel]


@pytest.fixture(scope="module")
def channels(stack: Stack) -> Iterator[Channels]:
    opened = {name: grpc.insecure_channel(stack.env()[address]) for name, (address, _) in SERVICES.items()}
    yield opened
    for channel in opened.values():
        channel.close()


@pytest.mark.parametrize("service", SERVICES)
def test_malformed_calls_are_refused_by_the_table(channels: Channels, ledger: Ledger, service: str) -> None:
    stub = SERVICES[service][1](channels[service])
    wrong = []
    with ledger.untouched():
        for call in (call for call in CALLS if call.service == service):
            code, error = refused(stub, call)
            fields = {violation.field for violation in error.violations} if error else set()
            if (code, error and error.reason) != (call.code, call.reason) or (call.field and call.field not in fields):
                wrong.append(f"{call.name}: wanted {call.code} {call.reason} {call.field}, got {code} {error} {fields}")
    assert not wrong, "\n".join(wrong)


def refused(stub: object, call: Call) -> tuple[str, DomainError | None]:
    """Make the call and return the code and meaning of its refusal."""
    try:
        answer = getattr(stub, call.rpc)(call.message, timeout=30)
        if call.rpc in STREAMS:
            next(answer)
    except grpc.RpcError as failed:
        return failed.code().name, error_from(failed)
    return "OK", None


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("orders", "/tradewind.orders.v1.OrderService/SubmitOrder"),
        ("router", "/tradewind.router.v1.RouterService/GetRoute"),
        ("market", "/tradewind.market.v1.MarketService/SendSwap"),
    ],
)
def test_bytes_that_are_no_message_are_refused(channels: Channels, ledger: Ledger, service: str, method: str) -> None:
    call: Any = channels[service].unary_unary(method)
    with ledger.untouched():
        for data in NOT_PROTOBUF:
            with pytest.raises(grpc.RpcError) as failed:
                call(data, timeout=30)
            error = error_from(failed.value)
            assert (failed.value.code(), error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"), data


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("orders", "/tradewind.orders.v1.OrderService/WatchOrder"),
        ("router", "/tradewind.router.v1.RouterService/WatchPrices"),
        ("market", "/tradewind.market.v1.MarketService/WatchPools"),
    ],
)
def test_streams_refuse_bytes_that_are_no_message(channels: Channels, service: str, method: str) -> None:
    call: Any = channels[service].unary_stream(method)
    # The last one may be a message here: its first field need not be a text.
    for data in NOT_PROTOBUF[:-1]:
        with pytest.raises(grpc.RpcError) as failed:
            next(call(data, timeout=30))
        error = error_from(failed.value)
        assert (failed.value.code(), error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"), data


@pytest.mark.parametrize(
    "command",
    [
        orders.WatchOrdersRequest(add_orders=[orders.AddOrder(watch_id=7, order_id=NOBODYS, after_sequence=2**31)]),
        orders.WatchOrdersRequest(add_accounts=[orders.AddAccount(watch_id=7, account_id="a\0")]),
        orders.WatchOrdersRequest(add_accounts=[orders.AddAccount(watch_id=7, account_id="a" * 65)]),
    ],
)
def test_a_bad_watch_ends_alone(channels: Channels, command: orders.WatchOrdersRequest) -> None:
    good = orders.WatchOrdersRequest(add_accounts=[orders.AddAccount(watch_id=8, account_id="nobody")])
    stream = OrderServiceStub(channels["orders"]).WatchOrders(iter([command, good]), timeout=30)
    ended: dict[int, str] = {}
    added: set[int] = set()
    while not (ended and added):
        answer = next(stream)
        ended.update({end.watch_id: end.reason for end in answer.ended})
        added.update(one.watch_id for one in answer.added)
    stream.cancel()
    assert (ended, added) == ({7: "INVALID_REQUEST"}, {8})


def test_a_message_with_too_many_watches_ends_its_stream(channels: Channels) -> None:
    adds = [orders.AddOrder(watch_id=n, order_id=NOBODYS) for n in range(1_001)]
    stream = OrderServiceStub(channels["orders"]).WatchOrders(
        iter([orders.WatchOrdersRequest(add_orders=adds)]), timeout=30
    )
    with pytest.raises(grpc.RpcError) as failed:
        next(stream)
    error = error_from(failed.value)
    assert (failed.value.code(), error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


def test_an_rpc_that_is_not_there_is_unimplemented(channels: Channels, ledger: Ledger) -> None:
    with ledger.untouched():
        for channel in channels.values():
            call: Any = channel.unary_unary("/tradewind.orders.v1.OrderService/Nothing")
            with pytest.raises(grpc.RpcError) as failed:
                call(b"", timeout=30)
            assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_message_beyond_the_limit_is_refused(channels: Channels, ledger: Ledger) -> None:
    stub = OrderServiceStub(channels["orders"])
    with ledger.untouched(), pytest.raises(grpc.RpcError) as failed:
        stub.SubmitOrder(orders.SubmitOrderRequest(scenario="a" * 20_000_000), timeout=30)
    assert failed.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_bad_order_does_not_sink_its_batch_and_is_not_stored(channels: Channels, ledger: Ledger) -> None:
    bad: Any = [call.message for call in CALLS if call.rpc == "SubmitOrder"]
    with ledger.untouched():
        answers = OrderServiceStub(channels["orders"]).SubmitOrders(orders.SubmitOrdersRequest(orders=bad), timeout=30)
    assert {answer.refusal.reason for answer in answers.answers} == {"INVALID_ORDER"}
    assert len(answers.answers) == len(bad)
