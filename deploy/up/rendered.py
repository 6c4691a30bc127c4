"""The overlays as the API server gets them: one kept in the repository, to be read and compared; tests render the rest.

The kept one begins with a digest of everything it was made from: a test without kustomize still sees a stale one.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

from deploy.up.commands import answer, say
from deploy.up.refusal import Refusal
from deploy.up.release import KUBERNETES

OVERLAYS: Final = ("kind", "kind-observability", "production", "production-keda", "production-tracing")
KEPT: Final = "kind"
REFERENCE: Final = KUBERNETES / "rendered" / f"{KEPT}.yaml"
DEPLOY: Final = KUBERNETES.parent
# Beside the manifests: the files that configure Prometheus and Grafana; compose mounts them too.
_SOURCES: Final = ("kubernetes/base", "kubernetes/components", "kubernetes/overlays", "observability")
_SECRETS: Final = ("secrets.env", "pepper.env")
_NOT_SOURCES: Final = frozenset({*_SECRETS, ".gitignore"})


def digest() -> str:
    """Return the digest of all files that overlays are made of."""
    files = sorted(
        path
        for folder in _SOURCES
        for path in (DEPLOY / folder).rglob("*")
        if path.is_file() and path.name not in _NOT_SOURCES
    )
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(DEPLOY).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def program() -> list[str] | None:
    """Return the kustomize of this machine, or None."""
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    return ["kustomize", "build"] if shutil.which("kustomize") else None


def render(overlay: str) -> str:
    """Return an overlay's rendered file. Raises Refusal without kustomize, or when it finds a fault."""
    kustomize = program()
    if kustomize is None:
        raise Refusal("rendering needs kubectl (or kustomize): https://kubernetes.io/docs/tasks/tools/")
    # In a copy, with the example's passwords in place of a cluster's own.
    with tempfile.TemporaryDirectory(prefix="tradewind-render-") as folder:
        for source in _SOURCES:
            shutil.copytree(DEPLOY / source, Path(folder) / source)
        overlays = Path(folder) / "kubernetes" / "overlays"
        for name in _SECRETS:
            shutil.copyfile(overlays / "kind" / f"{name}.example", overlays / "kind" / name)
        text = answer([*kustomize, str(overlays / overlay)])
    return f"# Made by `make render` from overlays/{overlay}; sources {digest()}\n{text}"


def write_reference() -> None:
    """Render the overlay that is kept into its file."""
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(render(KEPT))
    say(f"rendered {KEPT}")
