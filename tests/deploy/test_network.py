"""Network policies, evaluated as the cluster's network evaluates them: what may talk to what, and nothing else."""

from itertools import product
from typing import Any

import pytest

from tests.deploy.manifests import Object, Overlay, read_overlay, selects

STORES = {("executor", "postgres", 5432), ("worker", "postgres", 5432), ("market", "postgres", 5432)} | {
    ("migrate", "postgres", 5432),
    ("gateway", "redis", 6379),
    ("executor", "redis", 6379),
    ("worker", "redis", 6379),
}
SERVICES = {
    ("gateway", "executor", 50052),
    ("gateway", "router", 50051),
    ("gateway", "market", 50053),
    ("executor", "router", 50051),
    ("worker", "router", 50051),
    ("worker", "market", 50053),
    ("router", "market", 50053),
}
OBSERVERS = {("prometheus", name, 9100) for name in ("executor", "worker", "router", "market")} | {
    ("prometheus", "gateway", 3000),
    ("grafana", "prometheus", 9090),
}
ADDRESSES = {"executor": 50052, "router": 50051, "market": 50053, "gateway": 3000, "postgres": 5432, "redis": 6379}
PORTS = {*ADDRESSES.values(), 9090, 9100}


def policies_of(overlay: Overlay, labels: dict[str, str], direction: str) -> list[Object]:
    return [
        thing["spec"]
        for thing in overlay.of("NetworkPolicy")
        if direction in thing["spec"]["policyTypes"] and selects(thing["spec"]["podSelector"], labels)
    ]


def admits(policies: list[Object], side: str, other: dict[str, str] | None, port: int) -> bool:
    """Return whether one of the rules lets the other side through; `other` is None for what is outside."""
    key = "from" if side == "ingress" else "to"
    return any(
        matches_port(rule, port) and (key not in rule or any(is_peer(peer, other) for peer in rule[key]))
        for policy in policies
        for rule in policy.get(side, [])
    )


def matches_port(rule: Object, port: int) -> bool:
    return any(given["port"] == port and given["protocol"] == "TCP" for given in rule["ports"])


def is_peer(peer: Object, other: dict[str, str] | None) -> bool:
    if other is None or "namespaceSelector" in peer or "ipBlock" in peer:
        return False
    return selects(peer["podSelector"], other)


def may_connect(overlay: Overlay, source: dict[str, str], target: dict[str, str], port: int) -> bool:
    outgoing, incoming = policies_of(overlay, source, "Egress"), policies_of(overlay, target, "Ingress")
    assert outgoing, "a pod without a policy may do everything"
    assert incoming, "a pod without a policy lets everything in"
    return admits(outgoing, "egress", target, port) and admits(incoming, "ingress", source, port)


def labels_of(overlay: Overlay) -> dict[str, dict[str, str]]:
    return {
        template["metadata"]["labels"]["app.kubernetes.io/name"]: template["metadata"]["labels"]
        for _, template in overlay.pods()
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kind", SERVICES | STORES),
        ("kind-observability", SERVICES | STORES | OBSERVERS),
        ("production", SERVICES),
        ("production-tracing", SERVICES),
    ],
)
def test_the_open_edges_are_exactly_the_named_ones(name: str, expected: set[tuple[str, str, int]]) -> None:
    overlay = read_overlay(name)
    pods = labels_of(overlay)

    found = {
        (source, target, port)
        for source, target, port in product(pods, pods, PORTS)
        if source != target and may_connect(overlay, pods[source], pods[target], port)
    }

    assert found == expected


def test_every_service_is_admitted(overlay: Overlay) -> None:
    pods = labels_of(overlay)

    for service in overlay.of("Service"):
        selector, (port,) = service["spec"]["selector"], service["spec"]["ports"]
        (target,) = (labels for labels in pods.values() if selects({"matchLabels": selector}, labels))
        outside = admits(policies_of(overlay, target, "Ingress"), "ingress", None, port["port"])
        inside = [name for name, labels in pods.items() if may_connect(overlay, labels, target, port["port"])]
        by_port_forward = service["metadata"]["name"] == "grafana"
        assert bool(outside or inside) is not by_port_forward, service["metadata"]["name"]


def test_only_the_gateway_is_reached_from_outside(overlay: Overlay) -> None:
    for name, labels in labels_of(overlay).items():
        incoming = policies_of(overlay, labels, "Ingress")
        reached = {port for port in PORTS if admits(incoming, "ingress", None, port)}
        assert reached == ({3000} if name == "gateway" else set())


def test_everything_is_denied_first(overlay: Overlay) -> None:
    deny = overlay.one("NetworkPolicy", "default-deny")["spec"]

    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_metrics_are_let_out_to_monitoring_alone() -> None:
    spec = read_overlay("production").one("NetworkPolicy", "scrape")["spec"]
    (rule,) = spec["ingress"]
    pages = {
        container["env"][index]["value"]
        for _, container in read_overlay("production").containers()
        for index, entry in enumerate(container.get("env", []))
        if entry["name"] == "METRICS_PORT"
    }

    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert {port["port"] for port in rule["ports"]} == {3000, *map(int, pages)}


def test_every_pod_may_look_up_names(overlay: Overlay) -> None:
    spec = overlay.one("NetworkPolicy", "names")["spec"]
    (rule,) = spec["egress"]

    assert spec["podSelector"] == {}
    assert {(port["protocol"], port["port"]) for port in rule["ports"]} == {("UDP", 53), ("TCP", 53)}
    (peer,) = rule["to"]
    assert peer["podSelector"] == {"matchLabels": {"k8s-app": "kube-dns"}}
    assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}


def test_production_reaches_its_stores_by_network_and_port() -> None:
    overlay = read_overlay("production")
    reached: dict[str, Any] = {}
    for name, labels in labels_of(overlay).items():
        rules = [rule for policy in policies_of(overlay, labels, "Egress") for rule in policy.get("egress", [])]
        blocks = [rule for rule in rules if any("ipBlock" in peer for peer in rule.get("to", []))]
        reached[name] = {port["port"] for rule in blocks for port in rule["ports"]}

    both, postgres = {5432, 6379}, {5432}
    expected = {"executor": both, "worker": both, "market": postgres, "migrate": postgres}
    assert reached == {**expected, "gateway": {6379}, "router": set()}


def test_spans_go_to_the_collector_alone() -> None:
    overlay = read_overlay("production-tracing")
    spec = overlay.one("NetworkPolicy", "spans")["spec"]
    (rule,) = spec["egress"]
    senders = {name for name, labels in labels_of(overlay).items() if selects(spec["podSelector"], labels)}

    assert senders == {"gateway", "executor", "worker", "router", "market"}
    assert rule == {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}},
            }
        ],
        "ports": [{"protocol": "TCP", "port": 4318}],
    }


def test_pages_are_announced_where_they_are() -> None:
    for name, template in read_overlay("production").pods():
        annotations = template["metadata"].get("annotations", {})
        ports = {port["containerPort"] for c in template["spec"]["containers"] for port in c.get("ports", [])}
        if not name.startswith("migrate"):
            assert annotations["prometheus.io/scrape"] == "true", name
            assert annotations["prometheus.io/path"] == "/metrics", name
            assert int(annotations["prometheus.io/port"]) in ports & {3000, 9100}, name


def test_the_smoke_test_tries_open_and_closed_edges_of_these_policies(kind: Overlay) -> None:
    from deploy.up.smoke import EDGES

    pods = labels_of(kind)
    for edge in EDGES:
        source = edge.source.removeprefix("deployment/")
        assert may_connect(kind, pods[source], pods[edge.target], edge.port) is edge.is_open
    assert {edge.is_open for edge in EDGES} == {True, False}
