"""What processes are told, in Kubernetes and by compose: each name a setting, each value good, each address alive."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.up.image import REPOSITORY
from executor_service.settings import ExecutorSettings, MigrationSettings
from gateway.settings import GatewaySettings
from market_service.settings import LedgerSettings, MarketSettings
from router_service.settings import RouterSettings
from tests.deploy.manifests import HERE, read_overlay

SETTINGS: Mapping[tuple[str, ...], type[BaseSettings] | None] = {
    ("gateway",): GatewaySettings,
    ("executor_service", "server"): ExecutorSettings,
    ("deploy.container.worker",): ExecutorSettings,
    ("executor_service", "migrate"): MigrationSettings,
    ("router_service",): RouterSettings,
    ("market_service",): MarketSettings,
    ("market_service", "migrate"): LedgerSettings,
    ("deploy.container.postgres",): None,  # as the next one
    ("deploy.container.schema",): None,  # reads DATABASE_URL and nothing else
}
# Given to every process that knows a store, needed or not.
SHARED = {"DATABASE_URL", "REDIS_URL"}
# OpenTelemetry's own names, which servicekit/traces/tracing.py reads.
TRACING = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"}
ADDRESSES = {
    "EXECUTOR_ADDRESS": "executor:50052",
    "ROUTER_ADDRESS": "router:50051",
    "MARKET_ADDRESS": "market:50053",
}
STAND_INS = {
    "DATABASE_URL": "postgresql://tradewind:secret@postgres:5432/tradewind",
    "REDIS_URL": "redis://:secret@redis:6379/0",
    "BROKER_URL": "redis://:secret@queue:6379/0",
    "WORKER_NAME": "worker-5c9f-x2x",
    "KEY_PEPPER": "pepper-pepper-pepper-pepper-pepper-pepper",
}
# Taken from the environment of compose, and what somebody might say there.
PASSED_ON = {
    "KEY_PEPPER": STAND_INS["KEY_PEPPER"],
    "BROKER_URL": "redis://queue:6379/0",
    "RISK_ORDER_USD_MAX": "5000",
    "RISK_ORDERS_IN_FLIGHT_MAX": "100",
    "RISK_ORDERS_PER_MINUTE_MAX": "600",
    "RISK_SLIPPAGE_BPS_MAX": "300",
    "TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
    "PATH_PREFIX": "/desk",
    "RATE_LIMIT_SUBMITS": "100/second",
    "RATE_LIMIT_READS": "500/second",
    "RATE_LIMIT_ADDRESS": "1000/second",
    "RATE_LIMIT_FAILURES": "10/minute",
    "RATE_LIMIT_DEADLINE_SECONDS": "0.2",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector:4318",
    "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
    "OTEL_TRACES_SAMPLER_ARG": "0.1",
}

Told = tuple[str, tuple[str, ...], dict[str, str]]


def in_kubernetes(overlay: str) -> list[Told]:
    told = []
    for name, container in read_overlay(overlay).containers():
        if container["image"].partition(":")[0].partition("@")[0].endswith("tradewind"):
            told.append((name, tuple(container["args"]), environment_of(container)))
    return told


def environment_of(container: Mapping[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry.get("value") or STAND_INS[entry["name"]] for entry in container["env"]}


def by_compose() -> list[Told]:
    services = yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"]
    return [
        (
            f"compose/{name}",
            tuple(service["command"]),
            {
                key: PASSED_ON[key] if value is None else default_of(value)
                for key, value in service["environment"].items()
            },
        )
        for name, service in services.items()
        if "tradewind" in service["image"]
    ]


def default_of(value: str) -> str:
    """Return what compose makes of a value when its variable is not set."""
    while "${" in value:
        before, _, rest = value.partition("${")
        variable, _, after = rest.partition("}")
        value = before + variable.partition(":-")[2] + after
    return value


EVERYONE = [*(told for overlay in HERE for told in in_kubernetes(overlay)), *by_compose()]


def test_every_role_is_looked_at() -> None:
    assert len(in_kubernetes("kind")) == len(in_kubernetes("kind-observability")) == 11
    assert len(by_compose()) == 7


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_every_name_is_a_setting_and_every_value_is_taken(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    _, command, environment = told
    settings = SETTINGS[command]
    if settings is None:
        assert environment.keys() == {"DATABASE_URL"}
        return

    unknown = environment.keys() - {name.upper() for name in settings.model_fields} - SHARED - TRACING

    assert not unknown
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings()  # raises when a value cannot be, or a name is missing


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_addresses_are_looked_up_again_and_lead_to_services(told: Told) -> None:
    for name, value in told[2].items():
        if name in ADDRESSES:
            assert value == f"dns:///{ADDRESSES[name]}"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_no_address_is_left_to_its_default(told: Told) -> None:
    _, command, environment = told
    settings = SETTINGS[command]
    if settings is None:
        return
    # It shares the worker's settings and does not call the market.
    uncalled = {"MARKET_ADDRESS"} if command == ("executor_service", "server") else set()

    addresses = {name.upper() for name in settings.model_fields} & ADDRESSES.keys() - uncalled

    assert addresses <= environment.keys(), "a default leads to the pod itself"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_servers_listen_beyond_their_own_pod(told: Told) -> None:
    _, command, environment = told
    if command in {("executor_service", "server"), ("router_service",), ("market_service",)}:
        assert environment["GRPC_HOST"] == "0.0.0.0"
        assert environment["METRICS_HOST"] == "0.0.0.0"
    if command == ("gateway",):
        assert environment["HOST"] == "0.0.0.0"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_only_what_this_machine_alone_reaches_is_open_without_keys(told: Told) -> None:
    name, command, environment = told
    if command == ("gateway",):
        assert environment["AUTH"] == ("on" if name.startswith("production") else "off"), "said, not assumed"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_the_pepper_is_the_executors_alone(told: Told) -> None:
    _, command, environment = told

    assert ("KEY_PEPPER" in environment) is (command == ("executor_service", "server"))


@pytest.mark.parametrize(
    "told",
    [told for name in HERE if name == "production-tracing" for told in in_kubernetes(name)],
    ids=lambda told: str(told[0]),
)
def test_every_server_sends_spans_where_a_collector_is_named(told: Told) -> None:
    _, command, environment = told
    runs_once = command[-1] in {"migrate", "deploy.container.schema", "deploy.container.postgres"}

    assert ("OTEL_EXPORTER_OTLP_ENDPOINT" in environment) is not runs_once


def test_names_of_tracing_are_those_that_are_read() -> None:
    read = "".join(
        (REPOSITORY / "servicekit" / "traces" / name).read_text() for name in ("tracing.py", "trace_context.py")
    )

    assert [name for name in sorted(TRACING) if name not in read] == []


@pytest.mark.parametrize("overlay", HERE)
def test_every_server_takes_settings_of_the_users_own_and_starts_without_them(overlay: str) -> None:
    servers = {"gateway", "router", "executor", "worker", "market"}
    own = [{"configMapRef": {"name": "tradewind-settings", "optional": True}}]
    taking = {
        container["name"]
        for _, container in read_overlay(overlay).containers()
        if container["name"] in servers and container.get("envFrom") == own
    }

    assert taking == servers


@pytest.mark.parametrize("overlay", HERE)
def test_secrets_come_by_reference(overlay: str) -> None:
    for name, container in read_overlay(overlay).containers():
        for entry in container.get("env", []):
            if any(word in entry["name"] for word in ("PASSWORD", "_URL", "PEPPER")):
                secret = entry.get("valueFrom", {}).get("secretKeyRef", {}).get("name", "")
                expected = "tradewind-keys" if entry["name"] == "KEY_PEPPER" else "tradewind-stores"
                assert secret.startswith(expected), name
