"""`make up` and `make down` from end to end; in place of docker, kind and kubectl programs that note what they hear."""

import json
from pathlib import Path

import pytest

from deploy.up import __main__ as command
from deploy.up import release
from deploy.up.refusal import Refusal
from tests.deploy.stand_in import JOB, JOB_ASKED, KUBECTL, NAMED, Cluster, job

_SICK = json.dumps(
    {
        "items": [
            {
                "metadata": {"name": "executor-1"},
                "spec": {"initContainers": [{"name": "wait-for-schema"}], "containers": [{"name": "executor"}]},
                "status": {
                    "phase": "Pending",
                    "initContainerStatuses": [
                        {
                            "name": "wait-for-schema",
                            "restartCount": 1,
                            "containerID": "containerd://1a",
                            "state": {"running": {}},
                        }
                    ],
                    "containerStatuses": [
                        {"name": "executor", "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}}
                    ],
                },
            },
            {
                "metadata": {"name": "migrate-1"},
                "spec": {"containers": [{"name": "executor"}, {"name": "market"}]},
                "status": {
                    "phase": "Failed",
                    "containerStatuses": [
                        {
                            "name": name,
                            "restartCount": 0,
                            "containerID": f"containerd://{name}",
                            "state": {"terminated": {"exitCode": code, "reason": "Error"}},
                        }
                        for name, code in (("executor", 1), ("market", 1))
                    ],
                },
            },
        ]
    }
)


def test_a_first_run_does_everything_in_order(cluster: Cluster, tmp_path: Path) -> None:
    cluster()

    command.up()

    calls = cluster()
    steps = [
        "docker build --file deploy/Dockerfile --target service --tag tradewind:local",
        f"docker tag tradewind:local {NAMED}",
        "kind create cluster --config",
        f"kind load docker-image {NAMED} --name tradewind",
        f"{KUBECTL} apply --kustomize {tmp_path / 'release'}",
        f"{KUBECTL} rollout status statefulset/postgres",
        JOB_ASKED,
        f"{KUBECTL} rollout status statefulset/market",
        f"{KUBECTL} rollout status deployment/gateway",
        "one order",
    ]
    # The job is asked for before too: an earlier run may have left it failed.
    found = [max(number for number, call in enumerate(calls) if call.startswith(step)) for step in steps]
    assert found == sorted(found)
    assert (tmp_path / "secrets.env").exists()
    assert (tmp_path / "pepper.env").exists()


def test_dashboards_are_waited_for_and_the_way_to_them_is_told(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OBSERVABILITY", "on")
    cluster()

    command.up()

    waited = [call for call in cluster() if " rollout status " in call]
    assert waited[-1].startswith(f"{KUBECTL} rollout status statefulset/grafana")
    assert f"dashboards: {KUBECTL} port-forward service/grafana 3001:3000" in capfd.readouterr().out


def test_a_second_run_keeps_the_cluster_and_its_passwords(cluster: Cluster, tmp_path: Path) -> None:
    cluster(**{"kind get clusters": (0, "other\ntradewind\n")})
    release.ensure_secrets(tmp_path / "secrets.env")
    before = (tmp_path / "secrets.env").read_text()

    command.up()

    assert not [call for call in cluster() if call.startswith("kind create")]
    assert (tmp_path / "secrets.env").read_text() == before


def test_a_cluster_whose_passwords_are_gone_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    cluster(**{"kind get clusters": (0, "tradewind\n")})

    with pytest.raises(Refusal, match="make down"):
        command.up()

    assert not (tmp_path / "secrets.env").exists()
    assert not [call for call in cluster() if " apply " in call]


def test_what_does_not_come_up_is_shown(cluster: Cluster, capfd: pytest.CaptureFixture[str]) -> None:
    cluster(
        **{
            f"{KUBECTL} rollout status deployment/executor": (1, ""),
            f"{KUBECTL} get pods --output json": (0, _SICK),
            f"{KUBECTL} get events": (0, "BackOff executor-1\n"),
            f"{KUBECTL} logs executor-1 --container wait-for-schema --tail=40 --previous": (0, "gave up\n"),
            f"{KUBECTL} logs executor-1 --container wait-for-schema": (0, "waiting: the executor schema\n"),
            f"{KUBECTL} logs migrate-1 --container executor": (1, "the log was rotated away\n"),
            f"{KUBECTL} logs migrate-1 --container market": (0, "permission denied for schema market\n"),
        }
    )

    with pytest.raises(Refusal, match="rollout status deployment/executor"):
        command.up()

    said = capfd.readouterr().out
    assert "BackOff executor-1" in said
    for words in (
        "[wait-for-schema] running\n",
        "waiting: the executor schema\n",
        "before its restart:\ngave up\n",
        "[executor] waiting (PodInitializing)\n",
        "[executor] terminated (Error, exit code 1)\n",
        "the log was rotated away\n",
        "permission denied for schema market\n",
    ):
        assert words in said, said
    assert not [call for call in cluster() if "logs executor-1 --container executor" in call], "it has none yet"
    assert "one order" not in cluster()


def test_images_of_ones_own_are_loaded_too(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_IMAGE", "local/postgres:18")
    monkeypatch.setenv("REDIS_IMAGE", "elsewhere/redis:8")
    cluster(**{"docker images --quiet local/postgres:18": (0, "0f3a\n")})

    command.up()

    assert loaded(cluster()) == [NAMED, "local/postgres:18"], "what Docker does not hold the nodes pull themselves"


def loaded(calls: list[str]) -> list[str]:
    return [call.split()[3] for call in calls if call.startswith("kind load")]


@pytest.mark.parametrize(("observability", "more"), [("off", []), ("on", ["prom/prometheus:v3.5.0"])])
def test_default_images_that_docker_holds_are_loaded(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, observability: str, more: list[str]
) -> None:
    monkeypatch.setenv("OBSERVABILITY", observability)
    cluster(
        **{
            "docker images --quiet postgres:18-bookworm": (0, "0f3a\n"),
            "docker images --quiet prom/prometheus:v3.5.0": (0, "0f3b\n"),
        }
    )

    command.up()

    assert loaded(cluster()) == [NAMED, "postgres:18-bookworm", *more]


def test_an_image_that_cannot_be_loaded_is_left_to_the_nodes(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster(
        **{
            "docker images --quiet redis:7.4-bookworm": (0, "0f3a\n"),
            "kind load docker-image redis:7.4-bookworm": (1, "content digest not found\n"),
        }
    )

    command.up()

    assert "redis:7.4-bookworm is not loaded" in capfd.readouterr().out
    assert cluster()[-1] == "one order"


def test_a_job_that_failed_before_is_deleted_and_tried_again(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    failed = job("FailureTarget", "Failed", reason="DeadlineExceeded")
    cluster(**{"kind get clusters": (0, "tradewind\n"), JOB_ASKED: [failed, job(), job("Complete")]})
    release.ensure_secrets(release.SECRETS)

    command.up()

    calls = cluster()
    (deleted,) = (number for number, call in enumerate(calls) if f" delete job/{JOB} " in call)
    (applied,) = (number for number, call in enumerate(calls) if " apply " in call)
    assert deleted < applied
    assert f"{JOB} failed before (DeadlineExceeded)" in capfd.readouterr().out
    assert calls[-1] == "one order"


@pytest.mark.parametrize("state", [job("Complete"), job("SuccessCriteriaMet"), job(failed=2), (0, "")])
def test_a_job_that_did_not_fail_is_left_alone(cluster: Cluster, state: tuple[int, str]) -> None:
    cluster(**{JOB_ASKED: [state, job("Complete")]})

    command.up()

    assert not [call for call in cluster() if " delete " in call]


def test_a_job_that_fails_ends_the_wait_at_once_and_is_shown(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster(
        **{
            JOB_ASKED: [job(), job(failed=1), job("Failed", reason="BackoffLimitExceeded", failed=2)],
            f"{KUBECTL} get pods --output json": (0, _SICK),
            f"{KUBECTL} logs migrate-1 --container market": (0, "permission denied for schema market\n"),
        }
    )

    with pytest.raises(Refusal, match=r"failed \(BackoffLimitExceeded\)"):
        command.up()

    said = capfd.readouterr().out
    assert "1 failed so far, tried again" in said
    assert "permission denied for schema market" in said
    assert "one order" not in cluster()


@pytest.mark.parametrize(("said", "kept"), [("5", [{"name": "worker", "count": 5}]), ("0", []), ("", [])])
def test_workers_keep_the_number_that_somebody_chose(
    cluster: Cluster, tmp_path: Path, said: str, kept: list[dict[str, object]]
) -> None:
    cluster(
        **{"kind get clusters": (0, "tradewind\n"), f"{KUBECTL} get deployment/worker --ignore-not-found": (0, said)}
    )
    release.ensure_secrets(release.SECRETS)

    command.up()

    assert json.loads((tmp_path / "release" / "kustomization.yaml").read_text())["replicas"] == kept


def test_an_older_builder_is_used_without_the_plugin(cluster: Cluster) -> None:
    cluster(**{"docker buildx version": (1, "")})

    command.up()

    (build,) = (call for call in cluster() if call.startswith("docker build "))
    assert "--file deploy/image/plain/Dockerfile" in build


def test_down_deletes_the_cluster_and_its_passwords(cluster: Cluster, tmp_path: Path) -> None:
    cluster()
    release.ensure_secrets(tmp_path / "secrets.env")
    release.ensure_pepper(tmp_path / "pepper.env")

    command.down()

    assert cluster()[-1] == "kind delete cluster --name tradewind"
    assert not (tmp_path / "secrets.env").exists()
    assert not (tmp_path / "pepper.env").exists()
