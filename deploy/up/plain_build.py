"""The same image by Docker's older builder, for a docker command that came without its buildx plugin.

That builder knows neither cache mounts nor build secrets. Secrets are copied into the build stages instead; their
layers stay on this machine, and nothing of them reaches the image.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.up.commands import answer, exit_code
from deploy.up.tools import version_in

# Since then BuildKit is driven by a plugin; before, the docker command did it itself.
_PLUGIN_SINCE: Final = (23, 0)
_FOLDER: Final = "deploy/image/plain"
_BUILD_STAGE: Final = "COPY deploy/image/install ./\n"


def has_buildkit() -> bool:
    """Return whether this docker command can drive BuildKit."""
    version = version_in(answer(["docker", "--version"]))
    return (version is not None and version < _PLUGIN_SINCE) or exit_code(["docker", "buildx", "version"]) == 0


def plain_dockerfile(text: str) -> str:
    """Return a Dockerfile without mounts, its build stages given the copied secrets."""
    assert text.count(_BUILD_STAGE) == 1
    without_mounts = re.sub(r"--mount=\S+ ", "", text)
    return without_mounts.replace(_BUILD_STAGE, f"{_BUILD_STAGE}COPY {_FOLDER}/secrets/ /run/secrets/\n")


@contextmanager
def plain_build(repository: Path, secrets: Mapping[str, str]) -> Iterator[str]:
    """Lay out what the older builder needs, yield its Dockerfile's path in the repository, and remove all of it."""
    folder = repository / _FOLDER
    try:
        (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "secrets" / "none").touch()  # an empty folder cannot be copied
        for name, path in secrets.items():
            shutil.copyfile(path, folder / "secrets" / name)
        (folder / "Dockerfile").write_text(plain_dockerfile((repository / "deploy" / "Dockerfile").read_text()))
        yield f"{_FOLDER}/Dockerfile"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
