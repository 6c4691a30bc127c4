"""The kind cluster: made when it is absent, deleted by `make down`."""

import os
import socket
from typing import Final

from deploy.up.commands import answer, run, say
from deploy.up.image import REPOSITORY, is_local
from deploy.up.refusal import Refusal

CLUSTER: Final = "tradewind"
NAMESPACE: Final = "tradewind"
PORT: Final = 3000
_CREATE_WITHIN_S: Final = 600.0
_LOAD_WITHIN_S: Final = 300.0


def kubectl(*arguments: str) -> list[str]:
    """Return a command line for this cluster alone, whatever other context the user's kubeconfig has chosen."""
    return ["kubectl", "--context", f"kind-{CLUSTER}", "--namespace", NAMESPACE, *arguments]


def labelled(name: str) -> tuple[str, str]:
    """Return the arguments that choose the pods of one workload."""
    return ("--selector", f"app.kubernetes.io/name={name}")


def exists() -> bool:
    """Return whether the cluster is there."""
    return CLUSTER in answer(["kind", "get", "clusters"]).split()


def ensure() -> bool:
    """Make the cluster unless it is there; return whether it was made. Raises Refusal when its port is taken."""
    if exists():
        say(f"cluster {CLUSTER}: there")
        return False
    _check_port()
    command = ["kind", "create", "cluster", "--config", str(REPOSITORY / "deploy" / "kind.yaml"), "--wait", "180s"]
    if os.environ.get("KIND_NODE_IMAGE"):
        command += ["--image", os.environ["KIND_NODE_IMAGE"]]
    run(command, within_s=_CREATE_WITHIN_S)
    return True


def load(image: str) -> None:
    """Bring an image of this machine's Docker to every node; nothing when it is there."""
    run(["kind", "load", "docker-image", image, "--name", CLUSTER], within_s=_LOAD_WITHIN_S)


def load_if_local(image: str) -> None:
    """Bring an image to every node when this machine's Docker holds it; what is not brought the nodes pull."""
    if not is_local(image):
        return
    try:
        load(image)
    except Refusal as refusal:
        say(f"{image} is not loaded ({refusal}): the nodes pull it")


def delete() -> None:
    """Delete the cluster and everything in it; nothing when there is none."""
    run(["kind", "delete", "cluster", "--name", CLUSTER], within_s=_LOAD_WITHIN_S)


def _check_port() -> None:
    try:
        socket.create_server(("127.0.0.1", PORT)).close()
    except OSError:
        raise Refusal(f"port {PORT} on 127.0.0.1 is in use: stop what listens there (`make run`?)") from None
