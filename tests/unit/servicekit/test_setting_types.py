"""Settings of every service: read one way, refused in one sentence each."""

import pytest
from pydantic_settings import BaseSettings

from deploy.local.settings import service_problems
from executor_service.settings import ExecutorSettings
from gateway.settings import GatewaySettings
from market_service.settings import MarketSettings
from router_service.settings import RouterSettings
from servicekit.setting_types import SettingsError, check_settings, read_settings

STORES = {"database_url": "postgresql://u@127.0.0.1/x", "redis_url": "redis://127.0.0.1"}
SERVICES = (ExecutorSettings, GatewaySettings, MarketSettings, RouterSettings)
# Not numbers and words: what they hold has a meaning of its own, checked elsewhere.
NUMBERS = (int, float)


def problems(kind: type[BaseSettings], **environ: str) -> list[str]:
    return list(check_settings(kind, environ, **STORES))


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("level", ["debug", "Info", "WARNING", "error"])
def test_a_log_level_is_read_in_any_case(kind: type[BaseSettings], level: str) -> None:
    assert problems(kind, LOG_LEVEL=level) == []


@pytest.mark.parametrize("kind", SERVICES)
def test_a_log_level_that_is_none_names_those_that_are(kind: type[BaseSettings]) -> None:
    expected = "LOG_LEVEL=loud: must be DEBUG, INFO, WARNING or ERROR, in any case."
    assert problems(kind, LOG_LEVEL="loud") == [expected]


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("word", ["on", "ON", "true", "Yes", "1", "off", "False", "no", "0", " on "])
def test_on_and_off_are_read_alike_everywhere(kind: type[BaseSettings], word: str) -> None:
    assert problems(kind, SCENARIOS=word) == []


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("word", ["maybe", "2", "enable", "-"])
def test_another_word_is_refused_with_those_that_are_known(kind: type[BaseSettings], word: str) -> None:
    assert problems(kind, SCENARIOS=word) == [
        f"SCENARIOS={word}: must be on or off (also: true, yes, 1; false, no, 0)."
    ]


@pytest.mark.parametrize("value", ["ten", "-1", "1e400", "nan", "0x10", "1,000", "5 s"])
def test_every_number_of_every_service_is_refused_in_one_sentence(value: str) -> None:
    tried = 0
    for kind in SERVICES:
        for name, field in kind.model_fields.items():
            if field.annotation not in NUMBERS:
                continue
            tried += 1
            found = problems(kind, **{name.upper(): value})
            assert len(found) == 1, (kind, name, value, found)
            assert found[0].startswith(f"{name.upper()}={value}: ")
            assert found[0].endswith(".")
    assert tried > 40


def test_all_that_is_wrong_is_said_at_once_and_once() -> None:
    environ = {"LOG_LEVEL": "loud", "AUTH": "perhaps", "MARKET_SEED": "x", "ROUTER_LEGS_MAX": "99"}
    found = service_problems(environ)
    assert [problem.split("=")[0] for problem in found] == ["LOG_LEVEL", "MARKET_SEED", "ROUTER_LEGS_MAX", "AUTH"]


def test_an_open_door_is_refused_before_anything_starts() -> None:
    (problem,) = service_problems({"HOST": "0.0.0.0"})
    assert "AUTH=off" in problem
    assert service_problems({"HOST": "0.0.0.0", "AUTH": "off"}) == []


def test_a_secret_is_in_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"DATABASE_URL": "mysql://u:s3cret@h/x", "KEY_PEPPER": "s3cret"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REDIS_URL", "redis://x")
    with pytest.raises(SettingsError) as refused:
        read_settings(ExecutorSettings, environ)
    assert "DATABASE_URL: " in str(refused.value)
    assert "KEY_PEPPER: " in str(refused.value)
    assert "s3cret" not in str(refused.value)
