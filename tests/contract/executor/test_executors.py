"""Two whole executors on one database and one Redis: what one is told of an account, the other follows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY
from pydantic import SecretStr

from executor_service.adapters.dramatiq_queue import make_broker
from executor_service.bootstrap import server_parts
from executor_service.server import start_services
from executor_service.settings import ExecutorSettings
from servicekit.cancelling import cancel_all
from servicekit.errors import DomainError, Unavailable
from servicekit.grpc_errors import error_from
from tests.builders import SOL, USDC
from tradewind.accounts.v1 import accounts_pb2
from tradewind.accounts.v1.accounts_pb2_grpc import AccountServiceStub
from tradewind.orders.v1 import orders_pb2
from tradewind.orders.v1.orders_pb2_grpc import OrderServiceStub

if TYPE_CHECKING:  # names of the stubs alone
    from tradewind.accounts.v1.accounts_pb2_grpc import AccountServiceAsyncStub
    from tradewind.orders.v1.orders_pb2_grpc import OrderServiceAsyncStub

FOLLOW_SECONDS = 5.0


@dataclass
class Executor:
    """One executor, as a gateway sees it."""

    orders: "OrderServiceAsyncStub"
    accounts: "AccountServiceAsyncStub"
    health: health_pb2_grpc.HealthStub

    async def submit(self, *, account_id: str = "alice", **changes: Any) -> orders_pb2.SubmitOrderResponse:
        return await self.orders.SubmitOrder(an_order(account_id=account_id, **changes), timeout=30)

    async def refusal(self, **changes: Any) -> DomainError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.submit(**changes)
        return error_from(caught.value)

    async def update(self, **fields: Any) -> accounts_pb2.Account:
        request = accounts_pb2.UpdateAccountRequest(account_id="alice", **fields)
        return (await self.accounts.UpdateAccount(request, timeout=30)).account


def an_order(**changes: Any) -> orders_pb2.SubmitOrderRequest:
    defaults = {
        "account_id": "alice",
        "order_type": orders_pb2.ORDER_TYPE_MARKET,
        "mint_in": SOL,
        "mint_out": USDC,
        "decimals_in": 9,
        "decimals_out": 6,
        "amount_in": 10**9,
        "slippage_bps": 50,
    }
    return orders_pb2.SubmitOrderRequest(**{**defaults, **changes})


@pytest.fixture
def settings(orders_database_url: str, redis_url: str) -> ExecutorSettings:
    return ExecutorSettings(
        database_url=SecretStr(orders_database_url),
        redis_url=SecretStr(redis_url),
        router_address="127.0.0.1:1",
        executor_port=0,
        risk_slippage_bps_max=300,
        risk_order_usd_max=None,
    )


@pytest.fixture
async def two(settings: ExecutorSettings) -> AsyncIterator[tuple[Executor, Executor]]:
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(an_executor(settings)) for _ in range(2)]
        yield here, there


@asynccontextmanager
async def an_executor(settings: ExecutorSettings) -> AsyncIterator[Executor]:
    async with server_parts(settings, make_broker(settings.queue_url, lambda _: None)) as parts:
        following = [asyncio.create_task(work) for work in (parts.accounts.run(), parts.prices.run())]
        running = await start_services(parts, settings)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
            yield Executor(OrderServiceStub(channel), AccountServiceStub(channel), health_pb2_grpc.HealthStub(channel))
        await running.stop(0)
        await cancel_all(following)


async def test_both_services_tell_that_they_serve(two: tuple[Executor, Executor]) -> None:
    for service in ("tradewind.orders.v1.OrderService", "tradewind.accounts.v1.AccountService"):
        answer = await two[0].health.Check(health_pb2.HealthCheckRequest(service=service), timeout=30)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_an_account_halted_at_one_executor_is_soon_halted_at_the_other(two: tuple[Executor, Executor]) -> None:
    here, there = two
    await here.update(limits=accounts_pb2.RiskLimits())
    await there.submit()
    await here.update(trading_state=accounts_pb2.TRADING_STATE_HALTED)
    assert (await here.refusal()).reason == "ACCOUNT_HALTED"
    async with asyncio.timeout(FOLLOW_SECONDS):
        while await _is_accepted(there):
            await asyncio.sleep(0.05)
    await there.update(trading_state=accounts_pb2.TRADING_STATE_ACTIVE)
    await there.submit()


async def _is_accepted(executor: Executor) -> bool:
    try:
        await executor.submit()
    except grpc.aio.AioRpcError as error:
        return error_from(error).reason != "ACCOUNT_HALTED"
    return True


async def test_a_batch_fills_a_limit_and_the_rest_is_told_when_to_come_back(two: tuple[Executor, Executor]) -> None:
    here, there = two
    await here.update(limits=accounts_pb2.RiskLimits(orders_per_minute_max=3))
    counted = _refused("TOO_MANY_ORDERS")
    batch = orders_pb2.SubmitOrdersRequest(orders=[an_order() for _ in range(5)])
    answers = (await here.orders.SubmitOrders(batch, timeout=30)).answers
    assert [answer.WhichOneof("answer") for answer in answers] == [*["response"] * 3, *["refusal"] * 2]
    assert {answer.refusal.reason for answer in answers[3:]} == {"TOO_MANY_ORDERS"}
    assert all(answer.refusal.retryable and 0 < answer.refusal.retry_after_ms <= 60_000 for answer in answers[3:])
    assert _refused("TOO_MANY_ORDERS") == counted + 2
    refused = await there.refusal()
    assert isinstance(refused, Unavailable)
    assert 0 < refused.retry_after_ms <= 60_000
    account = (await there.accounts.GetAccount(accounts_pb2.GetAccountRequest(account_id="alice"), timeout=30)).account
    assert (account.orders_in_flight, account.orders_last_minute) == (3, 3)


async def test_the_servers_limits_hold_for_everybody_and_name_the_field(two: tuple[Executor, Executor]) -> None:
    refused = await two[0].refusal(account_id="anybody", slippage_bps=301)
    assert refused.reason == "RISK_LIMIT_EXCEEDED"
    assert [(violation.field, violation.code) for violation in refused.violations] == [
        ("slippage_bps", "slippage_too_high")
    ]
    await two[0].submit(account_id="anybody", slippage_bps=300)


async def test_without_prices_a_limit_in_dollars_refuses_for_now(settings: ExecutorSettings) -> None:
    limited = settings.model_copy(update={"risk_order_usd_max": Decimal(100)})
    async with an_executor(limited) as executor:
        refused = await executor.refusal()
        assert (refused.reason, refused.retryable) == ("UNAVAILABLE", True)
        assert "no fresh price" in refused.detail


def _refused(reason: str) -> float:
    return REGISTRY.get_sample_value("tradewind_orders_refused_total", {"reason": reason}) or 0
