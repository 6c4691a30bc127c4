"""The rendered overlays are of this checkout, and the API server's schemas accept them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.up import rendered
from deploy.up.release import KUBERNETES
from tests.deploy.manifests import Overlay, read_overlay

# The oldest and the newest release that the manifests are written for.
VERSIONS = ("1.31", "1.37")


def test_the_kept_overlay_is_made_from_the_present_sources() -> None:
    assert [path.name for path in rendered.REFERENCE.parent.iterdir()] == [rendered.REFERENCE.name], "one is enough"
    first = rendered.REFERENCE.read_text().splitlines()[0]

    assert first == f"# Made by `make render` from overlays/kind; sources {rendered.digest()}", "run `make render`"


@pytest.mark.skipif(not rendered.program(), reason="needs kubectl or kustomize; the digest has to do")
def test_rendering_again_gives_the_same() -> None:
    assert rendered.REFERENCE.read_text() == rendered.render(rendered.KEPT)


def test_every_overlay_is_tested() -> None:
    folders = {path.parent.name for path in (KUBERNETES / "overlays").glob("*/kustomization.yaml")}

    assert folders == set(rendered.OVERLAYS)


def test_the_digest_notices_a_changed_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (KUBERNETES, KUBERNETES.parent / "observability"):
        shutil.copytree(folder, tmp_path / folder.name)
    monkeypatch.setattr(rendered, "DEPLOY", tmp_path)
    digests = [rendered.digest()]

    for source in (tmp_path / "kubernetes/base/worker.yaml", tmp_path / "observability/alerts.yaml"):
        source.write_text(source.read_text().replace("replicas: 2", "replicas: 3") + "# another line")
        digests.append(rendered.digest())

    assert digests[0] == rendered_digest()
    assert len(set(digests)) == 3


def rendered_digest() -> str:
    return rendered.REFERENCE.read_text().splitlines()[0].rpartition(" ")[2]


@pytest.mark.parametrize("version", VERSIONS)
def test_schemas_accept_every_object(overlay: Overlay, version: str, tmp_path: Path) -> None:
    # KEDA's own kinds are in no schema; test_availability looks at them.
    known = [thing for thing in overlay.objects if not thing["apiVersion"].startswith("keda.sh/")]

    code, words = validate(known, version, tmp_path)

    assert code == 0, words


def test_a_misspelt_field_is_refused(kind: Overlay, tmp_path: Path) -> None:
    worker = kind.one("Deployment", "worker")
    worker["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 30

    code, words = validate([worker], VERSIONS[-1], tmp_path)

    assert code != 0
    assert "terminationGracePeriodSecond" in words


def validate(objects: list[dict[str, object]], version: str, folder: Path) -> tuple[int, str]:
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    program = [sys.executable, "-m", "kubernetes_validate", "--strict", "--quiet", "-k", version, str(file)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_overlays_differ_where_they_should() -> None:
    production, kind = read_overlay("production"), read_overlay("kind")

    assert not production.of("Secret"), "production's secrets come from a store, never from here"
    assert {thing["metadata"]["name"].rpartition("-")[0] for thing in kind.of("Secret")} == {
        "tradewind-stores",
        "tradewind-keys",
    }
    assert {thing["metadata"]["name"] for thing in kind.of("StatefulSet")} == {"market", "postgres", "redis"}
    assert {thing["metadata"]["name"] for thing in production.of("StatefulSet")} == {"market"}
    assert kind.one("Service", "gateway")["spec"]["type"] == "NodePort"
    assert "type" not in production.one("Service", "gateway")["spec"]
