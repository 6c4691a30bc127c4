"""What processes are told, in Kubernetes and by compose: each name a setting, each value good, each address alive."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.up.image import REPOSITORY
from deploy.up.rendered import OVERLAYS
from executor_service.settings import MigrationSettings
from executor_service.settings import Settings as ExecutorSettings
from gateway.settings import Settings as GatewaySettings
from router_service.market.settings import LedgerSettings, MarketSettings
from router_service.settings import RouterSettings
from tests.deploy.manifests import read_overlay

SETTINGS: Mapping[tuple[str, ...], type[BaseSettings] | None] = {
    ("gateway",): GatewaySettings,
    ("executor_service", "server"): ExecutorSettings,
    ("deploy.container.worker",): ExecutorSettings,
    ("executor_service", "migrate"): MigrationSettings,
    ("router_service", "router"): RouterSettings,
    ("router_service", "market"): MarketSettings,
    ("router_service", "market", "migrate"): LedgerSettings,
    ("deploy.container.schema",): None,  # reads DATABASE_URL and nothing else
}
# Given to every process that knows a store, needed or not.
SHARED = {"DATABASE_URL", "REDIS_URL"}
PORTS = {"executor": "50052", "router": "50051", "market": "50053"}
STAND_INS = {
    "DATABASE_URL": "postgresql://tradewind:secret@postgres:5432/tradewind",
    "REDIS_URL": "redis://:secret@redis:6379/0",
    "WORKER_NAME": "worker-5c9f-x2x",
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
        (f"compose/{name}", tuple(service["command"]), {k: default_of(v) for k, v in service["environment"].items()})
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


EVERYONE = [*(told for overlay in OVERLAYS for told in in_kubernetes(overlay)), *by_compose()]


def test_every_role_is_looked_at() -> None:
    assert len(in_kubernetes("kind")) == 10
    assert len(by_compose()) == 7


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_every_name_is_a_setting_and_every_value_is_taken(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    _, command, environment = told
    settings = SETTINGS[command]
    if settings is None:
        assert environment.keys() == {"DATABASE_URL"}
        return

    unknown = environment.keys() - {name.upper() for name in settings.model_fields} - SHARED

    assert not unknown
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings()  # raises when a value cannot be, or a name is missing


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_addresses_are_looked_up_again_and_lead_to_services(told: Told) -> None:
    for name, value in told[2].items():
        if name.endswith("_ADDRESS"):
            host = name.removesuffix("_ADDRESS").lower()
            assert value == f"dns:///{host}:{PORTS[host]}"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_no_address_is_left_to_its_default(told: Told) -> None:
    _, command, environment = told
    settings = SETTINGS[command]
    if settings is None or command == ("executor_service", "server"):
        return  # it shares the worker's settings and calls nobody

    addresses = {name.upper() for name in settings.model_fields if name.endswith("_address")}

    assert addresses <= environment.keys(), "a default leads to the pod itself"


@pytest.mark.parametrize("told", EVERYONE, ids=lambda told: str(told[0]))
def test_servers_listen_beyond_their_own_pod(told: Told) -> None:
    _, command, environment = told
    if command in {("executor_service", "server"), ("router_service", "router"), ("router_service", "market")}:
        assert environment["GRPC_HOST"] == "0.0.0.0"
        assert environment["METRICS_HOST"] == "0.0.0.0"
    if command == ("gateway",):
        assert environment["HOST"] == "0.0.0.0"
        assert environment["AUTH"] == "off", "open to others without keys: said, not assumed"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_secrets_come_by_reference(overlay: str) -> None:
    for name, container in read_overlay(overlay).containers():
        for entry in container.get("env", []):
            if any(word in entry["name"] for word in ("PASSWORD", "_URL")):
                assert (
                    entry.get("valueFrom", {}).get("secretKeyRef", {}).get("name", "").startswith("tradewind-stores")
                ), name
