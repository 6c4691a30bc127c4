"""What an API server refuses about pods, or a kubelet cannot do, although the schema allows it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from tests.deploy.manifests import Object, Overlay
from tests.deploy.pod_security import containers_of

# Not ours to make: they come from the operator's secret store, with these keys. docs/deployment.md names them.
EXTERNAL_SECRETS: Final = {
    "tradewind-stores": {"DATABASE_URL", "REDIS_URL", "REDIS_ADDRESS", "REDIS_PASSWORD"},
    "tradewind-keys": {"KEY_PEPPER"},
}
_QUANTITY: Final = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_FACTORS: Final = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGT", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGT", start=1)},
}
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_PORT_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")
_HANDLERS: Final = frozenset({"exec", "grpc", "httpGet", "tcpSocket"})


def faults(overlay: Overlay) -> list[str]:
    """Return what is wrong with an overlay's pods."""
    found = []
    for thing in overlay.of("Deployment", "StatefulSet", "Job"):
        pod, name = thing["spec"]["template"]["spec"], thing["metadata"]["name"]
        claims = [claim["metadata"]["name"] for claim in thing["spec"].get("volumeClaimTemplates", [])]
        found += [f"{name}: {fault}" for fault in _of_pod(overlay, pod, claims)]
    return found


def quantity(written: object) -> Decimal | None:
    """Return how much a quantity such as 250m or 64Mi is; None when it is none."""
    parts = _QUANTITY.fullmatch(str(written))
    return Decimal(parts[1]) * _FACTORS[parts[2] or ""] if parts else None


def _of_pod(overlay: Overlay, pod: Object, claims: list[str]) -> Iterator[str]:
    containers = list(containers_of(pod))
    yield from _twice("container", (container["name"] for container in containers))
    yield from _twice("volume", [*(volume["name"] for volume in pod.get("volumes", [])), *claims])
    yield from _twice("port", (p["name"] for c in pod["containers"] for p in c.get("ports", []) if "name" in p))
    yield from _volumes(overlay, pod, claims, containers)
    yield from _spread(pod)
    account = pod.get("serviceAccountName", "default")
    if account != "default" and account not in {t["metadata"]["name"] for t in overlay.of("ServiceAccount")}:
        yield f"no ServiceAccount {account}"
    for container in containers:
        found = [
            *_variables(overlay, container),
            *_ports(container),
            *_resources(container),
            *_lifecycle(container, pod),
        ]
        yield from (f"{container['name']}: {fault}" for fault in found)
        if not _LABEL.fullmatch(container["name"]):
            yield f"{container['name']}: no DNS name"


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name} is there {count} times"


def _volumes(overlay: Overlay, pod: Object, claims: list[str], containers: list[Object]) -> Iterator[str]:
    there = {volume["name"] for volume in pod.get("volumes", [])} | set(claims)
    mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}
    for name in sorted(mounted - there):
        yield f"no volume {name} to mount"
    for name in sorted(there - mounted):
        yield f"volume {name} is mounted nowhere"
    for container in containers:
        yield from _twice("mount", (mount["mountPath"] for mount in container.get("volumeMounts", [])))
    for volume in pod.get("volumes", []):
        yield from _volume_source(overlay, volume)


def _volume_source(overlay: Overlay, volume: Object) -> Iterator[str]:
    if len(volume) != 2:
        yield f"volume {volume['name']}: one source"
    if limit := volume.get("emptyDir", {}).get("sizeLimit"):
        yield from () if quantity(limit) else (f"volume {volume['name']}: size {limit}",)
    if claim := volume.get("persistentVolumeClaim"):
        yield from _missing(overlay, "PersistentVolumeClaim", claim["claimName"], set())
    if given := volume.get("configMap"):
        yield from _missing(overlay, "ConfigMap", given["name"], {item["key"] for item in given.get("items", [])})
    if given := volume.get("secret"):
        yield from _missing(overlay, "Secret", given["secretName"], {item["key"] for item in given.get("items", [])})


def _missing(overlay: Overlay, kind: str, name: str, keys: set[str]) -> Iterator[str]:
    found = [thing for thing in overlay.of(kind) if thing["metadata"]["name"] == name]
    if not found and kind == "Secret" and name in EXTERNAL_SECRETS:
        there = EXTERNAL_SECRETS[name]
    elif not found:
        yield f"no {kind} {name}"
        return
    else:
        there = found[0].get("data", {}).keys() | found[0].get("stringData", {}).keys()
    for key in sorted(keys - there):
        yield f"no key {key} in {kind} {name}"


def _variables(overlay: Overlay, container: Object) -> Iterator[str]:
    yield from _twice("variable", (entry["name"] for entry in container.get("env", [])))
    for entry in container.get("env", []):
        if not _VARIABLE.fullmatch(entry["name"]):
            yield f"variable {entry['name']}"
        if ("value" in entry) == ("valueFrom" in entry):
            yield f"variable {entry['name']}: a value or where it comes from"
        source = entry.get("valueFrom", {})
        for kind, reference in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
            given = source.get(reference)
            if given and not given.get("optional"):
                yield from _missing(overlay, kind, given["name"], {given["key"]})
    for source in container.get("envFrom", []):
        for kind, reference in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
            given = source.get(reference)
            if given and not given.get("optional"):
                yield from _missing(overlay, kind, given["name"], set())


def _ports(container: Object) -> Iterator[str]:
    ports = container.get("ports", [])
    yield from _twice("port", (f"{port['containerPort']}/{port.get('protocol', 'TCP')}" for port in ports))
    for port in ports:
        name = port.get("name")
        if name is not None and (len(name) > 15 or not _PORT_NAME.fullmatch(name)):
            yield f"port name {name}"
    known = {port["containerPort"] for port in ports} | {port.get("name") for port in ports}
    for probe in (container[name] for name in _PROBES if name in container):
        for kind in ("httpGet", "tcpSocket", "grpc"):
            if kind in probe and probe[kind]["port"] not in known:
                yield f"a probe of port {probe[kind]['port']}"


def _resources(container: Object) -> Iterator[str]:
    resources = container.get("resources", {})
    for side in ("requests", "limits"):
        for name, written in resources.get(side, {}).items():
            if quantity(written) is None:
                yield f"{name} {written} in {side}"
    for name, limit in resources.get("limits", {}).items():
        asked, most = quantity(resources.get("requests", {}).get(name, "0")), quantity(limit)
        if asked is not None and most is not None and asked > most:
            yield f"requests more {name} than its limit"


def _lifecycle(container: Object, pod: Object) -> Iterator[str]:
    for name in _PROBES:
        probe = container.get(name, {})
        if probe and len(_HANDLERS & probe.keys()) != 1:
            yield f"{name}: one handler"
        if "grpc" in probe and not isinstance(probe["grpc"]["port"], int):
            yield f"{name}: a gRPC probe takes a number"
        if name != "readinessProbe" and probe.get("successThreshold", 1) != 1:
            yield f"{name}: successThreshold must be 1"
        if probe.get("timeoutSeconds", 1) < 1 or probe.get("periodSeconds", 10) < 1:
            yield f"{name}: at least a second"
    sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if sleep and not 0 < sleep <= pod.get("terminationGracePeriodSeconds", 30):
        yield f"sleeps {sleep} s before it stops, longer than it may take"


def _spread(pod: Object) -> Iterator[str]:
    for constraint in pod.get("topologySpreadConstraints", []):
        selected = constraint.get("labelSelector", {}).get("matchLabels", {}).keys()
        if both := selected & set(constraint.get("matchLabelKeys", [])):
            yield f"spread: {', '.join(sorted(both))} as label and as key"
        if constraint["maxSkew"] < 1:
            yield "spread: maxSkew"
