"""`make up-smoke`: tests that need a cluster, under a load of orders; the load's report must have no problem."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from deploy.up import cluster, rollout
from deploy.up.cluster import kubectl
from deploy.up.commands import answer, exit_code, run, say
from deploy.up.kill import kill
from deploy.up.load import under_load
from deploy.up.orders import GaveUp
from deploy.up.refusal import Refusal
from deploy.up.tools import check_tools

RESTARTED: Final = ("gateway", "executor", "router", "worker")
KILLED: Final = ("gateway", "executor", "router", "worker", "market", "redis", "postgres")
WORKERS: Final = (1, 3)
_SETTLE_S: Final = 5.0
_CONNECT_S: Final = 3

# A few lines for the image's own Python: 0 when a connection comes about, 7 when it does not.
CONNECT: Final = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])).close()
except OSError:
    sys.exit(7)
"""
REFUSED: Final = 7


@dataclass(frozen=True, slots=True)
class Edge:
    """A network edge from the pods of one workload to a service, and whether the policies open it."""

    source: str
    target: str
    port: int
    is_open: bool


# Each closed edge beside an open one to or from the same pod: a network that is down altogether proves nothing.
EDGES: Final = (
    Edge("deployment/gateway", "executor", 50052, is_open=True),
    Edge("deployment/gateway", "postgres", 5432, is_open=False),
    Edge("deployment/gateway", "redis", 6379, is_open=True),
    Edge("deployment/worker", "postgres", 5432, is_open=True),
    Edge("deployment/worker", "executor", 50052, is_open=False),
    Edge("deployment/router", "market", 50053, is_open=True),
    Edge("deployment/router", "redis", 6379, is_open=False),
)


def run_all(url: str) -> None:
    """Run every check and print what each saw. Raises Refusal, naming all that failed."""
    check_tools()
    if not cluster.exists():
        raise Refusal("there is no cluster: `make up` first")
    failed = [problem for name, check in _checks(url) for problem in _report(name, check)]
    if failed:
        raise Refusal("\n  ".join(["the cluster does not hold:", *failed]))
    say("every check holds")


def _checks(url: str) -> list[tuple[str, Callable[[], list[str]]]]:
    def loaded(disturb: Callable[[], None]) -> Callable[[], list[str]]:
        return lambda: _under_load(url, disturb)

    return [
        ("closed edges are closed", check_edges),
        *((f"restart {name}", loaded(partial(_restart, name))) for name in RESTARTED),
        *((f"kill a {name}", loaded(partial(kill, name))) for name in KILLED),
        ("scale workers 1 to 3", loaded(_scale_workers)),
    ]


def _report(name: str, check: Callable[[], list[str]]) -> list[str]:
    began = time.monotonic()
    try:
        problems = check()
    except (Refusal, GaveUp) as trouble:
        problems = [str(trouble)]
    say(f"{'FAILED' if problems else 'ok':7}{name} ({time.monotonic() - began:.0f} s)")
    return [f"{name}: {problem}" for problem in problems]


def _under_load(url: str, disturb: Callable[[], None]) -> list[str]:
    with under_load(url) as load:
        time.sleep(_SETTLE_S)
        disturb()
        time.sleep(_SETTLE_S)
    account = load.settle()
    say(f"       {account}")
    return account.problems()


def check_edges(edges: Sequence[Edge] = EDGES, ask: Callable[[Edge], int] | None = None) -> list[str]:
    """Return one sentence for each edge that is open and should not be, or closed and should be open."""
    connect = ask or _connect
    return [problem for edge in edges if (problem := _edge_problem(edge, connect(edge)))]


def _edge_problem(edge: Edge, code: int) -> str | None:
    way = f"{edge.source} to {edge.target}:{edge.port}"
    if code not in (0, REFUSED):
        return f"{way} could not be tried (exit code {code})"
    if (code == 0) == edge.is_open:
        return None
    return f"{way} is {'open' if code == 0 else 'closed'}"


def _connect(edge: Edge) -> int:
    # A pod's address, not its name: a name that is not found must not pass for a closed edge.
    address = answer(
        kubectl("get", "pods", *cluster.labelled(edge.target), "--output", "jsonpath={.items[0].status.podIP}")
    )
    program = ("python", "-I", "-S", "-c", CONNECT, address.strip(), str(edge.port), str(_CONNECT_S))
    return exit_code(kubectl("exec", edge.source, "--", *program), within_s=60.0)


def _restart(name: str) -> None:
    answer(kubectl("rollout", "restart", f"deployment/{name}"))
    rollout.wait_for(f"deployment/{name}")


def _scale_workers() -> None:
    for count in WORKERS:
        run(kubectl("scale", "deployment/worker", f"--replicas={count}"), within_s=30.0)
        rollout.wait_for("deployment/worker")
        time.sleep(_SETTLE_S)
