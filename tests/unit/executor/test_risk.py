"""The rules of an account, one by one and against each other. Where they hold is in the contract suite."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.domain.risk import (
    NO_LIMITS,
    AccountUse,
    RiskLimits,
    TradingAccount,
    TradingState,
    dollars,
    refusal_of,
)
from servicekit.errors import DomainError, Unavailable
from tests.builders import SOL, USDC, an_order

ACTIVE, HALTED = TradingState.ACTIVE, TradingState.HALTED
UNUSED = AccountUse()


def refusal(
    limits: RiskLimits,
    *,
    use: AccountUse = UNUSED,
    usd_micros: int | None = None,
    state: TradingState = ACTIVE,
    **order: Any,
) -> DomainError | None:
    return refusal_of(an_order(**order), state, limits, use, usd_micros)


def reason(limits: RiskLimits, **rest: Any) -> str | None:
    error = refusal(limits, **rest)
    return None if error is None else error.reason


def test_without_limits_nothing_is_refused() -> None:
    assert refusal(NO_LIMITS, use=AccountUse(in_flight=10**6, last_minute=10**6)) is None


@pytest.mark.parametrize(("value", "told"), [(100, None), (101, "RISK_LIMIT_EXCEEDED")])
def test_an_order_may_be_worth_the_limit(value: int, told: str | None) -> None:
    assert reason(RiskLimits(order_usd_micros_max=100), usd_micros=value) == told


@pytest.mark.parametrize(("bps", "told"), [(0, None), (1, "RISK_LIMIT_EXCEEDED")])
def test_a_slippage_limit_of_zero_is_a_limit(bps: int, told: str | None) -> None:
    assert reason(RiskLimits(slippage_bps_max=0), slippage_bps=bps) == told


@pytest.mark.parametrize(
    ("allowed", "fields"),
    [((), []), ((SOL, USDC), []), ((SOL,), ["mint_out"]), ((USDC,), ["mint_in"]), (("x",), ["mint_in", "mint_out"])],
)
def test_both_tokens_must_be_allowed(allowed: tuple[str, ...], fields: list[str]) -> None:
    error = refusal(RiskLimits(mints_allowed=allowed))
    assert [violation.field for violation in (error.violations if error else ())] == fields


@pytest.mark.parametrize(("used", "told"), [(4, None), (5, "TOO_MANY_ORDERS"), (6, "TOO_MANY_ORDERS")])
def test_counts_are_limits_for_what_is_there_already(used: int, told: str | None) -> None:
    assert reason(RiskLimits(orders_in_flight_max=5), use=AccountUse(in_flight=used)) == told
    assert reason(RiskLimits(orders_per_minute_max=5), use=AccountUse(last_minute=used)) == told


def test_too_many_in_a_minute_says_when_there_is_room() -> None:
    error = refusal(RiskLimits(orders_per_minute_max=1), use=AccountUse(last_minute=1, frees_in_ms=12_345))
    assert isinstance(error, Unavailable)
    assert error.retry_after_ms == 12_345


def test_the_switch_comes_before_everything_and_what_the_order_must_change_before_what_time_mends() -> None:
    limits = RiskLimits(order_usd_micros_max=1, orders_in_flight_max=1, slippage_bps_max=0)
    full = AccountUse(in_flight=1)
    assert reason(limits, use=full, state=HALTED) == "ACCOUNT_HALTED"
    assert reason(limits, use=full) == "RISK_LIMIT_EXCEEDED"
    assert reason(replace(limits, slippage_bps_max=None), use=full) == "UNAVAILABLE"
    assert reason(replace(limits, slippage_bps_max=None), use=full, usd_micros=1) == "TOO_MANY_ORDERS"


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 120))
def test_orders_one_after_another_fill_the_tighter_limit_and_no_more(in_flight: int, a_minute: int, tries: int) -> None:
    limits = RiskLimits(orders_in_flight_max=in_flight, orders_per_minute_max=a_minute)
    use = UNUSED
    for _ in range(tries):
        use = use if refusal(limits, use=use) else use.with_another()
    assert use.in_flight == use.last_minute == min(in_flight, a_minute, tries)


@pytest.mark.parametrize(
    ("micros", "text"), [(1, "0.000001"), (1_000_000, "1"), (5_000_500_000, "5000.5"), (0, "0"), (10**15, "1000000000")]
)
def test_dollars_are_exact(micros: int, text: str) -> None:
    assert dollars(micros) == text


def test_an_accounts_own_limits_stand_in_for_the_servers_even_when_they_are_none() -> None:
    servers, own = RiskLimits(orders_in_flight_max=1), RiskLimits(slippage_bps_max=1)
    nobody = TradingAccount(account_id="a")
    assert nobody.limits_in_force(servers) == servers
    assert replace(nobody, limits=own).limits_in_force(servers) == own
    assert nobody.is_measured(servers)
    assert not nobody.is_measured(NO_LIMITS)
    assert not replace(nobody, limits=NO_LIMITS).is_measured(servers)
    assert replace(nobody, trading_state=HALTED).is_measured(NO_LIMITS)
