"""The same collection against a gateway that asks for keys: the variable `apiKey` is all that it takes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.postman.collection import COLLECTION
from deploy.postman.postman_steps import TOUR_FOLDER
from tests.postman import newman
from tests.postman.test_collection import BY_HTTP
from tests.stack import REPOSITORY, Stack


@pytest.fixture(scope="module")
def guarded(stack_folder: Path) -> Iterator[Stack]:
    stack = Stack(stack_folder / "keys", AUTH="on").seed().start()
    yield stack
    assert stack.stop() == 0


@pytest.fixture
def key(guarded: Stack) -> str:
    command = (
        sys.executable,
        "-m",
        "executor_service",
        "keys",
        "create",
        "--account=default",
        "--scopes=read,trade,admin",
    )
    env = {**os.environ, **guarded.env()}
    done = subprocess.run(command, env=env, cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_with_a_key_every_answer_is_as_the_collection_says(guarded: Stack, key: str, tmp_path: Path) -> None:
    variables = {"baseUrl": guarded.url, "apiKey": key}
    done = newman.run(COLLECTION, folders=BY_HTTP, variables=variables, report=tmp_path / "report.json")
    assert done.failures == []
    assert done.exit_code == 0


def test_without_one_the_tour_is_refused_at_its_first_step(guarded: Stack, tmp_path: Path) -> None:
    variables = {"baseUrl": guarded.url}
    done = newman.run(COLLECTION, folders=[TOUR_FOLDER], variables=variables, report=tmp_path / "report.json")
    assert done.exit_code == 1
    assert "401" in done.failures[0]
