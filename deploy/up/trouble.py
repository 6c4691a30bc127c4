"""The report when a workload does not start: pods, events, and the logs of unhealthy pods."""

import json
from collections.abc import Iterator
from typing import Any, Final

from deploy.up.cluster import kubectl
from deploy.up.commands import answer, say
from deploy.up.refusal import Refusal

_EVENTS_SHOWN: Final = 30
_LOG_LINES_SHOWN: Final = 40

Object = dict[str, Any]


def show_trouble() -> None:
    """Print the pods, the newest events, and the ends of the logs of pods that are not well."""
    _show(kubectl("get", "pods", "--output", "wide"))
    events = _said(kubectl("get", "events", "--sort-by=.lastTimestamp")).splitlines()
    say("\n".join(events[-_EVENTS_SHOWN:]))
    listed = json.loads(_said(kubectl("get", "pods", "--output", "json")) or '{"items": []}')
    for pod in unwell(listed):
        say(f"--- {pod['metadata']['name']}")
        show_logs(pod)


def show_logs(pod: Object) -> None:
    """Print the last log lines of each container of a pod, init containers first, and those before a restart.

    Each log is read by its own call: in a common call one container without a log hides the logs of all.
    """
    for name, state in states(pod):
        say(f"[{name}] {_in_words(state)}")
        asked = ("logs", pod["metadata"]["name"], "--container", name, f"--tail={_LOG_LINES_SHOWN}")
        if state.get("restartCount"):
            say(f"[{name}] before its restart:")
            _show(kubectl(*asked, "--previous"))
        if state.get("containerID"):
            _show(kubectl(*asked))


def unwell(listed: Object) -> list[Object]:
    """Return the pods in a listing that are neither ready nor done; a failed job's are among them."""

    def is_well(pod: Object) -> bool:
        conditions = pod["status"].get("conditions", [])
        ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
        return ready or pod["status"].get("phase") == "Succeeded"

    return [pod for pod in listed["items"] if not is_well(pod)]


def states(pod: Object) -> Iterator[tuple[str, Object]]:
    """Yield each container's name and status, init containers first; the status is empty before there is one."""
    status = pod["status"]
    known = {
        found["name"]: found
        for field in ("initContainerStatuses", "containerStatuses")
        for found in status.get(field, [])
    }
    for field in ("initContainers", "containers"):
        for container in pod.get("spec", {}).get(field, []):
            yield container["name"], known.get(container["name"], {})


def _in_words(status: Object) -> str:
    """Return a container's state as `waiting (PodInitializing)` or `terminated (Error, exit code 1)`."""
    for state, found in status.get("state", {}).items():
        code = [f"exit code {found['exitCode']}"] if "exitCode" in found else []
        why = ", ".join([*filter(None, (found.get("reason"), found.get("message"))), *code])
        return f"{state} ({why})" if why else str(state)
    return "not started"


def _show(command: list[str]) -> None:
    say(_said(command))


def _said(command: list[str]) -> str:
    try:
        return answer(command)
    except Refusal as refusal:  # this is a report about a failure: print also what could not be read
        say(str(refusal))
        return ""
