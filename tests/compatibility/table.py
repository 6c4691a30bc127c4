"""Rows, their tests, and the page that shows both."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.compatibility.proofs import PROOFS

ROOT: Final = Path(__file__).resolve().parents[2]
LIST: Final = Path(__file__).with_name("rows.toml")
PAGE: Final = ROOT / "docs" / "compatibility.md"

_NAMED: Final = re.compile(r"s(\d)_(\d\d)(?=_)")


@dataclass(frozen=True, slots=True)
class Row:
    """One promise of an earlier engine: its number, its kind (`wire` or `behaviour`), what it claims."""

    name: str
    kind: str
    claim: str


def rows() -> list[Row]:
    """Return the rows of the list, in its order."""
    return [Row(name, **fields) for name, fields in tomllib.loads(LIST.read_text(encoding="utf-8")).items()]


def proofs_by_row() -> Mapping[str, list[str]]:
    """Return the tests of each row: those that carry its name, then those that are said to prove it."""
    proven: dict[str, list[str]] = {}
    for test in sorted(known_tests()):
        path, name = test.split("::")
        lead = re.match(r"test_((?:s\d_\d\d_)+)", name)
        for engine, number in _NAMED.findall(lead[1] if lead else ""):
            proven.setdefault(f"S{engine}-{number}", []).append(f"{path}::{name}")
    for row, tests in PROOFS.items():
        proven.setdefault(row, []).extend(tests)
    return proven


@cache
def known_tests() -> frozenset[str]:
    """Return every test function below tests/, as path::name."""
    return frozenset(_tests())


def _tests() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT)}::{node.name}"


def page() -> str:
    """Return docs/compatibility.md."""
    listed, proven = rows(), proofs_by_row()
    return (
        "# Compatibility with five earlier engines\n\n"
        "Clients written for five earlier order execution engines run here unchanged. Each row is a wire contract\n"
        "or a behaviour of one of them (S1 to S5) and names the tests that hold it.\n\n"
        f"Each of the {len(listed)} rows is held by a test, and a test sees to that.\n\n"
        "This page is written by `python -m tests.compatibility`; a test holds it current.\n\n"
        "| row | kind | claim | tests |\n| --- | --- | --- | --- |\n"
        + "".join(_line(row, proven[row.name]) for row in listed)
    )


def _line(row: Row, tests: list[str]) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)
    return f"| {row.name} | {row.kind} | {row.claim} | {shown} |\n"
