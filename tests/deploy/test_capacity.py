"""A drain in the cluster of `make up` ends on a host of two cores: one node holds everything, updates included."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal

import pytest
import yaml

from deploy.up.image import REPOSITORY
from tests.deploy.api_server_pods import quantity
from tests.deploy.manifests import Object, Overlay, read_overlay

# Every node of kind counts the host's cores as its own.
HOST_CORES = Decimal(2)
# What a kind node of Kubernetes 1.36 runs of its own: kindnet, and both coredns when they have to move there too.
SYSTEM_CORES = Decimal("0.1") + 2 * Decimal("0.1")


def requested(pod: Object) -> Decimal:
    """Return the cores set aside for a pod: for its containers together, or for its dearest init container."""
    together, first = (
        [quantity(container["resources"]["requests"]["cpu"]) or Decimal(0) for container in pod.get(field, [])]
        for field in ("containers", "initContainers")
    )
    return max(sum(together, Decimal(0)), *first, Decimal(0))


def pods_at_most(overlay: Overlay) -> Iterator[tuple[int, Object]]:
    """Yield how many pods of each workload there are while every Deployment is being updated at once."""
    least = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"]["minReplicas"]
        for scaler in overlay.of("HorizontalPodAutoscaler")
    }
    for thing in overlay.of("Deployment", "StatefulSet", "Job"):
        spec = thing["spec"]
        count = spec["replicas"] if "replicas" in spec else least.get(thing["metadata"]["name"], 1)
        surge = spec["strategy"]["rollingUpdate"]["maxSurge"] if thing["kind"] == "Deployment" else 0
        yield count + surge, spec["template"]["spec"]


def cores(overlay: Overlay) -> Decimal:
    return sum((count * requested(pod) for count, pod in pods_at_most(overlay)), Decimal(0))


@pytest.mark.parametrize("name", ["kind", "kind-observability"])
def test_one_node_holds_the_whole_stack_while_it_is_updated(name: str) -> None:
    assert cores(read_overlay(name)) <= HOST_CORES - SYSTEM_CORES


def test_every_pod_is_counted(kind: Overlay) -> None:
    # 3 each of gateway, router, executor and worker, one market, Postgres and Redis, the migration job.
    assert sum(count for count, _ in pods_at_most(kind)) == 16


def test_a_stack_that_asks_for_more_would_be_noticed(kind: Overlay) -> None:
    greedy = deepcopy(kind)
    for _, container in greedy.containers():
        container["resources"]["requests"]["cpu"] = "200m"

    assert cores(greedy) > HOST_CORES - SYSTEM_CORES


def test_a_drain_leaves_one_node_for_pods() -> None:
    nodes = yaml.safe_load((REPOSITORY / "deploy" / "kind.yaml").read_text())["nodes"]

    # The control plane takes no pods beside workers, so a drained worker leaves one node: the case counted above.
    assert [node["role"] for node in nodes] == ["control-plane", "worker", "worker"]
