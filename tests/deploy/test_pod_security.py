"""Every pod is admitted by `restricted`, and the check refuses what the API server refuses."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.deploy.manifests import Object, Overlay, read_overlay
from tests.deploy.pod_security import containers_of, violations

Change = Callable[[Any], object]


def test_every_pod_is_admitted(overlay: Overlay) -> None:
    assert overlay.pods()
    for name, template in overlay.pods():
        assert violations(template) == [], name


def test_every_kind_of_pod_is_looked_at(kind: Overlay) -> None:
    kinds = {thing["kind"] for thing in kind.of("Deployment", "StatefulSet", "Job", "DaemonSet", "CronJob", "Pod")}

    assert kinds == {"Deployment", "StatefulSet", "Job"}
    assert len([c for _, pod in kind.pods() for c in containers_of(pod["spec"])]) == len(list(kind.containers()))


def a_pod() -> Object:
    """The executor's, which has an init container too."""
    found = deepcopy(read_overlay("kind").one("Deployment", "executor")["spec"]["template"])
    assert isinstance(found, dict)
    return found


def in_pod(**said: object) -> Change:
    return lambda template: template["spec"].update(said)


def in_pod_security(**said: object) -> Change:
    return lambda template: template["spec"]["securityContext"].update(said)


def in_container(**said: object) -> Change:
    return lambda template: template["spec"]["containers"][0]["securityContext"].update(said)


def in_init_container(**said: object) -> Change:
    return lambda template: template["spec"]["initContainers"][0]["securityContext"].update(said)


def unsaid(name: str) -> Change:
    """Say something neither for the pod nor for its server."""

    def change(template: Any) -> None:
        del template["spec"]["securityContext"][name]
        del template["spec"]["containers"][0]["securityContext"][name]

    return change


def annotated(name: str, value: str) -> Change:
    return lambda template: template["metadata"].update(annotations={name: value})


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (in_pod(hostNetwork=True), "hostNetwork"),
        (in_pod(hostPID=True), "hostPID"),
        (in_pod(hostIPC=True), "hostIPC"),
        (in_pod(volumes=[{"name": "host", "hostPath": {"path": "/"}}]), "volume host: hostPath"),
        (in_pod(volumes=[{"name": "share", "nfs": {"server": "a", "path": "/"}}]), "volume share: nfs"),
        (in_pod(ephemeralContainers=[{"name": "debug"}]), "debug: allowPrivilegeEscalation is not false"),
        (in_pod_security(sysctls=[{"name": "kernel.msgmax", "value": "1"}]), "sysctl kernel.msgmax"),
        (in_pod_security(seccompProfile={"type": "Unconfined"}), "seccomp Unconfined"),
        (in_pod_security(appArmorProfile={"type": "Unconfined"}), "AppArmor Unconfined"),
        (in_pod_security(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions"),
        (in_pod_security(seLinuxOptions={"user": "root"}), "seLinuxOptions"),
        (in_pod_security(windowsOptions={"hostProcess": True}), "hostProcess"),
        (in_pod_security(runAsUser=0), "runAsUser 0"),
        (in_pod_security(runAsNonRoot=False), "runAsNonRoot false"),
        (annotated("container.apparmor.security.beta.kubernetes.io/executor", "unconfined"), "AppArmor unconfined"),
        (in_container(privileged=True), "executor: privileged"),
        (in_container(allowPrivilegeEscalation=True), "executor: allowPrivilegeEscalation is not false"),
        (in_container(procMount="Unmasked"), "executor: procMount"),
        (in_container(capabilities={}), "executor: capabilities are not dropped"),
        (in_container(capabilities={"drop": ["NET_RAW"]}), "executor: capabilities are not dropped"),
        (in_container(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]}), "executor: capabilities added: NET_ADMIN"),
        (in_container(runAsUser=0), "executor: runAsUser 0"),
        (in_container(runAsNonRoot=False), "executor: runAsNonRoot is not said"),
        (in_container(seccompProfile={"type": "Unconfined"}), "executor: seccomp Unconfined"),
        (in_init_container(privileged=True), "wait-for-schema: privileged"),
        (in_init_container(runAsUser=0), "wait-for-schema: runAsUser 0"),
        (unsaid("runAsNonRoot"), "executor: runAsNonRoot is not said"),
        (unsaid("seccompProfile"), "executor: seccompProfile is not said"),
        (lambda pod: pod["spec"]["containers"][0]["ports"][0].update(hostPort=80), "executor: hostPort 80"),
        (
            lambda pod: pod["spec"]["containers"][0].update(livenessProbe={"httpGet": {"host": "10.0.0.1", "port": 1}}),
            "executor: httpGet of the host 10.0.0.1",
        ),
        (
            lambda pod: pod["spec"]["containers"][0].update(lifecycle={"preStop": {"tcpSocket": {"host": "other"}}}),
            "executor: tcpSocket of the host other",
        ),
    ],
)
def test_what_restricted_forbids_is_refused(change: Change, refusal: str) -> None:
    pod = a_pod()
    assert violations(pod) == []

    change(pod)

    assert refusal in violations(pod)


@pytest.mark.parametrize(
    "change",
    [
        in_pod_security(sysctls=[{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]),
        in_pod_security(seLinuxOptions={"type": "container_t", "level": "s0:c1"}),
        in_pod_security(seccompProfile={"type": "Localhost", "localhostProfile": "own.json"}),
        in_container(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
        annotated("container.apparmor.security.beta.kubernetes.io/executor", "runtime/default"),
    ],
)
def test_what_restricted_allows_is_admitted(change: Change) -> None:
    pod = a_pod()

    change(pod)

    assert violations(pod) == []
