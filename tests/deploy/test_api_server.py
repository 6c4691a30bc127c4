"""The overlays hold what an API server holds them to beyond its schemas, and each rule finds what it is for."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from tests.deploy import api_server, api_server_pods
from tests.deploy.manifests import Overlay, read_overlay

Change = Callable[[Any], object]


def faults(overlay: Overlay) -> list[str]:
    return api_server.faults(overlay) + api_server_pods.faults(overlay)


def test_nothing_is_wrong_with_the_overlays(overlay: Overlay) -> None:
    assert faults(overlay) == []


def changed(kind: str, name: str, change: Change, overlay: str = "production-keda") -> Overlay:
    found = deepcopy(read_overlay(overlay))
    change(found.one(kind, name))
    return found


def in_spec(**said: object) -> Change:
    return lambda thing: thing["spec"].update(said)


def in_pod(**said: object) -> Change:
    return lambda thing: thing["spec"]["template"]["spec"].update(said)


def in_container(**said: object) -> Change:
    return lambda thing: thing["spec"]["template"]["spec"]["containers"][0].update(said)


def container_of(thing: Any) -> Any:
    return thing["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("kind", "name", "change", "fault"),
    [
        ("Deployment", "router", lambda t: t["metadata"].update(name="Router"), "Deployment Router: no DNS name"),
        ("Service", "router", lambda t: t["metadata"].update(name="2router"), "Service 2router: no DNS name"),
        ("Job", "migrate-0-1-0", lambda t: t["metadata"].update(name="m" * 64), f"Job {'m' * 64}: no DNS name"),
        ("Service", "router", lambda t: t["metadata"].update(name="market"), "Service market is there 2 times"),
        ("Service", "router", lambda t: t["metadata"]["labels"].update(of="a b"), "router: label value a b"),
        (
            "Deployment",
            "router",
            in_spec(selector={"matchLabels": {"app.kubernetes.io/name": "other"}}),
            "router: its selector does not take in its own pods",
        ),
        ("StatefulSet", "market", in_spec(serviceName="other"), "market: no Service other"),
        ("HorizontalPodAutoscaler", "router", in_spec(minReplicas=9), "scaler router: 9 to 8 pods"),
        ("HorizontalPodAutoscaler", "router", in_spec(minReplicas=0), "scaler router: 0 to 8 pods"),
        ("ScaledObject", "worker", in_spec(minReplicaCount=9), "scaler worker: 9 to 8 pods"),
        ("ScaledObject", "worker", in_spec(scaleTargetRef={"name": "router"}), "scaler router: 2 scalers quarrel"),
        ("ScaledObject", "worker", in_spec(scaleTargetRef={"name": "other"}), "scaler other: no such Deployment"),
        ("Deployment", "router", in_container(resources={}), "scaler router: router requests no cpu"),
        (
            "PodDisruptionBudget",
            "router",
            in_spec(minAvailable=1),
            "budget router: one of minAvailable and maxUnavailable",
        ),
        ("PodDisruptionBudget", "router", lambda t: t["spec"].pop("maxUnavailable"), "budget router: one of"),
        (
            "PodDisruptionBudget",
            "router",
            in_spec(selector={"matchLabels": {"app.kubernetes.io/name": "other"}}),
            "budget router: for no pod",
        ),
        ("Service", "router", in_spec(type="NodePort"), "service router: headless and NodePort"),
        ("Service", "gateway", in_spec(selector={"of": "nobody"}), "service gateway: for no pod"),
        ("Service", "gateway", in_spec(ports=[{"port": 3000, "targetPort": "web"}]), "service gateway: no port web"),
        ("Service", "gateway", in_spec(ports=[{"port": 80}]), "service gateway: no port 80 in its pods"),
        (
            "Service",
            "gateway",
            in_spec(ports=[{"port": 3000, "nodePort": 30300}]),
            "service gateway: node port 30300 of a ClusterIP",
        ),
        (
            "Service",
            "gateway",
            in_spec(type="NodePort", ports=[{"port": 3000, "nodePort": 3000}]),
            "service gateway: node port 3000 of a NodePort",
        ),
        (
            "Service",
            "gateway",
            in_spec(ports=[{"name": "a", "port": 3000}, {"name": "a", "port": 3000}]),
            "service gateway: ports with the same name",
        ),
        ("NetworkPolicy", "gateway", in_spec(policyTypes=["Ingress"]), "policy gateway: egress is written"),
        (
            "NetworkPolicy",
            "gateway-to-redis",
            in_spec(egress=[{"to": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]),
            "policy gateway-to-redis: network 10.0.0.1/8",
        ),
        (
            "NetworkPolicy",
            "gateway-to-redis",
            in_spec(egress=[{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]),
            "policy gateway-to-redis: a network and pods in one peer",
        ),
        ("Job", "migrate-0-1-0", in_pod(restartPolicy="Always"), "job migrate-0-1-0: restartPolicy Always"),
        ("Job", "migrate-0-1-0", in_spec(selector={}), "job migrate-0-1-0: its selector"),
        ("Deployment", "router", in_pod(restartPolicy="Never"), "router: restartPolicy Never"),
        (
            "Deployment",
            "router",
            in_spec(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
            "router: an update can neither add nor take away a pod",
        ),
    ],
)
def test_what_an_api_server_refuses_is_found(kind: str, name: str, change: Change, fault: str) -> None:
    found = faults(changed(kind, name, change))

    assert [words for words in found if words.startswith(fault)], found


def again(field: str) -> Change:
    return lambda thing: container_of(thing)[field].append(container_of(thing)[field][0])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (again("env"), "executor: executor: variable DATABASE_URL is there 2 times"),
        (again("ports"), "executor: executor: port 50052/TCP is there 2 times"),
        (again("volumeMounts"), "executor: mount /tmp is there 2 times"),
        (in_pod(volumes=[]), "executor: no volume tmp to mount"),
        (
            lambda t: t["spec"]["template"]["spec"]["volumes"].append({"name": "a", "emptyDir": {}}),
            "executor: volume a is",
        ),
        (in_pod(volumes=[{"name": "tmp"}]), "executor: volume tmp: one source"),
        (in_pod(volumes=[{"name": "tmp", "emptyDir": {"sizeLimit": "64MB"}}]), "executor: volume tmp: size 64MB"),
        (in_pod(volumes=[{"name": "tmp", "configMap": {"name": "other"}}]), "executor: no ConfigMap other"),
        (in_pod(volumes=[{"name": "tmp", "secret": {"secretName": "other"}}]), "executor: no Secret other"),
        (
            in_pod(volumes=[{"name": "tmp", "persistentVolumeClaim": {"claimName": "other"}}]),
            "executor: no PersistentVolumeClaim other",
        ),
        (in_pod(serviceAccountName="other"), "executor: no ServiceAccount other"),
        (in_pod(terminationGracePeriodSeconds=5), "executor: executor: sleeps 8 s before it stops"),
        (in_container(name="Executor"), "executor: Executor: no DNS name"),
        (in_container(name="wait-for-schema"), "executor: container wait-for-schema is there 2 times"),
        (in_container(env=[{"name": "A-B", "value": ""}]), "executor: executor: variable A-B"),
        (in_container(env=[{"name": "A"}]), "executor: executor: variable A: a value or where it comes from"),
        (
            in_container(
                env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "tradewind-keys", "key": "OTHER"}}}]
            ),
            "executor: executor: no key OTHER in Secret tradewind-keys",
        ),
        (
            in_container(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "other", "key": "B"}}}]),
            "executor: executor: no ConfigMap other",
        ),
        (in_container(envFrom=[{"configMapRef": {"name": "other"}}]), "executor: executor: no ConfigMap other"),
        (in_container(envFrom=[{"secretRef": {"name": "other"}}]), "executor: executor: no Secret other"),
        (in_container(ports=[{"name": "a-name-too-long-1", "containerPort": 50052}]), "executor: executor: port name"),
        (in_container(ports=[{"name": "8080", "containerPort": 50052}]), "executor: executor: port name 8080"),
        (in_container(readinessProbe={"grpc": {"port": 1}}), "executor: executor: a probe of port 1"),
        (in_container(readinessProbe={"grpc": {"port": "grpc"}}), "executor: executor: readinessProbe: a gRPC probe"),
        (in_container(readinessProbe={"periodSeconds": 1}), "executor: executor: readinessProbe: one handler"),
        (
            in_container(livenessProbe={"grpc": {"port": 50052}, "successThreshold": 2}),
            "executor: executor: livenessProbe: successThreshold must be 1",
        ),
        (
            in_container(livenessProbe={"grpc": {"port": 50052}, "timeoutSeconds": 0}),
            "executor: executor: livenessProbe: at least a second",
        ),
        (in_container(resources={"requests": {"cpu": "1 core"}}), "executor: executor: cpu 1 core in requests"),
        (
            in_container(resources={"requests": {"memory": "1Gi"}, "limits": {"memory": "1000M"}}),
            "executor: executor: requests more memory than its limit",
        ),
        (
            in_pod(
                topologySpreadConstraints=[
                    {"maxSkew": 0, "labelSelector": {"matchLabels": {"a": "b"}}, "matchLabelKeys": ["a"]}
                ]
            ),
            "executor: spread: a as label and as key",
        ),
    ],
)
def test_what_a_pod_cannot_be_is_found(change: Change, fault: str) -> None:
    found = faults(changed("Deployment", "executor", change))

    assert [words for words in found if words.startswith(fault)], found


def test_a_config_map_that_cannot_be_applied_is_found() -> None:
    overlay = deepcopy(read_overlay("kind-observability"))
    config = next(thing for thing in overlay.of("ConfigMap") if "alerts.yaml" in thing["data"])
    config["data"]["alerts.yaml"] = "#" * 300_000

    assert [words for words in faults(overlay) if "more than `kubectl apply` can keep" in words]


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_what_a_pod_reads_and_nobody_made_is_found(kind: str) -> None:
    whole = read_overlay("kind-observability")
    overlay = Overlay(whole.name, tuple(thing for thing in whole.objects if thing["kind"] != kind))

    found = {words.partition(": no ")[2].split()[0] for words in faults(overlay) if f"no {kind} " in words}

    assert found == {kind}


@pytest.mark.parametrize(
    ("written", "units"),
    [
        ("250m", Decimal("0.25")),
        ("2", Decimal(2)),
        ("0.5", Decimal("0.5")),
        ("64Mi", Decimal(64 * 1024 * 1024)),
        ("1G", Decimal(10**9)),
        ("64MB", None),
        ("1 Gi", None),
        ("", None),
    ],
)
def test_quantities_are_read(written: str, units: Decimal | None) -> None:
    assert api_server_pods.quantity(written) == units
