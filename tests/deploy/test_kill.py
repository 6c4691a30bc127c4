"""The smoke test's kill: SIGKILL to the container's first process, from its node, and proof that it died of it."""

import json

import pytest

from deploy.up.kill import kill
from deploy.up.refusal import Refusal
from tests.deploy.stand_in import KUBECTL, Answer, Cluster

PODS = f"{KUBECTL} get pods --selector app.kubernetes.io/name=market --output json"
POD = f"{KUBECTL} get pod market-0 --output json"


def pod(container: str, *, last: tuple[str, int] | None = None, state: str = "running") -> dict[str, object]:
    status: dict[str, object] = {"containerID": f"containerd://{container}", "state": {state: {"reason": "so"}}}
    if last:
        status["lastState"] = {"terminated": {"containerID": f"containerd://{last[0]}", "exitCode": last[1]}}
    return {
        "metadata": {"name": "market-0"},
        "spec": {"nodeName": "tradewind-worker2"},
        "status": {"containerStatuses": [status]},
    }


def said(thing: object) -> Answer:
    return 0, json.dumps(thing)


def answers(*seen: dict[str, object], process: str = "4711\n") -> dict[str, object]:
    return {
        PODS: said({"items": [pod("0a", state="waiting"), pod("1b")]}),
        "docker exec tradewind-worker2 crictl inspect": (0, process),
        POD: [said(thing) for thing in seen],
    }


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.up.kill._ASK_AGAIN_S", 0.0)
    monkeypatch.setattr("deploy.up.kill._SEEN_WITHIN_S", 2.0)


def test_the_first_process_of_a_running_container_gets_sigkill_from_its_node(cluster: Cluster) -> None:
    earlier = pod("1b", last=("0z", 137))
    dying = pod("1b", last=("1b", 137), state="waiting")
    cluster(**answers(earlier, dying, pod("2c", last=("1b", 137))))

    kill("market")

    calls = cluster()
    assert [call for call in calls if call.startswith("docker exec")] == [
        "docker exec tradewind-worker2 crictl inspect --output go-template --template {{.info.pid}} 1b",
        "docker exec tradewind-worker2 sh -c kill -9 4711",
    ]
    assert sum(call == POD for call in calls) == 3, "until a new container runs, not before"
    assert calls[-1].startswith(f"{KUBECTL} rollout status statefulset/market")
    assert not [call for call in calls if " delete " in call], "a deleted pod gets a SIGTERM first"


def test_a_container_that_ended_by_itself_was_not_killed(cluster: Cluster) -> None:
    cluster(**answers(pod("2c", last=("1b", 143))))

    with pytest.raises(Refusal, match="exit code 143, not 137"):
        kill("market")


def test_a_container_that_lives_on_is_noticed(cluster: Cluster) -> None:
    cluster(**answers(pod("1b")))

    with pytest.raises(Refusal, match="runs no new container"):
        kill("market")


@pytest.mark.parametrize("process", ["", "0\n", "1\n", "<no value>\n"])
def test_no_process_but_the_containers_is_ever_killed(cluster: Cluster, process: str) -> None:
    cluster(**answers(pod("1b"), process=process))

    with pytest.raises(Refusal, match="does not know the process"):
        kill("market")

    assert not [call for call in cluster() if "kill -9" in call]


def test_nothing_that_runs_is_said(cluster: Cluster) -> None:
    cluster(**{PODS: said({"items": [pod("0a", state="waiting")]})})

    with pytest.raises(Refusal, match="no pod of market runs"):
        kill("market")
