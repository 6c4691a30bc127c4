"""The image: built from this checkout, named by what is in it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.up.commands import answer, run
from deploy.up.plain_build import has_buildkit, plain_build

REPOSITORY: Final = Path(__file__).resolve().parents[2]
NAME: Final = "tradewind"
_BUILD_WITHIN_S: Final = 1_200.0
_BUILD_ARGUMENTS: Final = ("PYTHON_IMAGE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
# Files that the build may read and the image must not hold.
_BUILD_SECRETS: Final = {"ca": "BUILD_CA", "pip": "BUILD_PIP_CONF"}


def build_command(
    environ: Mapping[str, str],
    *,
    target: str = "service",
    tag: str = f"{NAME}:local",
    dockerfile: str = "deploy/Dockerfile",
    secrets: Mapping[str, str] = _BUILD_SECRETS,
) -> list[str]:
    """Return the build's command line; what the environment does not say is left to the Dockerfile."""
    command = ["docker", "build", "--file", dockerfile, "--target", target, "--tag", tag]
    for name in _BUILD_ARGUMENTS:
        if environ.get(name):
            command += ["--build-arg", name]
    for secret, name in secrets.items():
        if environ.get(name):
            command += ["--secret", f"id={secret},src={environ[name]}"]
    if environ.get("BUILD_NETWORK"):
        command += ["--network", environ["BUILD_NETWORK"]]
    return [*command, str(REPOSITORY)]


def build_image(*, target: str = "service", tag: str = f"{NAME}:local") -> str:
    """Build and return the image's name with a tag made of its content: the same content keeps the same name."""
    os.chdir(REPOSITORY)
    with _build(target, tag) as (command, env):
        run(command, within_s=_BUILD_WITHIN_S, env=env)
    identity = answer(["docker", "image", "inspect", "--format", "{{.Id}}", tag]).strip()
    named = f"{tag.rsplit(':', 1)[0]}:{identity.removeprefix('sha256:')[:12]}"
    answer(["docker", "tag", tag, named])
    return named


def is_local(image: str) -> bool:
    """Return whether Docker on this machine holds the image."""
    return bool(answer(["docker", "images", "--quiet", image]).strip())


@contextmanager
def _build(target: str, tag: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    if has_buildkit():
        yield build_command(os.environ, target=target, tag=tag), {**os.environ, "DOCKER_BUILDKIT": "1"}
        return
    files = {secret: os.environ[name] for secret, name in _BUILD_SECRETS.items() if os.environ.get(name)}
    with plain_build(REPOSITORY, files) as dockerfile:
        command = build_command(os.environ, target=target, tag=tag, dockerfile=dockerfile, secrets={})
        yield command, {**os.environ, "DOCKER_BUILDKIT": "0"}
