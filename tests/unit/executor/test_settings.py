"""What the executor is told about keys and limits."""

import pytest
from pydantic import ValidationError

from executor_service.domain.risk import NO_LIMITS, RiskLimits
from executor_service.settings import AccountSettings, ExecutorSettings

NAMES = (
    "KEY_PEPPER",
    "RISK_ORDER_USD_MAX",
    "RISK_ORDERS_IN_FLIGHT_MAX",
    "RISK_ORDERS_PER_MINUTE_MAX",
    "RISK_SLIPPAGE_BPS_MAX",
)


def read(monkeypatch: pytest.MonkeyPatch, **environ: str) -> AccountSettings:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"DATABASE_URL": "postgresql://u:p@h/d", **environ}.items():
        monkeypatch.setenv(name, value)
    return AccountSettings()


@pytest.mark.parametrize("given", [{}, dict.fromkeys(NAMES, "")])
def test_without_or_with_empty_values_there_are_neither_limits_nor_keys(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    settings = read(monkeypatch, **given)
    assert (settings.risk_limits, settings.pepper) == (NO_LIMITS, None)


def test_limits_are_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    values = dict(zip(NAMES[1:], ("0.1", "7", "600", "0"), strict=True))
    assert read(monkeypatch, **values).risk_limits == RiskLimits(
        order_usd_micros_max=100_000, orders_in_flight_max=7, orders_per_minute_max=600, slippage_bps_max=0
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RISK_ORDER_USD_MAX", "0"),
        ("RISK_ORDER_USD_MAX", "NaN"),
        ("RISK_ORDER_USD_MAX", "0.0000001"),
        ("RISK_ORDER_USD_MAX", "1e13"),
        ("RISK_ORDERS_IN_FLIGHT_MAX", "0"),
        ("RISK_ORDERS_PER_MINUTE_MAX", "4294967296"),
        ("RISK_SLIPPAGE_BPS_MAX", "10001"),
        ("KEY_PEPPER", "p" * 31),
        ("DATABASE_URL", "mysql://u:p@h/d"),
        ("DATABASE_URL", "postgresql://u:s3cr/et@h:5432/d"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(monkeypatch, **{name: value})
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]
    assert "s3cr" not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("name", ["REDIS_URL", "BROKER_URL"])
def test_an_address_of_redis_that_cannot_be_read_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    environ = {"DATABASE_URL": "postgresql://u:p@h/d", "REDIS_URL": "redis://h", name: "redis://:s3cr/et@h:6379/0"}
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    with pytest.raises(ValidationError) as refused:
        ExecutorSettings()
    [problem] = refused.value.errors()
    assert problem["loc"] == (name.lower(),)
    assert "in a password / is written %2F" in problem["msg"]
    assert "s3cr" not in problem["msg"]


def test_the_pepper_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, KEY_PEPPER="a pepper of thirty-two characters")
    assert settings.pepper == b"a pepper of thirty-two characters"
    assert "thirty-two" not in repr(settings)
