"""The stack applied and waited for, or what the cluster has to say about why not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from deploy.up.cluster import kubectl
from deploy.up.commands import answer, run, say
from deploy.up.refusal import Refusal

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
_READY_WITHIN_S: Final = 300.0
_EVENTS_SHOWN: Final = 30
_LOG_LINES_SHOWN: Final = 40


def apply(folder: Path, job: str, observers: Sequence[str] = ()) -> None:
    """Apply the release and return when all of it runs. Raises Refusal after printing pods, events and logs."""
    try:
        run(kubectl("apply", "--kustomize", str(folder)), within_s=120.0)
        wait_for(*STORES)
        run(_waiting("wait", "--for=condition=complete", f"job/{job}"), within_s=_READY_WITHIN_S + 30)
        wait_for(*SERVICES, *observers)
    except Refusal:
        show_trouble()
        raise


def wait_for(*workloads: str) -> None:
    """Return when each workload is rolled out."""
    for workload in workloads:
        run(_waiting("rollout", "status", workload), within_s=_READY_WITHIN_S + 30)


def show_trouble() -> None:
    """Print the pods, the newest events, and the ends of the logs of pods that are not well."""
    _show(kubectl("get", "pods", "--output", "wide"))
    events = _said(kubectl("get", "events", "--sort-by=.lastTimestamp")).splitlines()
    say("\n".join(events[-_EVENTS_SHOWN:]))
    listed = json.loads(_said(kubectl("get", "pods", "--output", "json")) or '{"items": []}')
    for pod in unwell(listed):
        say(f"--- {pod}")
        _show(kubectl("logs", pod, "--all-containers", "--prefix", f"--tail={_LOG_LINES_SHOWN}"))


def unwell(listed: dict[str, Any]) -> list[str]:
    """Return the names of the pods in a listing that are neither ready nor done."""

    def is_well(pod: dict[str, Any]) -> bool:
        conditions = pod["status"].get("conditions", [])
        ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
        return ready or pod["status"].get("phase") == "Succeeded"

    return [pod["metadata"]["name"] for pod in listed["items"] if not is_well(pod)]


def _waiting(*arguments: str) -> list[str]:
    return kubectl(*arguments, f"--timeout={_READY_WITHIN_S:.0f}s")


def _show(command: list[str]) -> None:
    say(_said(command))


def _said(command: list[str]) -> str:
    try:
        return answer(command)
    except Refusal as refusal:  # trouble is being shown already; what cannot be asked is part of it
        say(str(refusal))
        return ""
