"""The values that a stack keeps between two starts: its servers' ports and passwords, and the pepper of its keys."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.ports import free_port


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one embedded server listens on loopback, and the password it asks for."""

    port: int
    password: str


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner can read it (0600)."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def remembered_pepper(path: Path) -> str:
    """Return the pepper of the last start; make one if there is none. Without it every API key is void."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pepper = secrets.token_urlsafe(32)
        write_private(path, f"{pepper}\n")
        return pepper


def remembered_endpoint(path: Path) -> Endpoint:
    """Return the endpoint of the last start, with a new port if that one is taken now; make one if there is none."""
    try:
        last = Endpoint(**json.loads(path.read_text()))
    except FileNotFoundError:
        last = None
    if last is None:
        endpoint = Endpoint(port=free_port(), password=secrets.token_urlsafe(24))
    else:
        endpoint = Endpoint(port=free_port(preferred=last.port), password=last.password)
    if endpoint != last:
        write_private(path, json.dumps(asdict(endpoint)))
    return endpoint
