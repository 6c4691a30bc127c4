"""`make up` and `make down` from end to end; in place of docker, kind and kubectl programs that note what they hear."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.up import __main__ as command
from deploy.up import image, release
from deploy.up.refusal import Refusal

_PROGRAM = """#!{python} -IS
import json, pathlib, sys
folder = pathlib.Path({folder!r})
words = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
said = " ".join(words)
with (folder / "calls").open("a") as calls:
    calls.write(said + "\\n")
answers = json.loads((folder / "answers.json").read_text())
for start, (code, text) in answers.items():
    if said.startswith(start):
        sys.stdout.write(text)
        sys.exit(code)
"""
_IDENTITY = "sha256:0f3a5c7e9b1d" + "0" * 52
_NAMED = "tradewind:0f3a5c7e9b1d"
_KUBECTL = "kubectl --context kind-tradewind --namespace tradewind"
_SICK = '{"items": [{"metadata": {"name": "executor-1"}, "status": {"phase": "Running", "conditions": []}}]}'

Cluster = Callable[..., list[str]]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Puts the programs first on the path; called with answers by the start of a command line, it returns the calls."""
    for name in ("docker", "kind", "kubectl"):
        program = tmp_path / name
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(tmp_path)))
        program.chmod(0o755)
    calls = tmp_path / "calls"
    calls.touch()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(release, "SECRETS", tmp_path / "secrets.env")
    monkeypatch.setattr(release, "PEPPER", tmp_path / "pepper.env")
    monkeypatch.setattr(release, "FOLDER", tmp_path / "release")
    monkeypatch.setattr(command, "send_one_order", lambda: calls.write_text(f"{calls.read_text()}one order\n"))
    monkeypatch.setattr("deploy.up.cluster._check_port", lambda: None)
    for name in ("OBSERVABILITY", "KIND_NODE_IMAGE", *release.OTHER_IMAGES.values(), *image._BUILD_ARGUMENTS):
        monkeypatch.delenv(name, raising=False)

    def answering(**answers: tuple[int, str]) -> list[str]:
        usual = {
            "docker --version": (0, "Docker version 28.2.2, build e6534b4"),
            "docker image inspect": (0, _IDENTITY),
            "kind version": (0, "kind v0.33.0 go1.24"),
            "kubectl version": (0, "Client Version: v1.36.2"),
        }
        (tmp_path / "answers.json").write_text(json.dumps({**usual, **answers}))
        return calls.read_text().splitlines()

    return answering


def test_a_first_run_does_everything_in_order(cluster: Cluster, tmp_path: Path) -> None:
    cluster()

    command.up()

    calls = cluster()
    steps = [
        "docker build --file deploy/Dockerfile --target service --tag tradewind:local",
        f"docker tag tradewind:local {_NAMED}",
        "kind create cluster --config",
        f"kind load docker-image {_NAMED} --name tradewind",
        f"{_KUBECTL} apply --kustomize {tmp_path / 'release'}",
        f"{_KUBECTL} rollout status statefulset/postgres",
        f"{_KUBECTL} wait --for=condition=complete job/migrate-0f3a5c7e9b1d",
        f"{_KUBECTL} rollout status statefulset/market",
        f"{_KUBECTL} rollout status deployment/gateway",
        "one order",
    ]
    found = [next(number for number, call in enumerate(calls) if call.startswith(step)) for step in steps]
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
    assert waited[-1].startswith(f"{_KUBECTL} rollout status statefulset/grafana")
    assert f"dashboards: {_KUBECTL} port-forward service/grafana 3001:3000" in capfd.readouterr().out


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
            f"{_KUBECTL} rollout status deployment/executor": (1, ""),
            f"{_KUBECTL} get pods --output json": (0, _SICK),
            f"{_KUBECTL} get events": (0, "BackOff executor-1\n"),
            f"{_KUBECTL} logs executor-1": (0, "waiting: the executor schema is not up to date\n"),
        }
    )

    with pytest.raises(Refusal, match="rollout status deployment/executor"):
        command.up()

    said = capfd.readouterr().out
    assert "BackOff executor-1" in said
    assert "waiting: the executor schema" in said
    assert "one order" not in cluster()


def test_images_of_ones_own_are_loaded_too(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_IMAGE", "local/postgres:18")
    monkeypatch.setenv("REDIS_IMAGE", "elsewhere/redis:8")
    cluster(**{"docker images --quiet local/postgres:18": (0, "0f3a\n")})

    command.up()

    loaded = [call.split()[3] for call in cluster() if call.startswith("kind load")]
    assert loaded == [_NAMED, "local/postgres:18"], "what Docker does not hold the nodes pull themselves"


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
