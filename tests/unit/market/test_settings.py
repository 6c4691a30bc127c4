"""What the process is told, and what it says when it is told something wrong."""

import pytest

from market_service.commands import main
from market_service.process import profile_of
from market_service.settings import read_ledger_settings, read_market_settings
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.sentences import SettingsError

URL = "postgresql://somebody:secret@localhost/db"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MARKET_PROFILE", "MARKET_SEED", "MOCK_FAIL_RATE", "SCENARIOS", "MARKET_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_only_the_ledger_has_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    settings = read_market_settings()
    assert (settings.market_profile, settings.market_port, settings.scenarios) == ("realistic", 50053, False)
    assert profile_of(settings).transient_ppm == 0


def test_a_fail_rate_takes_the_place_of_the_profile_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("MARKET_PROFILE", "s5")
    assert profile_of(read_market_settings()).transient_ppm == 80_000
    monkeypatch.setenv("MOCK_FAIL_RATE", "0.8")
    assert profile_of(read_market_settings()).transient_ppm == 800_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret@x"),
        ("DATABASE_URL", "postgresql://u:secret/@x:5432/db"),
        ("DATABASE_URL", "postgresql://u:[secret]@x:5432/db?y"),
        ("MARKET_PROFILE", "fast"),
        ("MARKET_FILE", "/no/such/file"),
        ("MOCK_FAIL_RATE", "1.5"),
        ("MARKET_SEED", "-1"),
        ("MARKET_PORT", "x"),
        ("SCENARIOS", "maybe"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it_and_keeps_secrets(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_market_settings()
    text = str(refused.value)
    assert text.startswith(f"{name}=")
    assert "; allowed: " in text
    assert "\n" not in text
    assert "secret" not in text


def test_a_missing_ledger_ends_the_command_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    assert capsys.readouterr().err == (
        "DATABASE_URL: not set; allowed: an address such as postgresql://user:password@host:5432/name\n"
    )


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_word_of_a_connection_pooler_reaches_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{URL}?pgbouncer=true&sslmode=disable")
    address = read_postgres_url(read_ledger_settings().database_url.get_secret_value())
    assert (address.url, address.is_prepared) == (f"{URL}?sslmode=disable", False)
