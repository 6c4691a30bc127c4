"""The rendered overlays as tests read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from deploy.up.rendered import RENDERED

Object = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "Job")


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
    text = (RENDERED / f"{name}.yaml").read_text()
    return Overlay(name, tuple(thing for thing in yaml.safe_load_all(text) if thing))


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a selector takes in a pod; an empty one takes in all."""
    rules = selector.get("matchExpressions", [])
    assert all(rule["operator"] == "In" for rule in rules), "the only one in use"
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(rule["key"]) in rule["values"] for rule in rules
    )
