"""Which variables are pointed out as a setting's name mistyped: a table of both kinds."""

import os

import pytest

from deploy.local.settings import _KNOWN
from servicekit.settings.near_names import MISTAKEN, near_names

MEANT = {
    "MARKET_PROFIL": "MARKET_PROFILE",
    "DATABASE_URI": "DATABASE_URL",
    "DATBASE_URL": "DATABASE_URL",
    "DB_URL": "DATABASE_URL",
    "DATABASE_DSN": "DATABASE_URL",
    "POSTGRES_URL": "DATABASE_URL",
    "REDIS_URI": "REDIS_URL",
    "REDIS_PASS": "REDIS_PASSWORD",
    "DB_PASSWORD": "DB_PASS",
    "DATABASE_PASSWORD": "DB_PASS",
    "DATABASE_HOST": "DB_HOST",
    "DB_USERNAME": "DB_USER",
    "SCENARIO": "SCENARIOS",
    "MAX_INFLIGHT": "MAX_IN_FLIGHT",
    "IN_FLIGHT_MAX": "MAX_IN_FLIGHT",
    "WORKER_COUNT": "WORKERS",
    "NUM_WORKERS": "WORKERS",
    "WORKERS_COUNT": "WORKERS",
    "WORKRES": "WORKERS",
    "KEY_PAPER": "KEY_PEPPER",
    "KEY_PEPER": "KEY_PEPPER",
    "PEPPER": "KEY_PEPPER",
    "LOGLEVEL": "LOG_LEVEL",
    "LOG_LVL": "LOG_LEVEL",
    "LOG_LEVELS": "LOG_LEVEL",
    "LOG_ORDER": "LOG_ORDERS",
    "ROUTER_PROT": "ROUTER_PORT",
    "MOCK_FAILRATE": "MOCK_FAIL_RATE",
    "MOCK_FAIL_RATES": "MOCK_FAIL_RATE",
    "TRUSTED_PROXY": "TRUSTED_PROXIES",
    "ALLOWED_ORIGIN": "ALLOWED_ORIGINS",
    "RATE_LIMIT_SUBMIT": "RATE_LIMIT_SUBMITS",
    "MAX_ATTEMPT": "MAX_ATTEMPTS",
    "TRADEWIND_DATADIR": "TRADEWIND_DATA_DIR",
    "TRADEWIND_DATA_FOLDER": "TRADEWIND_DATA_DIR",
    "market_profile": "MARKET_PROFILE",
    "KEEP_ALIVE_SECS": "KEEP_ALIVE_SECONDS",
}
THEIRS = (
    *("PATH", "HOME", "HOSTNAME", "PORTAGE", "LOGNAME", "SHELL", "LANG", "TERM", "PWD", "OLDPWD", "USER", "MAIL", "TZ"),
    *("PORTS", "HOSTS", "WORKER", "AUTHOR", "HOSTED", "PORTAL", "SUPPORT", "EXPORT", "REPORT", "GHOST", "port", "host"),
    *("AWS_PROFILE", "AWS_REGION", "DOCKER_HOST", "SSH_AUTH_SOCK", "XDG_DATA_DIRS", "XDG_CACHE_HOME", "VIRTUAL_ENV"),
    *("POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"),
    *("REDIS_TTL", "REDIS_CLUSTER", "TEST_DATABASE_URL", "SHADOW_DATABASE_URL", "DATABASE_URL_2", "DIRECT_URL"),
    *("LOG_FILE", "LOG_FORMAT", "LOG_DIR", "NODE_PATH", "NODE_OPTIONS", "NPM_CONFIG_CACHE", "UV_CACHE_DIR", "NO_PROXY"),
    *("OTEL_METRICS_EXPORTER", "OTEL_BLRP_MAX_QUEUE_SIZE", "OTEL_LOGS_EXPORTER", "OTEL_SERVICE_NAME"),
    *(
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
        "GITHUB_ACTIONS",
        "CI",
        "RUNNER_NAME",
        "PYTEST_XDIST_WORKER",
    ),
    *(
        "PYTEST_XDIST_WORKER_COUNT",
        "WEB_CONCURRENCY",
        "UVICORN_PORT",
        "FLASK_ENV",
        "DJANGO_SETTINGS_MODULE",
        "S3_BUCKET",
    ),
    *("TRADEWIND_URL", "TRADEWIND_API_KEY", "GATEWAY_URL", "ACCOUNT", "SCOPES", "KEY_NAME", "EXPIRES_IN"),
    *("METRICS_ROUTER", "METRICS_WORKER_1", "HTTP_PROXY", "SSL_CERT_FILE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"),
)


@pytest.mark.parametrize(("name", "meant"), MEANT.items())
def test_a_name_that_is_nearly_ours_is_pointed_out(name: str, meant: str) -> None:
    assert list(near_names([name], _KNOWN)) == [(name, meant)]


@pytest.mark.parametrize("name", THEIRS)
def test_another_programs_name_is_left_alone(name: str) -> None:
    assert list(near_names([name], _KNOWN)) == []


def test_the_environment_of_this_test_is_left_alone() -> None:
    assert list(near_names([name for name in os.environ if name not in MEANT], _KNOWN)) == []


def test_a_setting_is_no_mistake_for_another() -> None:
    assert list(near_names(_KNOWN, _KNOWN)) == []


def test_each_known_mistake_leads_to_a_setting() -> None:
    assert set(MISTAKEN.values()) <= _KNOWN
    assert not MISTAKEN.keys() & _KNOWN


def test_a_setting_is_found_with_any_of_its_long_words_mistyped() -> None:
    """Two letters in the wrong order, one left out and one twice, in every setting of eight letters or more."""
    for name in sorted(known for known in _KNOWN if len(known) >= 9):
        place = len(name) // 2
        for wrong in (
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        ):
            if wrong not in _KNOWN:
                assert [found for found, _ in near_names([wrong], _KNOWN)] == [wrong], (name, wrong)
