"""The release that `make up` writes, rendered by kustomize as the cluster gets it."""

import shutil
from pathlib import Path

import pytest
import yaml

from deploy.up import release, rendered
from deploy.up.commands import answer
from tests.deploy.manifests import Object


@pytest.fixture
def kubernetes(tmp_path: Path) -> Path:
    """A copy of the manifests with the passwords of the example."""
    program = rendered.program()
    if program is None:
        pytest.skip("rendering a release needs kubectl or kustomize")
    for folder in ("kubernetes", "observability"):
        shutil.copytree(rendered.DEPLOY / folder, tmp_path / folder)
    kind = tmp_path / "kubernetes" / "overlays" / "kind"
    for name in ("secrets.env", "pepper.env"):
        shutil.copyfile(kind / f"{name}.example", kind / name)
    return tmp_path / "kubernetes"


def written(kubernetes: Path, scaled: dict[str, int]) -> dict[tuple[str, str], Object]:
    folder = release.write_release("tradewind:0f3a", {}, kubernetes / "release", scaled)
    text = answer([*(rendered.program() or ()), str(folder)])
    return {(thing["kind"], thing["metadata"]["name"]): thing for thing in yaml.safe_load_all(text)}


@pytest.mark.parametrize(("scaled", "workers"), [({}, 2), ({"worker": 5}, 5)])
def test_a_release_runs_its_image_and_as_many_workers_as_somebody_chose(
    kubernetes: Path, scaled: dict[str, int], workers: int
) -> None:
    objects = written(kubernetes, scaled)

    assert ("Job", "migrate-0f3a") in objects
    worker = objects["Deployment", "worker"]["spec"]
    assert worker["replicas"] == workers
    assert {container["image"] for container in worker["template"]["spec"]["containers"]} == {"tradewind:0f3a"}
    assert "replicas" not in objects["Deployment", "gateway"]["spec"], "its autoscaler's to say"
