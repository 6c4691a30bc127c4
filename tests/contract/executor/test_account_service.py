"""AccountService over gRPC, as the gateway meets it."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import timedelta

import grpc
import pytest

from executor_service import messages
from executor_service.account_server import AccountServicer
from executor_service.application.account_limits import AccountLimits
from executor_service.application.authenticate import Authenticate
from executor_service.application.manage_keys import ManageKeys
from executor_service.domain.keys import Scope
from executor_service.domain.risk import AccountUse, RiskLimits
from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable
from servicekit.grpc_errors import error_from
from servicekit.grpc_server import Service, start_server
from tests.account_fakes import MemoryAccounts, MemoryKeys
from tests.builders import NOON, SOL, USDC
from tests.fakes import ManualClock
from tradewind.accounts.v1 import accounts_pb2 as pb
from tradewind.accounts.v1 import accounts_pb2_grpc as rpc

PEPPER = b"p" * 32
DEFAULTS = RiskLimits(order_usd_micros_max=5_000_000_000, slippage_bps_max=300)


@dataclass
class World:
    """The service under test and what stands behind it."""

    stub: "rpc.AccountServiceAsyncStub"
    limits: AccountLimits
    accounts: MemoryAccounts
    manage: ManageKeys
    clock: ManualClock

    async def a_key(self, *scopes: Scope, lifetime: timedelta | None = None) -> pb.AuthenticateRequest:
        _, text = await self.manage.create(PEPPER, account_id="alice", scopes=scopes, name="", lifetime=lifetime)
        _, key_id, secret = text.split("_")
        return pb.AuthenticateRequest(key_id=key_id, secret=secret)

    async def updated(self, **fields: object) -> pb.Account:
        request = pb.UpdateAccountRequest(account_id="alice", **fields)  # type: ignore[arg-type]  # the request's own
        return (await self.stub.UpdateAccount(request, timeout=30)).account


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock, keys, accounts = ManualClock(), MemoryKeys(), MemoryAccounts()
    limits = AccountLimits(accounts=accounts, clock=clock, defaults=DEFAULTS)
    servicer = AccountServicer(keys=Authenticate(keys=keys, clock=clock, pepper=PEPPER), accounts=limits)
    service = Service(names=[], add=lambda server: rpc.add_AccountServiceServicer_to_server(servicer, server))
    running = await start_server(service, host="127.0.0.1", port=0)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
        yield World(rpc.AccountServiceStub(channel), limits, accounts, ManageKeys(keys=keys, clock=clock), clock)
    await running.stop(0)


async def refusal(call: Awaitable[object]) -> DomainError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return error_from(caught.value)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope.READ, [pb.SCOPE_READ]),
        (Scope.TRADE, [pb.SCOPE_READ, pb.SCOPE_TRADE]),
        (Scope.ADMIN, [pb.SCOPE_READ, pb.SCOPE_TRADE, pb.SCOPE_ADMIN]),
    ],
)
async def test_a_key_tells_its_account_and_every_right_it_has(world: World, scope: Scope, told: list[int]) -> None:
    answer = await world.stub.Authenticate(await world.a_key(scope), timeout=30)
    assert (answer.account_id, list(answer.scopes)) == ("alice", told)
    assert not answer.HasField("expires_at")


async def test_the_end_of_a_key_is_told_and_after_it_the_key_is_refused(world: World) -> None:
    key = await world.a_key(Scope.READ, lifetime=timedelta(hours=1))
    answer = await world.stub.Authenticate(key, timeout=30)
    assert answer.expires_at.ToMilliseconds() == (NOON + timedelta(hours=1)).timestamp() * 1000
    world.clock.advance(hours=1)
    assert (await refusal(world.stub.Authenticate(key, timeout=30))).reason == "UNAUTHENTICATED"


async def test_every_bad_key_gets_the_same_answer(world: World) -> None:
    key = await world.a_key(Scope.READ)
    answers = set()
    for bad in (
        pb.AuthenticateRequest(),
        pb.AuthenticateRequest(key_id=key.key_id, secret="x" * 100_000),
        pb.AuthenticateRequest(key_id="\0" * 100_000, secret=key.secret),
        pb.AuthenticateRequest(key_id="0" * 12, secret=key.secret),
    ):
        error = await refusal(world.stub.Authenticate(bad, timeout=30))
        answers.add((error.reason, error.detail, error.violations))
    assert answers == {("UNAUTHENTICATED", "No valid key was given", ())}


async def test_keys_that_hold_no_longer_are_told(world: World) -> None:
    good, revoked = [await world.a_key(Scope.READ) for _ in range(2)]
    await world.manage.revoke(revoked.key_id)
    request = pb.CheckKeysRequest(key_ids=[good.key_id, revoked.key_id, "nonsense"])
    assert list((await world.stub.CheckKeys(request, timeout=30)).invalid_key_ids) == [revoked.key_id, "nonsense"]


async def test_too_many_keys_at_once_are_refused(world: World) -> None:
    request = pb.CheckKeysRequest(key_ids=["0" * 12] * 10_001)
    error = await refusal(world.stub.CheckKeys(request, timeout=30))
    assert (error.reason, error.violations[0].field) == ("INVALID_REQUEST", "key_ids")


async def test_an_account_that_nobody_set_up_has_the_servers_limits(world: World) -> None:
    account = (await world.stub.GetAccount(pb.GetAccountRequest(account_id="new"), timeout=30)).account
    assert account == pb.Account(
        account_id="new",
        trading_state=pb.TRADING_STATE_ACTIVE,
        limits=pb.RiskLimits(order_usd_micros_max=5_000_000_000, slippage_bps_max=300),
    )


async def test_switch_and_limits_are_set_apart_and_read_together(world: World) -> None:
    limits = pb.RiskLimits(orders_per_minute_max=600, slippage_bps_max=0, mints_allowed=[USDC, SOL, USDC])
    assert (await world.updated(limits=limits)).trading_state == pb.TRADING_STATE_ACTIVE
    world.accounts.usage = lambda _: AccountUse(in_flight=3, last_minute=7)
    after = await world.updated(trading_state=pb.TRADING_STATE_HALTED)
    assert after.trading_state == pb.TRADING_STATE_HALTED
    assert (after.orders_in_flight, after.orders_last_minute) == (3, 7)
    assert after.limits == pb.RiskLimits(orders_per_minute_max=600, slippage_bps_max=0, mints_allowed=[USDC, SOL])
    assert after.updated_at.ToMilliseconds() == NOON.timestamp() * 1000
    read = (await world.stub.GetAccount(pb.GetAccountRequest(account_id="alice"), timeout=30)).account
    assert read == after


async def test_an_update_holds_here_before_it_is_answered(world: World) -> None:
    await world.updated(limits=pb.RiskLimits())
    await world.limits.refresh()
    assert not world.limits.is_measured("alice")
    await world.updated(trading_state=pb.TRADING_STATE_HALTED)
    assert world.limits.is_measured("alice")


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (pb.UpdateAccountRequest(account_id=""), ["account_id"]),
        (pb.UpdateAccountRequest(account_id="a b", trading_state=99), ["account_id", "trading_state"]),  # type: ignore[arg-type]  # not one of the enum's
        (
            pb.UpdateAccountRequest(
                account_id="a", limits=pb.RiskLimits(slippage_bps_max=10_001, mints_allowed=["SOL"] * 257)
            ),
            ["limits.slippage_bps_max", "limits.mints_allowed", "limits.mints_allowed"],
        ),
    ],
)
async def test_everything_wrong_with_an_update_is_named(
    world: World, request_: pb.UpdateAccountRequest, fields: list[str]
) -> None:
    error = await refusal(world.stub.UpdateAccount(request_, timeout=30))
    assert error.reason == "INVALID_REQUEST"
    assert [violation.field for violation in error.violations] == fields
    assert world.accounts.kept == {}


@pytest.mark.parametrize("account_id", ["", "a b", "\0", "a" * 65])
async def test_what_cannot_be_an_account_is_refused(world: World, account_id: str) -> None:
    error = await refusal(world.stub.GetAccount(pb.GetAccountRequest(account_id=account_id), timeout=30))
    assert (error.reason, error.violations[0].field) == ("INVALID_REQUEST", "account_id")


def test_a_batched_refusal_carries_codes_and_when_to_come_back() -> None:
    violation = FieldViolation("amount_in", "too much", "order_too_large")
    too_large = messages.refusal(Rejected("RISK_LIMIT_EXCEEDED", violations=[violation]))
    assert (too_large.violations[0].code, too_large.retry_after_ms) == ("order_too_large", 0)
    assert messages.refusal(Unavailable("TOO_MANY_ORDERS", retry_after_ms=42_000)).retry_after_ms == 42_000
