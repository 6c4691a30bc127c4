"""Which operations of a document a program has called, told from what it printed of each answer."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request and the status of its answer. The path is a real one, or a path of the document."""

    method: str
    path: str
    status: int


def printed(lines: str) -> list[Call]:
    """Return the calls that a program printed, a line each."""
    return [Call(**json.loads(line)) for line in lines.splitlines()]


def operation_ids(document: Mapping[str, Any]) -> set[str]:
    """Return every operation of a document."""
    return {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}


def called(document: Mapping[str, Any], calls: Iterable[Call]) -> set[str]:
    """Return the operations behind these calls. Raises AssertionError for an answer that the document does not name."""
    found = set()
    for call in calls:
        operation = document["paths"][_template(document["paths"], call.path)][call.method.lower()]
        assert str(call.status) in operation["responses"], f"{call} is not documented"
        found.add(operation["operationId"])
    return found


def _template(paths: Iterable[str], path: str) -> str:
    """Return the path of the document that a request's path is of; one without parameters goes before one with."""
    fitting = [known for known in paths if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path)]
    assert fitting, f"{path} is not documented"
    return min(fitting, key=lambda known: (known != path, known.count("{")))
