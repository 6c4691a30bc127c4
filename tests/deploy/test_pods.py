"""Every pod runs restricted, says when it is well and what it needs, and leaves in peace."""

import re
from typing import Any

import pytest

from deploy.up.rendered import OVERLAYS
from tests.deploy.manifests import Overlay, read_overlay

CONTAINERS = [pytest.param(c, id=name) for overlay in OVERLAYS for name, c in read_overlay(overlay).containers()]
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


def test_pods_are_spread(overlay: Overlay) -> None:
    for deployment in overlay.of("Deployment"):
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [constraint["topologyKey"] for constraint in spread] == [
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        ]


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
