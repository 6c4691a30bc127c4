"""A container killed as a crash or the kernel kills it: SIGKILL to its first process, sent from the node.

Deleting a pod by force is not that: the kubelet still sends SIGTERM and grants a second, in which a process can save
itself. And a process inside a container cannot kill the container's process 1.
"""

import json
import time
from typing import Any, Final

from deploy.up import rollout
from deploy.up.cluster import kubectl, labelled
from deploy.up.commands import answer
from deploy.up.refusal import Refusal

KILLED: Final = 128 + 9
_SEEN_WITHIN_S: Final = 60.0
_ASK_AGAIN_S: Final = 1.0


def kill(name: str) -> None:
    """Kill a pod's container and return when another runs in its place. Raises Refusal when it did not die of it."""
    before = _first_pod(name)
    node, container = before["spec"]["nodeName"], _status(before)["containerID"].partition("://")[2]
    asked = ("crictl", "inspect", "--output", "go-template", "--template", "{{.info.pid}}", container)
    process = answer(["docker", "exec", node, *asked]).strip()
    if not process.isdecimal() or int(process) < 2:
        raise Refusal(f"{node} does not know the process of {name}'s container: {process or 'no answer'}")
    answer(["docker", "exec", node, "sh", "-c", f"kill -9 {process}"])
    _wait_replaced(before)
    kind = "deployment" if f"deployment/{name}" in rollout.SERVICES else "statefulset"
    rollout.wait_for(f"{kind}/{name}")


def _wait_replaced(before: dict[str, Any]) -> None:
    """Return when the kubelet has seen the death and started the container again."""
    pod, killed = before["metadata"]["name"], _status(before)["containerID"]
    deadline = time.monotonic() + _SEEN_WITHIN_S
    while time.monotonic() < deadline:
        status = _status(json.loads(answer(kubectl("get", "pod", pod, "--output", "json"))))
        ended = status.get("lastState", {}).get("terminated")
        if ended and ended["containerID"] == killed and status.get("state", {}).get("running"):
            if ended["exitCode"] != KILLED:
                raise Refusal(f"{pod} ended with exit code {ended['exitCode']}, not {KILLED}: it was not killed")
            return
        time.sleep(_ASK_AGAIN_S)
    raise Refusal(f"{pod} was killed and runs no new container after {_SEEN_WITHIN_S:.0f} s")


def _first_pod(name: str) -> dict[str, Any]:
    listed = json.loads(answer(kubectl("get", "pods", *labelled(name), "--output", "json")))
    found = [pod for pod in listed["items"] if _status(pod).get("state", {}).get("running")]
    if not found:
        raise Refusal(f"no pod of {name} runs")
    return dict(found[0])


def _status(pod: dict[str, Any]) -> dict[str, Any]:
    statuses = pod["status"].get("containerStatuses") or [{}]
    return dict(statuses[0])
