"""What an API server refuses, or accepts and then never makes work, although the schema allows it.

A rule is a generator over an overlay that says one sentence for each fault; `api_server_pods.py` has those of pods.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.deploy.manifests import WORKLOADS, Object, Overlay, selects

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LETTER_FIRST: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE: Final = re.compile(r"([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?")
# Names of these become host names, or labels of the pods they make.
_SHORT_NAMES: Final = ("Service", "Namespace", "Job", "StatefulSet")
_OBJECT_BYTES_MAX: Final = 1 << 20
# `kubectl apply` keeps the whole object in an annotation, and annotations end here.
_APPLIED_BYTES_MAX: Final = 256 * 1024
_NODE_PORTS: Final = range(30_000, 32_768)


def faults(overlay: Overlay) -> list[str]:
    """Return what is wrong with an overlay's objects."""
    rules = (_names, _repeats, _labels, _sizes, _selectors, _scalers, _budgets, _services, _policies, _jobs, _updates)
    return [fault for rule in rules for fault in rule(overlay)]


def _names(overlay: Overlay) -> Iterator[str]:
    for thing in overlay.objects:
        kind, name = thing["kind"], thing["metadata"]["name"]
        pattern = _LETTER_FIRST if kind == "Service" else _LABEL if kind in _SHORT_NAMES else _SUBDOMAIN
        if not pattern.fullmatch(name) or len(name) > (63 if kind in _SHORT_NAMES else 253):
            yield f"{kind} {name}: no DNS name"


def _repeats(overlay: Overlay) -> Iterator[str]:
    for key, count in Counter((t["kind"], t["metadata"]["name"]) for t in overlay.objects).items():
        if count > 1:
            yield f"{' '.join(key)} is there {count} times"


def _labels(overlay: Overlay) -> Iterator[str]:
    for thing in overlay.objects:
        for value in thing["metadata"].get("labels", {}).values():
            if not isinstance(value, str) or len(value) > 63 or not _LABEL_VALUE.fullmatch(value):
                yield f"{thing['metadata']['name']}: label value {value}"


def _sizes(overlay: Overlay) -> Iterator[str]:
    for thing in overlay.of("ConfigMap", "Secret"):
        size = sum(len(value.encode()) for value in thing.get("data", {}).values())
        if size > min(_OBJECT_BYTES_MAX, _APPLIED_BYTES_MAX):
            yield f"{thing['metadata']['name']}: {size} bytes are more than `kubectl apply` can keep"


def _selectors(overlay: Overlay) -> Iterator[str]:
    services = {service["metadata"]["name"] for service in overlay.of("Service")}
    for thing in overlay.of("Deployment", "StatefulSet"):
        name, spec = thing["metadata"]["name"], thing["spec"]
        labels = spec["template"]["metadata"]["labels"]
        if not spec["selector"] or not selects(spec["selector"], labels):
            yield f"{name}: its selector does not take in its own pods"
        others = [other for other, pod in overlay.pods() if selects(spec["selector"], pod["metadata"]["labels"])]
        if len(others) > 1:
            yield f"{name}: its selector takes in pods of {', '.join(others)}"
        if thing["kind"] == "StatefulSet" and spec["serviceName"] not in services:
            yield f"{name}: no Service {spec['serviceName']}"


def _scalers(overlay: Overlay) -> Iterator[str]:
    targets: list[str] = []
    deployments = {thing["metadata"]["name"]: thing for thing in overlay.of("Deployment")}
    for scaler in overlay.of("HorizontalPodAutoscaler", "ScaledObject"):
        spec = scaler["spec"]
        target, is_horizontal = spec["scaleTargetRef"]["name"], scaler["kind"] == "HorizontalPodAutoscaler"
        least, most = ("minReplicas", "maxReplicas") if is_horizontal else ("minReplicaCount", "maxReplicaCount")
        targets.append(target)
        # Only KEDA may take the last pod away.
        if not (1 if is_horizontal else 0) <= spec[least] <= spec[most]:
            yield f"scaler {target}: {spec[least]} to {spec[most]} pods"
        if target not in deployments:
            yield f"scaler {target}: no such Deployment"
        elif is_horizontal:
            yield from _scaled_without_requests(target, spec, deployments[target])
    for target, count in Counter(targets).items():
        if count > 1:
            yield f"scaler {target}: {count} scalers quarrel"


def _scaled_without_requests(target: str, spec: Object, deployment: Object) -> Iterator[str]:
    for metric in spec["metrics"]:
        resource = metric["resource"]["name"]
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            if resource not in container.get("resources", {}).get("requests", {}):
                yield f"scaler {target}: {container['name']} requests no {resource}"


def _budgets(overlay: Overlay) -> Iterator[str]:
    for budget in overlay.of("PodDisruptionBudget"):
        name, spec = budget["metadata"]["name"], budget["spec"]
        if len({"minAvailable", "maxUnavailable"} & spec.keys()) != 1:
            yield f"budget {name}: one of minAvailable and maxUnavailable"
        if not [pod for _, pod in overlay.pods() if selects(spec["selector"], pod["metadata"]["labels"])]:
            yield f"budget {name}: for no pod"


def _services(overlay: Overlay) -> Iterator[str]:
    for service in overlay.of("Service"):
        name, spec = service["metadata"]["name"], service["spec"]
        kind = spec.get("type", "ClusterIP")
        if spec.get("clusterIP") == "None" and kind != "ClusterIP":
            yield f"service {name}: headless and {kind}"
        for field in ("name", "port"):
            if len({port.get(field) for port in spec["ports"]}) < len(spec["ports"]):
                yield f"service {name}: ports with the same {field}"
        for port in spec["ports"]:
            if "nodePort" in port and (kind == "ClusterIP" or port["nodePort"] not in _NODE_PORTS):
                yield f"service {name}: node port {port['nodePort']} of a {kind}"
        yield from _served_ports(overlay, name, spec)


def _served_ports(overlay: Overlay, name: str, spec: Object) -> Iterator[str]:
    pods = [p for _, p in overlay.pods() if selects({"matchLabels": spec["selector"]}, p["metadata"]["labels"])]
    if not pods:
        yield f"service {name}: for no pod"
    for pod in pods:
        ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]
        open_ports = {port["containerPort"] for port in ports} | {port.get("name") for port in ports}
        for port in spec["ports"]:
            if port.get("targetPort", port["port"]) not in open_ports:
                yield f"service {name}: no port {port.get('targetPort', port['port'])} in its pods"


def _policies(overlay: Overlay) -> Iterator[str]:
    for policy in overlay.of("NetworkPolicy"):
        name, spec = policy["metadata"]["name"], policy["spec"]
        for side, key in (("ingress", "from"), ("egress", "to")):
            if side in spec and side.capitalize() not in spec["policyTypes"]:
                yield f"policy {name}: {side} is written and does not count"
            for peer in (peer for rule in spec.get(side, []) for peer in rule.get(key, [])):
                if "ipBlock" in peer and not _is_network(peer["ipBlock"]["cidr"]):
                    yield f"policy {name}: network {peer['ipBlock']['cidr']}"
                if "ipBlock" in peer and len(peer) > 1:
                    yield f"policy {name}: a network and pods in one peer"


def _is_network(written: str) -> bool:
    try:
        ipaddress.ip_network(written)
    except ValueError:
        return False
    return True


def _jobs(overlay: Overlay) -> Iterator[str]:
    for job in overlay.of("Job"):
        name, pod = job["metadata"]["name"], job["spec"]["template"]["spec"]
        if pod.get("restartPolicy") not in ("OnFailure", "Never"):
            yield f"job {name}: restartPolicy {pod.get('restartPolicy')}"
        if "selector" in job["spec"]:
            yield f"job {name}: its selector is the API server's to choose"
    for thing in overlay.of(*WORKLOADS):
        restart = thing["spec"]["template"]["spec"].get("restartPolicy", "Always")
        if thing["kind"] != "Job" and restart != "Always":
            yield f"{thing['metadata']['name']}: restartPolicy {restart}"


def _updates(overlay: Overlay) -> Iterator[str]:
    for deployment in overlay.of("Deployment"):
        rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate", {})
        if not rolling.get("maxSurge", 1) and not rolling.get("maxUnavailable", 1):
            yield f"{deployment['metadata']['name']}: an update can neither add nor take away a pod"
