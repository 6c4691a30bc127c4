"""Every pod runs restricted, says when it is well and what it needs, and leaves in peace."""

import re
from typing import Any

import pytest
import yaml

from deploy.container import postgres
from deploy.up import migration
from deploy.up.image import REPOSITORY
from tests.deploy.manifests import HERE, Overlay, read_overlay, selects

CONTAINERS = [pytest.param(c, id=name) for overlay in HERE for name, c in read_overlay(overlay).containers()]
ALLOWED_VOLUMES = {"emptyDir", "secret", "configMap", "projected", "persistentVolumeClaim", "downwardAPI", "csi"}


def test_the_namespace_enforces_restricted(overlay: Overlay) -> None:
    labels = overlay.one("Namespace", "tradewind")["metadata"]["labels"]

    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}
    assert overlay.objects[0]["kind"] == "Namespace", "the first to be applied"
    others = [thing for thing in overlay.objects if thing["kind"] != "Namespace"]
    assert {thing["metadata"]["namespace"] for thing in others} == {"tradewind"}


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_are_restricted(container: dict[str, Any]) -> None:
    security = container["securityContext"]

    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert security["runAsNonRoot"] is True
    assert security["readOnlyRootFilesystem"] is True
    assert "privileged" not in security
    assert all("hostPort" not in port for port in container.get("ports", []))


def test_pods_are_restricted(overlay: Overlay) -> None:
    for name, template in overlay.pods():
        pod = template["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & pod.keys(), name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert {kind for volume in pod["volumes"] for kind in volume if kind != "name"} <= ALLOWED_VOLUMES, name


def test_service_variables_do_not_pass_for_settings(overlay: Overlay) -> None:
    for name, template in overlay.pods():
        assert template["spec"]["enableServiceLinks"] is False, name


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_ask_for_what_they_need(container: dict[str, Any]) -> None:
    resources = container["resources"]

    assert resources["requests"].keys() == {"cpu", "memory"}
    assert "memory" in resources["limits"]
    assert "cpu" not in resources["limits"], "a throttled event loop answers late"


@pytest.mark.parametrize("container", CONTAINERS)
def test_images_have_a_fixed_version(container: dict[str, Any]) -> None:
    image = container["image"]
    tag = image.rpartition(":")[2]

    assert ":" in image
    assert tag
    assert tag != "latest"


def test_production_names_images_by_digest() -> None:
    for name, container in read_overlay("production").containers():
        assert re.fullmatch(r".+@sha256:[0-9a-f]{64}", container["image"]), name


def test_servers_have_three_probes(overlay: Overlay) -> None:
    for server in overlay.of("Deployment", "StatefulSet"):
        for container in server["spec"]["template"]["spec"]["containers"]:
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys(), container["name"]
            assert container["readinessProbe"] != container["livenessProbe"]


def test_a_slow_start_is_not_taken_for_death(overlay: Overlay) -> None:
    for server in overlay.of("Deployment", "StatefulSet"):
        for container in server["spec"]["template"]["spec"]["containers"]:
            probe = container["startupProbe"]
            assert probe["failureThreshold"] * probe["periodSeconds"] >= 60, container["name"]


def test_a_start_is_asked_what_life_is_asked_and_nothing_else(overlay: Overlay) -> None:
    """What restarts a pod asks its process alone: an outage elsewhere is readiness."""
    timing = {"periodSeconds", "failureThreshold", "timeoutSeconds"}
    asked = {}
    for server in overlay.of("Deployment", "StatefulSet"):
        for container in server["spec"]["template"]["spec"]["containers"]:
            start, life = (
                {key: said for key, said in container[probe].items() if key not in timing}
                for probe in ("startupProbe", "livenessProbe")
            )
            asked[container["name"]] = (start, life)

    for name in ("gateway", "router", "executor", "worker", "market"):
        start, life = asked[name]
        assert start == life, name
    for name in ("router", "executor", "market"):
        assert asked[name][0]["grpc"]["service"] == "liveness"
    assert asked["gateway"][0] == {"httpGet": {"path": "/livez", "port": "http"}}
    assert asked["worker"][0]["exec"]["command"][-1] == "alive"


def test_pods_have_time_to_drain(overlay: Overlay) -> None:
    for deployment in overlay.of("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"] if "lifecycle" in container else 0
        # Ten seconds cover the longest drain: a worker that hands its orders back.
        assert pod["terminationGracePeriodSeconds"] >= sleep + 10
        if {port["name"] for port in container["ports"]} & {"http", "grpc"}:
            assert sleep > 0, "it serves until nobody looks for it any more"


def test_a_rolling_update_takes_nothing_away_first(overlay: Overlay) -> None:
    for deployment in overlay.of("Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def spread_keys(overlay: Overlay) -> dict[str, list[str]]:
    """Return the keys over which each Deployment's pods are spread, each constraint held to choose just these pods."""
    found: dict[str, list[str]] = {}
    for deployment in overlay.of("Deployment"):
        template = deployment["spec"]["template"]
        for constraint in template["spec"]["topologySpreadConstraints"]:
            assert selects(constraint["labelSelector"], template["metadata"]["labels"])
            chosen = {*constraint["labelSelector"]["matchLabels"], *constraint["matchLabelKeys"]}
            assert {"app.kubernetes.io/name", "pod-template-hash"} <= chosen
            assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
            found.setdefault(deployment["metadata"]["name"], []).append(constraint["topologyKey"])
    return found


def test_pods_are_spread_over_what_the_nodes_have(overlay: Overlay) -> None:
    # A scheduler passes over every node that lacks one of the keys, and then spreads nothing at all.
    nodes = yaml.safe_load((REPOSITORY / "deploy" / "kind.yaml").read_text())["nodes"]
    on_kind = {"kubernetes.io/hostname", *set.intersection(*(set(node.get("labels", {})) for node in nodes))}
    there = on_kind if overlay.name.startswith("kind") else {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}

    keys = spread_keys(overlay)

    assert keys.keys() == {thing["metadata"]["name"] for thing in overlay.of("Deployment")}
    assert all(set(found) == there for found in keys.values()), keys


def test_the_migration_job_runs_both_and_the_rest_waits(overlay: Overlay) -> None:
    (job,) = overlay.of("Job")
    commands = {tuple(c["args"]) for c in job["spec"]["template"]["spec"]["containers"]}

    assert commands == {("executor_service", "migrate"), ("market_service", "migrate")}
    waiting = {
        name
        for name, template in overlay.pods()
        for container in template["spec"].get("initContainers", [])
        if container["args"] == ["deploy.container.schema"]
    }
    assert waiting == {"executor", "worker", "market"}


def test_the_jobs_patience_is_time(overlay: Overlay) -> None:
    (job,) = overlay.of("Job")
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    # The job controller pauses 10 s before the second attempt, then twice as long each time, six minutes at most.
    pauses = sum(min(10 * 2**attempt, 360) for attempt in range(spec["backoffLimit"]))

    assert pauses > spec["activeDeadlineSeconds"], "the deadline ends it, not the count of attempts"
    assert pod["restartPolicy"] == "Never", "each attempt keeps its pod and its words"
    assert [container["args"] for container in pod["initContainers"]] == [["deploy.container.postgres"]]
    assert postgres.WITHIN_S < spec["activeDeadlineSeconds"] < migration.WITHIN_S
