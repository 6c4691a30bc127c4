"""The programs that `make up` drives: found, new enough, running."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.up.commands import answer, exit_code
from deploy.up.refusal import Refusal

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One program: how to ask its version, the oldest that will do, and where people get it."""

    name: str
    version_command: Sequence[str]
    oldest: Version
    get_it: str


TOOLS: Final = (
    # BuildKit with build secrets; the newest of what is promised here.
    Tool("docker", ("docker", "--version"), (20, 10), "https://docs.docker.com/engine/install/"),
    # The first release whose own network enforces network policies is 0.24.
    Tool("kind", ("kind", "version"), (0, 24), "https://kind.sigs.k8s.io/docs/user/quick-start/#installation"),
    Tool("kubectl", ("kubectl", "version", "--client"), (1, 28), "https://kubernetes.io/docs/tasks/tools/"),
)


def version_in(text: str) -> Version | None:
    """Return the first version number in what a program says of itself."""
    found = re.search(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else None


def problems(
    tools: Sequence[Tool] = TOOLS,
    *,
    find: Callable[[str], str | None] = shutil.which,
    ask: Callable[[Sequence[str]], str] = answer,
) -> list[str]:
    """Return one sentence for each tool that is missing or too old, with the address to get it from."""
    found = []
    for tool in tools:
        if find(tool.name) is None:
            found.append(f"{tool.name} is missing: {tool.get_it}")
            continue
        version = version_in(ask(tool.version_command))
        if version is not None and version < tool.oldest:
            said, wanted = (".".join(map(str, numbers)) for numbers in (version, tool.oldest))
            found.append(f"{tool.name} {said} is older than {wanted}: {tool.get_it}")
    return found


def check_tools() -> None:
    """Raise Refusal, naming everything that is missing at once, or that Docker does not run."""
    if missing := problems():
        raise Refusal("\n  ".join(["make up needs:", *missing]))
    if exit_code(["docker", "info"]) != 0:
        raise Refusal("Docker is installed and does not answer: start it, or let this user reach it (docker group)")
