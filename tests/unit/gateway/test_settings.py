import pytest
from pydantic import ValidationError

from gateway.access.origin_patterns import EVERYONE, LOCAL_PAGES, OriginPattern, origins_in
from gateway.settings import GatewaySettings
from servicekit.settings.reading import read_settings
from servicekit.settings.sentences import SettingsError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GatewaySettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_defaults_are_those_that_the_older_engines_state() -> None:
    settings = GatewaySettings()

    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert (settings.executor_address, settings.router_address) == ("127.0.0.1:50052", "127.0.0.1:50051")
    assert (settings.default_slippage_bps, settings.max_slippage_bps) == (50, 1_000)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"HOST": "0.0.0.0"}, "AUTH=off"),
        ({"HOST": "::"}, "AUTH=off"),
        ({"HOST": "gateway.example"}, "AUTH=off"),
        ({"AUTH": "on"}, "needs REDIS_URL, where tickets"),
        ({"AUTH": "on", "REDIS_URL": ""}, "needs REDIS_URL, where tickets"),
        ({"REDIS_URL": "http://redis:6379"}, "redis_url"),
        ({"RATE_LIMIT_READS": "5/second"}, "needs REDIS_URL, where what callers do"),
        ({"RATE_LIMIT_SUBMITS": "5 a second", "REDIS_URL": "redis://x"}, "rate_limit_submits"),
        ({"KEY_RECHECK_SECONDS": "0"}, "key_recheck_seconds"),
        ({"SOCKETS_PER_KEY_MAX": "0"}, "sockets_per_key_max"),
        ({"PORT": "many"}, "port"),
        ({"PORT": "70000"}, "port"),
        ({"TRUSTED_PROXIES": "everyone"}, "trusted_proxies"),
        ({"DEFAULT_SLIPPAGE_BPS": "2000"}, "DEFAULT_SLIPPAGE_BPS"),
        ({"ALLOWED_ORIGINS": "app.example"}, "allowed_origins"),
        ({"ALLOWED_ORIGINS": "https://app.example/path"}, "allowed_origins"),
        ({"ALLOWED_ORIGINS": "https://app.example, none"}, "allowed_origins"),
        ({"ALLOWED_HOSTS": "dex.example:3000"}, "allowed_hosts"),
        ({"ALLOWED_HOSTS": "https://dex.example"}, "allowed_hosts"),
        ({"PATH_PREFIX": "desk"}, "path_prefix"),
        ({"PATH_PREFIX": "/a/../b"}, "path_prefix"),
        ({"PATH_PREFIX": "//elsewhere.example"}, "path_prefix"),
        ({"PATH_PREFIX": "/a b"}, "path_prefix"),
        ({"PATH_PREFIX": "/" + "a" * 300}, "path_prefix"),
        ({"PATH_PREFIX": "https://desk.example/desk"}, "path_prefix"),
        ({"SCENARIOS": "perhaps"}, "scenarios"),
        ({"BODY_BYTES_MAX": "0"}, "body_bytes_max"),
    ],
)
def test_what_cannot_be_right_is_refused(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=named):
        GatewaySettings()


@pytest.mark.parametrize("name", ["AUTH", "PORT", "HOST", "RATE_LIMIT_DEADLINE_SECONDS", "TRUSTED_PROXIES"])
def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")

    assert GatewaySettings() == GatewaySettings.model_construct()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_no_word_about_keys(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HOST", host)

    assert not GatewaySettings().auth


def test_an_open_door_must_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("AUTH", "off")

    assert GatewaySettings().host == "0.0.0.0"


def test_proxies_are_a_list_of_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.7 ,::1")

    assert [str(network) for network in GatewaySettings().trusted_proxies] == [
        "10.0.0.0/8",
        "192.168.1.7/32",
        "::1/128",
    ]


def test_rate_limits_come_with_keys_unless_others_or_none_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not GatewaySettings().has_rate_limits

    monkeypatch.setenv("AUTH", "on")
    monkeypatch.setenv("REDIS_URL", "redis://x")
    monkeypatch.setenv("RATE_LIMIT_SUBMITS", "")
    monkeypatch.setenv("RATE_LIMIT_READS", "none")
    monkeypatch.setenv("RATE_LIMIT_ADDRESS", "off")
    monkeypatch.setenv("RATE_LIMIT_FAILURES", "3/minute")
    settings = GatewaySettings()

    assert [str(limit) for limit in settings.rate_limits("submits")] == ["100 per 1 second"]
    assert settings.rate_limits("reads") == settings.rate_limits("address") == ()
    assert [str(limit) for limit in settings.rate_limits("failures")] == ["3 per 1 minute"]


def test_the_password_of_redis_is_in_no_picture_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:s3cret@127.0.0.1:6379/0")
    assert "s3cret" not in repr(GatewaySettings())

    monkeypatch.setenv("REDIS_URL", "s3cret@127.0.0.1")
    with pytest.raises(ValidationError) as refused:
        GatewaySettings()
    assert "s3cret" not in refused.value.errors()[0]["msg"]


ON = {"AUTH": "on", "REDIS_URL": "redis://x"}
PUBLIC = {"AUTH": "off", "HOST": "0.0.0.0"}


@pytest.mark.parametrize(
    ("environment", "origins", "hosts"),
    [
        ({}, LOCAL_PAGES, ()),
        ({"HOST": "::1"}, LOCAL_PAGES, ()),
        ({"HOST": "localhost", "AUTH": "off", "ALLOWED_ORIGINS": ""}, LOCAL_PAGES, ()),
        (ON, (), None),
        (PUBLIC, (), None),
        ({**ON, "ALLOWED_ORIGINS": "null", "ALLOWED_HOSTS": "dex.example"}, origins_in("null"), ("dex.example",)),
        ({**PUBLIC, "ALLOWED_ORIGINS": "*", "ALLOWED_HOSTS": "dex.example"}, (EVERYONE,), ("dex.example",)),
        ({"ALLOWED_ORIGINS": "none", "ALLOWED_HOSTS": "*"}, (), ("*",)),
    ],
)
def test_without_keys_on_loopback_this_machines_pages_and_names_alone_are_let_in(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    origins: tuple[OriginPattern, ...],
    hosts: tuple[str, ...] | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = GatewaySettings()

    assert (settings.page_origins, settings.served_hosts) == (origins, hosts)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALLOWED_ORIGINS", "app.example", '"app.example" is not an origin; allowed: scheme://'),
        ("ALLOWED_HOSTS", "a/b", '"a/b" is not a host; allowed: names and addresses without scheme'),
    ],
)
def test_a_bad_entry_is_refused_with_name_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings(GatewaySettings, {name: value})
    assert str(refused.value).startswith(f"{name}={value}: {said}")
    assert str(refused.value).count("\n") == 0
