"""The rendered overlays as tests read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml

from deploy.up import rendered

Object = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "Job")
# Without kustomize only the overlay that is kept can be tested; conftest.py says so at the head of the run.
HERE = rendered.OVERLAYS if rendered.program() else (rendered.KEPT,)


@dataclass(frozen=True)
class Overlay:
    """One rendered overlay."""

    name: str
    objects: tuple[Object, ...]

    def of(self, *kinds: str) -> list[Object]:
        return [thing for thing in self.objects if thing["kind"] in kinds]

    def one(self, kind: str, name: str) -> Object:
        (found,) = (thing for thing in self.of(kind) if thing["metadata"]["name"] == name)
        return found

    def pods(self) -> list[tuple[str, Object]]:
        """Return each workload's name and its pod template."""
        return [(thing["metadata"]["name"], thing["spec"]["template"]) for thing in self.of(*WORKLOADS)]

    def containers(self) -> Iterator[tuple[str, Object]]:
        """Yield every container, init containers included, with a name to report."""
        for name, pod in self.pods():
            for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
                yield f"{self.name}/{name}/{container['name']}", container


def read_overlay(name: str) -> Overlay:
    """Return an overlay, parsed anew for each caller: the one that is kept from its file, the others rendered now."""
    if name not in HERE:
        pytest.skip(f"rendering {name} needs kubectl or kustomize")
    text = rendered.REFERENCE.read_text() if name == rendered.KEPT else _render(name)
    return Overlay(name, tuple(thing for thing in yaml.safe_load_all(text) if thing))


_render = cache(rendered.render)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a selector takes in a pod; an empty one takes in all."""
    rules = selector.get("matchExpressions", [])
    assert all(rule["operator"] == "In" for rule in rules), "the only one in use"
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(rule["key"]) in rule["values"] for rule in rules
    )
