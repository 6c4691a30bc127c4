"""Settings of every service: read one way, refused in one form, all at once."""

import os
import re

import pytest

from deploy.local.settings import LocalVariables, all_problems
from executor_service.settings import AccountSettings, ExecutorSettings, MigrationSettings
from gateway.settings import GatewaySettings
from market_service.settings import LedgerSettings, MarketSettings
from router_service.settings import RouterSettings
from servicekit.settings.reading import check_settings, read_settings, texts_of
from servicekit.settings.sentences import SettingsError
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.tracing import TracingSettings

STORES = {"database_url": "postgresql://u@127.0.0.1/x", "redis_url": "redis://127.0.0.1"}
SERVICES = (ExecutorSettings, GatewaySettings, MarketSettings, RouterSettings)
EVERY_KIND = (*SERVICES, AccountSettings, MigrationSettings, LedgerSettings, TracingSettings, LocalVariables)
FORM = re.compile(r"[A-Z_]+(=.+?)?( and [A-Z_]+(=.+?)?)*: .+; allowed: .+")
ON_OFF = "on or off (also true, yes, 1; false, no, 0)"


def problems(kind: type[ServiceSettings], **environ: str) -> list[str]:
    return texts_of(list(check_settings(kind, environ, **STORES)))


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("level", ["debug", "Info", "WARNING", "error"])
def test_a_log_level_is_read_in_any_case(kind: type[ServiceSettings], level: str) -> None:
    assert problems(kind, LOG_LEVEL=level) == []


@pytest.mark.parametrize("kind", SERVICES)
def test_a_log_level_that_is_none_names_those_that_are(kind: type[ServiceSettings]) -> None:
    expected = "LOG_LEVEL=loud: not a known word; allowed: DEBUG, INFO, WARNING or ERROR, in any case"
    assert problems(kind, LOG_LEVEL="loud") == [expected]


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("word", ["on", "ON", "true", "Yes", "1", "off", "False", "no", "0", " on "])
def test_on_and_off_are_read_alike_everywhere(kind: type[ServiceSettings], word: str) -> None:
    assert problems(kind, SCENARIOS=word) == []


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("word", ["maybe", "2", "enable", "-"])
def test_another_word_is_refused_with_those_that_are_known(kind: type[ServiceSettings], word: str) -> None:
    assert problems(kind, SCENARIOS=word) == [f"SCENARIOS={word}: neither on nor off; allowed: {ON_OFF}"]


@pytest.mark.parametrize("name", ["SCENARIOS", "GRPC_REFLECTION", "ORDER_CHANNELS", "START_WORKER", "REDIS_TLS"])
@pytest.mark.parametrize(("word", "good"), [("ON", True), ("yes", True), (" off ", True), ("0", True), ("ja", False)])
def test_the_stack_reads_on_and_off_like_its_services(name: str, word: str, good: bool) -> None:
    refusal = f"{name}={word}: neither on nor off; allowed: {ON_OFF}"
    assert all_problems({name: word}) == ([] if good else [refusal])


ODD = ("ten", "-1.5", "1e400", "nan", "0x10", "1,000", "5 s", "1_000", "\u0663", "+", "9" * 5_000, "=", "-" * 100)


@pytest.mark.parametrize("value", ODD)
def test_every_number_of_every_kind_is_refused_in_one_sentence_of_bounded_length(value: str) -> None:
    tried = 0
    for kind in EVERY_KIND:
        for name, field in kind.model_fields.items():
            if not re.search(r"\b(int|float|Decimal)\b", str(field.annotation)) or "Network" in str(field.annotation):
                continue
            tried += 1
            found = problems(kind, **{name.upper(): value})
            assert len(found) == 1, (kind, name, value, found)
            assert FORM.fullmatch(found[0]), found[0]
            assert found[0].startswith(f"{name.upper()}=")
            assert re.search(r"; allowed: a (whole )?number ", found[0]), found[0]
            assert len(found[0]) < 300
    assert tried > 70


# Texts that no setting takes, whatever it is.
@pytest.mark.parametrize("value", [" ", " x ", "x ", "\tx", "x\n"])
def test_every_text_with_a_space_at_its_end_is_refused_or_read_without(value: str) -> None:
    """Numbers and words are read without; what is handed on as it is written is refused."""
    for kind in EVERY_KIND:
        for name in kind.model_fields:
            for found in problems(kind, **{name.upper(): value}):
                assert FORM.fullmatch(found), found
                assert found.startswith(name.upper()), found


@pytest.mark.parametrize("value", ["x", "\x1b[31m", "y" * 5_000, "~nosuch/x", "=", "[", "%", "://", "redis://", "1"])
def test_whatever_a_setting_is_given_it_is_taken_or_refused_in_the_form(value: str) -> None:
    for kind in EVERY_KIND:
        for name in kind.model_fields:
            for found in problems(kind, **{name.upper(): value}):
                assert FORM.fullmatch(found), found
                assert found.isprintable()
                assert len(found) < 500
                assert "see docs" not in found, "each kind of setting says what it takes"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("HOST", "127.0.0.1:3000", "(here: 127.0.0.1)"),
        ("HOST", "http://127.0.0.1", "an address or a host's name"),
        ("HOST", "[::1]", "an address or a host's name, such as 127.0.0.1, ::1"),
        ("HOST", "127.0.0", "an address or a host's name"),
        ("HOST", "127.0.0.256", "an address or a host's name"),
        ("GRPC_HOST", " 127.0.0.1", "the value without the space"),
        ("METRICS_HOST", "a b", "an address or a host's name"),
        ("ROUTER_ADDRESS", "foo", "host:port such as"),
        ("EXECUTOR_ADDRESS", "h:99999", "host:port such as"),
        ("MARKET_ADDRESS", "dns:///h", "host:port such as"),
        ("METRICS_PORT", "x", "a whole number from 0 to 65535"),
        ("OTEL_TRACES_SAMPLER", "foo", "always_on, always_off, traceidratio or ratelimiting"),
        ("OTEL_TRACES_SAMPLER_ARG", "x", "a number from 0 to 1000000"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http:// or https://"),
        ("OTEL_SDK_DISABLED", "maybe", ON_OFF),
        ("OTEL_TRACES_EXPORTER", "jaeger", "otlp or none"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "none, gzip or deflate"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "x", "a number above 0"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file", "a file of certificates (PEM)"),
        ("MARKET_FILE", "/no/such/file.toml", "a market's definition"),
        ("MARKET_PROFILE", "fast", "realistic, instant, s1, s2, s3, s4 or s5, in any case"),
        ("LOG_ORDERS", "some", "off, sampled or all, in any case"),
        ("TRUSTED_PROXIES", "everyone", "addresses and networks such as 10.0.0.0/8"),
        ("ALLOWED_ORIGINS", "app.example", "such as https://app.example"),
        ("ALLOWED_HOSTS", "a/b", "such as dex.example"),
        ("RATE_LIMIT_READS", "5 a second", "such as 100/second"),
        ("PATH_PREFIX", "a b", "such as /tradewind"),
        ("RISK_ORDER_USD_MAX", "0.0000001", "a number above 0 up to 1000000000000 with at most 6 decimals"),
        ("DB_PORT", "x", "a whole number from 1 to 65535"),
        ("DB_TYPE", "mysql", "postgres, postgresql, pg or sqlite"),
        ("DB_HOST", "h:1", "(here: h)"),
        ("REDIS_URL", "foo", "redis://:password@host:6379/0"),
        ("BROKER_URL", "redis://h/x", "a number behind the host"),
        ("DATABASE_URL", "postgresql://", "postgresql://user:password@host:5432/name"),
        ("TRADEWIND_DATA_DIR", "~nosuch/x", "a path such as"),
    ],
)
def test_a_start_refuses_it_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    (found,) = all_problems({name: value})
    assert found.startswith(f"{name}=")
    assert allowed in found.partition("; allowed: ")[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "::1"),
        ("HOST", "localhost"),
        ("GRPC_HOST", "fe80::1%eth0"),
        ("ROUTER_ADDRESS", "[::1]:50051"),
        ("ROUTER_ADDRESS", "dns:///router:50051"),
        ("ROUTER_ADDRESS", "unix:/run/router.sock"),
        ("MARKET_ADDRESS", "ipv4:10.0.0.1:1,10.0.0.2:1"),
        ("MARKET_PROFILE", "Instant"),
        ("LOG_ORDERS", "ALL"),
        ("LOG_LEVEL", "Debug"),
        ("PORT", " 3000 "),
        ("OTEL_TRACES_SAMPLER", "ParentBased_TraceIdRatio"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1]:4318"),
        ("DB_TYPE", "Postgres"),
        ("DB_PASS", " with a space "),
        ("RATE_LIMIT_READS", ""),
    ],
)
def test_what_can_be_read_is_read(name: str, value: str) -> None:
    assert all_problems({name: value, **({"REDIS_URL": "redis://h"} if name.startswith("RATE") else {})}) == []


def test_words_are_handed_on_as_they_are_meant() -> None:
    settings = read_settings(MarketSettings, {"DATABASE_URL": STORES["database_url"], "MARKET_PROFILE": " Instant "})
    assert settings.market_profile == "instant"
    assert read_settings(TracingSettings, {"OTEL_TRACES_SAMPLER": "Always_On"}).otel_traces_sampler == "always_on"


def test_all_that_is_wrong_is_said_at_once_and_once() -> None:
    environ = {"LOG_LEVEL": "loud", "AUTH": "perhaps", "MARKET_SEED": "x", "ROUTER_LEGS_MAX": "99", "WORKERS": "x"}
    found = all_problems(environ)
    assert sorted(problem.split("=")[0] for problem in found) == sorted(environ)


def test_what_does_not_agree_is_said_beside_what_is_wrong_by_itself() -> None:
    found = all_problems({"MARKET_SEED": "x", "WORKERS": "x", "HOST": "0.0.0.0", "DB_TYPE": "pg", "PORT": "50051"})
    assert [problem.partition(":")[0] for problem in found] == ["WORKERS=x", "MARKET_SEED=x", "HOST=0.0.0.0"]


def test_what_is_wrong_by_itself_is_compared_with_nothing() -> None:
    assert len(all_problems({"HOST": "0.0.0.0", "AUTH": "perhaps"})) == 1


def test_an_open_door_is_refused_before_anything_starts() -> None:
    (problem,) = all_problems({"HOST": "0.0.0.0"})
    assert problem.startswith("HOST=0.0.0.0: open to others without keys; allowed: ")
    assert "AUTH=off" in problem
    assert all_problems({"HOST": "0.0.0.0", "AUTH": "off"}) == []


def test_only_the_environment_that_is_given_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("DATABASE_URL", "foo")
    settings = read_settings(MigrationSettings, {"DATABASE_URL": STORES["database_url"], "log_level": "loud"})
    assert settings.log_level == "INFO"
    assert problems(RouterSettings) == []


def test_each_missing_setting_is_named_with_an_example() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(ExecutorSettings, {"DATABASE_URL": ""})
    assert str(refused.value).splitlines() == [
        "DATABASE_URL: not set; allowed: an address such as postgresql://user:password@host:5432/name",
        "REDIS_URL: not set; allowed: an address such as redis://:password@host:6379/0",
    ]


def test_what_is_ignored_is_said_by_name_and_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    environ = {
        "DATABASE_URL": "postgresql://u:s3cret@h/d?supa=x&uselibpqcompat=true&socketTimeout=3",
        "REDIS_URL": "redis://:s3cret@h?family=0",
    }
    settings = read_settings(ExecutorSettings, environ)
    said = capsys.readouterr().err.splitlines()
    assert [re.sub(r" is ignored: .*", "", line) for line in said] == [
        "DATABASE_URL=postgresql://***@h/d?***: the option supa=x",
        "DATABASE_URL=postgresql://***@h/d?***: the option uselibpqcompat=true",
        "DATABASE_URL=postgresql://***@h/d?***: the option socketTimeout=3",
        "REDIS_URL=redis://***@h?***: the option family=0",
    ]
    assert settings.redis_url.get_secret_value() == "redis://:s3cret@h"
    assert "s3cret" not in repr(settings)


def test_a_secret_is_in_no_sentence() -> None:
    environ = {
        "DATABASE_URL": "mysql://u:s3cret@h/x",
        "KEY_PEPPER": "s3cret",
        "BROKER_URL": "amqp://u:s3cret@h",
        "REDIS_URL": "redis://:s3cret@h/x",
        "DB_PASS": "s3cret",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://u:s3cret@h",
    }
    found = all_problems(environ)
    assert len(found) == 5
    assert "s3cret" not in "".join(found)


def test_every_sentence_of_the_process_is_in_the_form() -> None:
    """What the environment of this test would say: nothing, or in the form."""
    assert all(FORM.fullmatch(found) for found in all_problems(os.environ))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("CONNECTIONS_MAX", "2147483647"),
        ("GRPC_CONNECTION_AGE_MAX_MS", "2147483647"),
        ("STALL_SECONDS", "86400"),
        ("KEEP_ALIVE_SECONDS", "86400"),
        ("ROUTER_SEED", str(2**63 - 1)),
    ],
)
def test_no_number_is_without_a_bound(name: str, most: str) -> None:
    assert all_problems({name: most}) == []
    (found,) = all_problems({name: f"{most}0"})
    assert found.startswith(f"{name}={most}0: out of range; allowed: ")
    assert found.endswith(f" {most}")


def test_a_name_is_as_long_as_postgres_keeps_it() -> None:
    for name in ("WORKER_NAME", "APP_ENV", "DB_NAME"):
        assert all_problems({name: "n" * 63}) == []
        assert all_problems({name: "n" * 64}) == [
            f"{name}={'n' * 64}: has 64 characters; allowed: 63 characters or fewer"
        ]


def test_a_password_in_any_setting_is_masked_wherever_it_is_said() -> None:
    for kind in EVERY_KIND:
        for name in kind.model_fields:
            for url in ("http://u:s3cret@h/?a=b", "postgresql://u:s3cret@h/d?a=b", "redis://u:s3cret@h/x"):
                assert "s3cret" not in "".join(problems(kind, **{name.upper(): url})), (name, url)
