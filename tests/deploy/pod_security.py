"""The Pod Security Standard `restricted`, rule by rule, over a pod's specification: what the API server's own admission
would refuse. Rules of `baseline` come first; `restricted` holds them too.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tests.deploy.manifests import Object

SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
VOLUMES: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_SELINUX: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_HANDLERS: Final = ("livenessProbe", "readinessProbe", "startupProbe")


def violations(template: Object) -> list[str]:
    """Return what `restricted` refuses about a pod: one sentence each, none when it is admitted."""
    pod, annotations = template["spec"], template.get("metadata", {}).get("annotations", {})
    found = [*_of_the_pod(pod), *_of_annotations(annotations)]
    for container in containers_of(pod):
        found += [f"{container['name']}: {words}" for words in _of_container(container, pod)]
    return found


def containers_of(pod: Object) -> Iterator[Object]:
    """Yield every container of a pod, whatever its kind."""
    for kind in _CONTAINERS:
        yield from pod.get(kind, [])


def _of_the_pod(pod: Object) -> Iterator[str]:
    security = pod.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield name
    for volume in pod.get("volumes", []):
        for kind in volume.keys() - {"name"} - VOLUMES:
            yield f"volume {volume['name']}: {kind}"
    for sysctl in security.get("sysctls", []):
        if sysctl["name"] not in SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    yield from _of_either(security)


def _of_annotations(annotations: Mapping[str, str]) -> Iterator[str]:
    for name, value in annotations.items():
        if name.startswith(_APPARMOR) and not (value == "runtime/default" or value.startswith("localhost/")):
            yield f"AppArmor {value}"


def _of_either(security: Object) -> Iterator[str]:
    """What a pod's and a container's security context have in common, and may not say."""
    if security.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess"
    if security.get("seccompProfile", {}).get("type", "RuntimeDefault") not in _PROFILES:
        yield "seccomp Unconfined"
    if security.get("appArmorProfile", {}).get("type", "RuntimeDefault") not in _PROFILES:
        yield "AppArmor Unconfined"
    selinux = security.get("seLinuxOptions", {})
    if selinux.get("type", "") not in _SELINUX or selinux.get("user") or selinux.get("role"):
        yield "seLinuxOptions"
    if security.get("runAsUser") == 0:
        yield "runAsUser 0"
    if security.get("runAsNonRoot") is False:
        yield "runAsNonRoot false"


def _of_container(container: Object, pod: Object) -> Iterator[str]:
    security = container.get("securityContext", {})
    above = pod.get("securityContext", {})
    yield from _of_either(security)
    yield from _of_privileges(security)
    yield from _of_hosts(container)
    if not security.get("runAsNonRoot", above.get("runAsNonRoot")):
        yield "runAsNonRoot is not said"
    if not (security.get("seccompProfile") or above.get("seccompProfile")):
        yield "seccompProfile is not said"


def _of_privileges(security: Object) -> Iterator[str]:
    if security.get("privileged"):
        yield "privileged"
    if security.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if security.get("procMount", "Default") != "Default":
        yield "procMount"
    capabilities = security.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield "capabilities are not dropped"
    if added := set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"capabilities added: {', '.join(sorted(added))}"


def _of_hosts(container: Object) -> Iterator[str]:
    for port in container.get("ports", []):
        if port.get("hostPort"):
            yield f"hostPort {port['hostPort']}"
    asked = [container.get(name, {}) for name in _HANDLERS] + list(container.get("lifecycle", {}).values())
    for handler in asked:
        for kind in ("httpGet", "tcpSocket"):
            if handler.get(kind, {}).get("host"):
                yield f"{kind} of the host {handler[kind]['host']}"
