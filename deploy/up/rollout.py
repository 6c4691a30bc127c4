"""Applies the stack and waits for it, or prints why the cluster did not start it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.up import migration
from deploy.up.cluster import kubectl
from deploy.up.commands import answer, run
from deploy.up.refusal import Refusal
from deploy.up.trouble import show_trouble

STORES: Final = ("statefulset/postgres", "statefulset/redis")
SERVICES: Final = (
    "statefulset/market",
    "deployment/router",
    "deployment/executor",
    "deployment/worker",
    "deployment/gateway",
)
# With OBSERVABILITY=on.
OBSERVERS: Final = ("statefulset/prometheus", "statefulset/grafana")
# Deployments whose manifest says how many pods there are; the others have an autoscaler.
SCALED_BY_HAND: Final = ("worker",)
_READY_WITHIN_S: Final = 300.0


def scaled() -> dict[str, int]:
    """Return the present number of pods of each Deployment whose manifest sets one; empty before the first release.

    None at all is not kept: the order that `make up` sends at its end would wait for ever.
    """
    wanted = {}
    for name in SCALED_BY_HAND:
        command = kubectl("get", f"deployment/{name}", "--ignore-not-found", "--output", "jsonpath={.spec.replicas}")
        count = int(answer(command).strip() or 0)
        if count:
            wanted[name] = count
    return wanted


def apply(folder: Path, job: str, observers: Sequence[str] = ()) -> None:
    """Apply the release and return when all of it runs. Raises Refusal after printing pods, events and logs."""
    try:
        migration.clear_failed(job)
        run(kubectl("apply", "--kustomize", str(folder)), within_s=120.0)
        wait_for(*STORES)
        migration.wait_complete(job)
        wait_for(*SERVICES, *observers)
    except Refusal:
        show_trouble()
        raise


def wait_for(*workloads: str) -> None:
    """Return when each workload is rolled out."""
    for workload in workloads:
        run(_waiting("rollout", "status", workload), within_s=_READY_WITHIN_S + 30)


def _waiting(*arguments: str) -> list[str]:
    return kubectl(*arguments, f"--timeout={_READY_WITHIN_S:.0f}s")
