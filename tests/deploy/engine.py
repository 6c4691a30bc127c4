"""A Docker engine, asked through its own commands: images, containers and one compose project."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.up.image import REPOSITORY

COMPOSE_FILE = REPOSITORY / "deploy" / "compose.yaml"


def is_here() -> bool:
    """Return whether an engine and compose answer and somebody said which base image there is."""
    if not (os.environ.get("PYTHON_IMAGE") and shutil.which("docker")):
        return False
    return all(
        subprocess.run(["docker", *question], capture_output=True, check=False, timeout=30).returncode == 0
        for question in (("info",), ("compose", "version"))
    )


def docker(*arguments: str, within_s: float = 60.0, env: Mapping[str, str] | None = None) -> str:
    """Return what a docker command prints. Raises AssertionError with its last words."""
    command, environ = ["docker", *arguments], {**os.environ, **(env or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=within_s, env=environ)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr[-2_000:]}"
    return done.stdout.strip()


def inspect(name: str) -> dict[str, Any]:
    """Return what the engine knows of an image or a container."""
    (found,) = json.loads(docker("inspect", name))
    return dict(found)


@dataclass
class Project:
    """A compose project of its own; `environ` is what compose is told, and may change from call to call."""

    name: str
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, within_s: float = 60.0) -> str:
        """Run a compose command."""
        command = ("compose", "--project-name", self.name, "--file", str(COMPOSE_FILE), *arguments)
        return docker(*command, within_s=within_s, env=self.environ)

    def up(self, *services: str) -> None:
        """Start services, all of them when none is named, and return when they are well."""
        self.run("up", "--no-build", "--wait", "--wait-timeout", "180", *services, within_s=240.0)

    def container(self, service: str) -> str:
        """Return the identity of a service's container."""
        return self.run("ps", "--all", "--quiet", service)

    def kill(self, services: Sequence[str]) -> None:
        """Kill containers as a crash does, and start them again: an engine leaves alone what it was told to kill."""
        for service in services:
            docker("kill", "--signal", "KILL", self.container(service))
            self.up(service)

    def down(self) -> None:
        """Take everything away, data included."""
        self.run("down", "--volumes", "--timeout", "10", within_s=120.0)
