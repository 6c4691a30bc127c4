"""Strangers' tools take the interface as it is: linters find no error, generated clients are strict and call it all."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.generated import calls, packages, python_client, typescript_client
from tests.generated.linters import Lint
from tests.stack import Stack

LINTERS = ("spectral", "redocly")
INFO = {"title": "Broken", "version": "1"}
# A response without a description; an action that there is not, on a channel that there is not.
BROKEN = {
    "openapi": {"openapi": "3.1.0", "info": INFO, "paths": {"/": {"get": {"responses": {"200": {}}}}}},
    "asyncapi": {
        "asyncapi": "3.0.0",
        "info": INFO,
        "channels": {},
        "operations": {"tell": {"action": "shout", "channel": {"$ref": "#/channels/gone"}}},
    },
}
CLIENTS = {"python": python_client, "typescript": typescript_client}


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_find_no_error_in_what_is_served(documents: dict[str, Path], lint: Lint, linter: str) -> None:
    assert lint(linter, list(documents.values())) == []


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_find_an_error_that_is_there(lint: Lint, tmp_path: Path, linter: str) -> None:
    """One in each kind of document: a linter that passes whatever comes would prove nothing."""
    for name, document in BROKEN.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    found = lint(linter, [tmp_path / f"{name}.json" for name in BROKEN])
    assert {line.split(".json")[0] for line in found} == BROKEN.keys()


@pytest.fixture
def made(request: pytest.FixtureRequest, client: str) -> Path:
    folder: Path = request.getfixturevalue(f"{client}_made")
    return folder


@pytest.mark.parametrize("client", CLIENTS)
def test_a_generated_client_and_its_user_pass_the_strictest_check(client: str, made: Path) -> None:
    done = CLIENTS[client].type_check(made)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("client", CLIENTS)
def test_a_generated_client_calls_every_operation(
    stack: Stack, key: str, openapi: dict[str, Any], client: str, made: Path
) -> None:
    done = CLIENTS[client].call_everything(made, stack.url, key)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    answers = calls.printed(done.stdout)
    assert calls.called(openapi, answers) == calls.operation_ids(openapi)


def test_no_answer_counts_for_an_operation_that_was_not_called(openapi: dict[str, Any]) -> None:
    order = "/api/orders/0199a1b2-0000-7000-8000-000000000001"
    some = [
        calls.Call("GET", "/api/orders/execute", 426),
        calls.Call("GET", order, 200),
        calls.Call("DELETE", order, 409),
    ]
    assert calls.called(openapi, some) == {"executeSocket", "getOrder", "cancelOrder"}
    with pytest.raises(AssertionError, match="not documented"):
        calls.called(openapi, [calls.Call("GET", order, 418)])


def test_the_generated_types_have_no_holes(typescript_made: Path) -> None:
    """A list or an object of which the document says too little becomes one of these."""
    types = (typescript_made / typescript_client.TYPES).read_text()
    assert "unknown[]" not in types
    whole = re.findall(r"^export type (\S+) = Record<string, never>;$", types, re.MULTILINE)
    assert sorted(whole) == ["$defs", "webhooks"]
    assert types.count("Record<string, never>") == len(whole)


def test_the_packages_are_pinned_by_content_and_name_no_registry() -> None:
    lock = json.loads((packages.HERE / "package-lock.json").read_text())
    pinned = [package for path, package in lock["packages"].items() if path]
    assert len(pinned) > 200
    assert all(package["integrity"].startswith("sha512-") for package in pinned)
    assert not any("resolved" in package for package in pinned)
