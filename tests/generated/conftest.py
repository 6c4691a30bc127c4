"""A stack that asks for keys, what its gateways serve as documents, and the clients made of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.gateways import gateway_beside
from tests.e2e.conftest import pytest_runtest_makereport, stack_folder
from tests.generated import linters, python_client, typescript_client
from tests.stack import REPOSITORY, Stack

__all__ = ["pytest_runtest_makereport", "stack_folder"]

_KEY = ("keys", "create", "--account=default", "--scopes=read,trade,admin")


@pytest.fixture(scope="module")
def stack(stack_folder: Path) -> Iterator[Stack]:
    """A stack with keys, so that the clients show one; scenarios hold an order back until it is cancelled."""
    running = Stack(stack_folder / "generated", AUTH="on", SCENARIOS="on").seed().start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    """A key of all scopes."""
    command = [sys.executable, "-m", "executor_service", *_KEY]
    env = {**os.environ, **stack.env()}
    done = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def documents(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What gateways serve, as files by name; the document with aliases comes from one that asks for no key."""
    folder = tmp_path_factory.mktemp("documents")
    with gateway_beside(stack, AUTH="off") as everyone:
        served = {
            "openapi": f"{stack.url}/openapi.json",
            "aliases": f"{everyone}/openapi.json?aliases=true",
            "asyncapi": f"{stack.url}/asyncapi.json",
        }
        for name, address in served.items():
            answer = httpx.get(address, timeout=20, trust_env=False).raise_for_status()
            (folder / f"{name}.json").write_bytes(answer.content)
    return {name: folder / f"{name}.json" for name in served}


@pytest.fixture(scope="module")
def openapi(documents: dict[str, Path]) -> dict[str, Any]:
    """The document that the clients are made of."""
    document: dict[str, Any] = json.loads(documents["openapi"].read_text())
    return document


@pytest.fixture(scope="module")
def python_made(documents: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Python client and the programs that use it."""
    return python_client.made(documents["openapi"], tmp_path_factory.mktemp("python"))


@pytest.fixture(scope="module")
def typescript_made(documents: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types of the TypeScript client and the programs that use them."""
    return typescript_client.made(documents["openapi"], tmp_path_factory.mktemp("typescript"))


@pytest.fixture(scope="session")
def lint() -> linters.Lint:
    """Runs a linter by its name."""
    return linters.lint
