"""The compose file: what starts after what, what is published, what may be written."""

from typing import Any

import pytest
import yaml

from deploy.up.image import REPOSITORY

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "tradewind" in service["image"]}
SERVERS = ("market", "router", "executor", "worker", "gateway")
ONCE = ("migrate-executor", "migrate-market")


def after(name: str) -> dict[str, str]:
    given = SERVICES[name].get("depends_on", {})
    return {other: rule["condition"] for other, rule in given.items()} if isinstance(given, dict) else {}


def all_before(name: str) -> set[str]:
    direct = set(after(name))
    return direct.union(*(all_before(other) for other in direct)) if direct else set()


def test_the_stack_is_complete() -> None:
    assert OURS.keys() == {*SERVERS, *ONCE}
    assert {"postgres", "redis"} <= SERVICES.keys()


def test_the_gateway_starts_last_and_after_everything() -> None:
    assert all_before("gateway") == SERVICES.keys() - {"gateway", "prometheus", "grafana"}


def test_whoever_is_waited_for_can_be_seen_to_be_well() -> None:
    for name in SERVICES:
        for other, condition in after(name).items():
            expected = "service_completed_successfully" if other in ONCE else "service_healthy"
            assert condition == expected, (name, other)
            assert other in ONCE or "healthcheck" in SERVICES[other], other


def test_migrations_come_before_what_needs_them() -> None:
    assert "migrate-executor" in after("executor")
    assert "migrate-executor" in after("worker")
    assert "migrate-market" in after("market")
    # `up --wait` takes a process that ends for a failure, unless somebody waits for its end.
    assert set(ONCE) <= {other for name in SERVICES for other in after(name)}


@pytest.mark.parametrize("name", [*SERVERS, *ONCE])
def test_services_run_with_as_little_as_they_need(name: str) -> None:
    service = OURS[name]

    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "volumes" not in service


def test_only_loopback_is_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published.keys() == {"gateway", "prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert published["gateway"] == ["127.0.0.1:${PORT:-3000}:3000"]


def test_images_have_a_fixed_version() -> None:
    for name, service in SERVICES.items():
        tag = service["image"].removesuffix("}").rpartition(":")[2]
        assert tag not in ("", "latest"), name


def test_what_is_only_watched_starts_only_when_asked() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}

    assert profiles == {"prometheus": ["observability"], "grafana": ["observability"]}


def test_files_that_are_mounted_are_there() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    files = [mount for mount in mounts if mount.startswith("./")]

    assert files
    for file in files:
        assert (REPOSITORY / "deploy" / file).exists(), file
    assert {mount for mount in mounts if not mount.startswith("./")} == COMPOSE["volumes"].keys()


def test_grafana_asks_the_prometheus_of_this_file() -> None:
    folder = REPOSITORY / "deploy" / "observability"
    source = yaml.safe_load((folder / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    jobs = yaml.safe_load((folder / "prometheus.yaml").read_text())["scrape_configs"]

    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    found = {job["job_name"]: job["dns_sd_configs"][0] for job in jobs if "dns_sd_configs" in job}
    assert sorted(found) == sorted(SERVERS)
    for job, rule in found.items():
        service = SERVICES[job]
        aliases = service["networks"]["default"]["aliases"] if "networks" in service else [job]
        assert rule["names"] == aliases, job
        assert str(rule["port"]) == service["environment"].get("METRICS_PORT", "3000"), job


def test_what_is_passed_on_is_passed_on_to_who_reads_it() -> None:
    passed = {name: {key for key, value in OURS[name]["environment"].items() if value is None} for name in OURS}

    assert {"KEY_PEPPER", "RISK_ORDER_USD_MAX"} <= passed["executor"]
    assert {"RATE_LIMIT_SUBMITS", "RATE_LIMIT_READS", "RATE_LIMIT_ADDRESS", "TRUSTED_PROXIES"} <= passed["gateway"]
    assert all("OTEL_EXPORTER_OTLP_ENDPOINT" in passed[name] for name in SERVERS)
    assert [name for name in passed if "BROKER_URL" in passed[name]] == ["executor", "worker"], "both or none"
    assert [name for name in passed if "KEY_PEPPER" in passed[name]] == ["executor"]
