"""One release on top of overlays/kind: its image, its stores' images, its migration job, its secrets."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.up.image import NAME, REPOSITORY
from deploy.up.refusal import Refusal
from servicekit.settings.sentences import Unusable, sentence
from servicekit.settings.words import on_off

KUBERNETES: Final = REPOSITORY / "deploy" / "kubernetes"
SECRETS: Final = KUBERNETES / "overlays" / "kind" / "secrets.env"
PEPPER: Final = SECRETS.with_name("pepper.env")
FOLDER: Final = KUBERNETES / ".release"
# Variables that replace an image that is not ours, by the name it has in the overlay.
OTHER_IMAGES: Final = {
    "postgres": "POSTGRES_IMAGE",
    "redis": "REDIS_IMAGE",
    "prom/prometheus": "PROMETHEUS_IMAGE",
    "grafana/grafana": "GRAFANA_IMAGE",
}
# The same images as the overlay has them, when no variable replaces them.
DEFAULT_IMAGES: Final = (
    "postgres:18-bookworm",
    "redis:7.4-bookworm",
    "prom/prometheus:v3.5.0",
    "grafana/grafana:12.1.0",
)
_OBSERVERS: Final = frozenset({"prom/prometheus", "grafana/grafana"})


def name_and_tag(image: str) -> tuple[str, str]:
    """Return an image's name and its tag; a registry's port is part of the name."""
    name, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        raise ValueError(f"{image} has no tag")
    return name, tag


def job_name(image: str) -> str:
    """Return the name of the release's migration job: a job's template cannot change, so its name does."""
    return f"migrate-{name_and_tag(image)[1]}"


def is_observed(environ: Mapping[str, str]) -> bool:
    """Return whether Prometheus and Grafana are wanted in the cluster. Raises Refusal for a word that is no switch."""
    try:
        return on_off(environ.get("OBSERVABILITY") or "off")
    except Unusable as wrong:
        raise Refusal(sentence(["OBSERVABILITY"], environ, wrong)) from None


def images_not_ours(environ: Mapping[str, str]) -> list[str]:
    """Return the images that the release runs beside its own: those that variables name, else the overlay's."""
    named = {name_and_tag(image)[0]: image for image in DEFAULT_IMAGES}
    return [
        environ.get(OTHER_IMAGES[name]) or image
        for name, image in named.items()
        if is_observed(environ) or name not in _OBSERVERS
    ]


def kustomization(image: str, environ: Mapping[str, str], scaled: Mapping[str, int]) -> dict[str, Any]:
    """Return the release's kustomization; `scaled` has the pods of Deployments that keep the number they have."""
    given = {other: environ[name] for other, name in OTHER_IMAGES.items() if environ.get(name)}
    images = {NAME: image, **given}
    parts = {old: name_and_tag(new) for old, new in images.items()}
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["../overlays/kind-observability" if is_observed(environ) else "../overlays/kind"],
        "images": [{"name": old, "newName": name, "newTag": tag} for old, (name, tag) in parts.items()],
        "replicas": [{"name": name, "count": count} for name, count in scaled.items()],
        "patches": [
            {
                "target": {"kind": "Job", "name": "migrate"},
                "options": {"allowNameChange": True},
                "patch": json.dumps([{"op": "replace", "path": "/metadata/name", "value": job_name(image)}]),
            }
        ],
    }


def write_release(image: str, environ: Mapping[str, str], folder: Path, scaled: Mapping[str, int]) -> Path:
    """Write the kustomization (JSON, which is YAML too) and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization(image, environ, scaled), indent=2) + "\n")
    return folder


def ensure_secrets(path: Path) -> bool:
    """Write passwords of this cluster's own, readable by this user only; keep those that are there.

    Returns whether they were written now.
    """
    if path.exists():
        return False
    postgres, redis = secrets.token_hex(16), secrets.token_hex(16)
    values = {
        "POSTGRES_PASSWORD": postgres,
        "REDIS_PASSWORD": redis,
        "DATABASE_URL": f"postgresql://tradewind:{postgres}@postgres:5432/tradewind",
        "REDIS_URL": f"redis://:{redis}@redis:6379/0",
        "REDIS_ADDRESS": "redis.tradewind.svc.cluster.local:6379",
    }
    _write_private(path, values)
    return True


def ensure_pepper(path: Path) -> None:
    """Write what this cluster's API keys are hashed with; keep it when it is there, or every key would be void."""
    if not path.exists():
        _write_private(path, {"KEY_PEPPER": secrets.token_hex(32)})


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
