"""docs/glossary.md: its names exist, and the product keeps to its words."""

import ast
import re
from pathlib import Path

import pytest

from tests.packages import PRODUCT

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| word", "| ---"))
]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])})
# Words that mean something else to a trader, or too many things.
REFUSED = re.compile(r"book|desk", re.IGNORECASE)


def _sources() -> str:
    packages = [path.parent for path in ROOT.glob("*/__init__.py")]
    files = [path for package in packages for path in package.rglob("*.py")]
    protos = (ROOT / "protos" / "tradewind").rglob("*.proto")
    return "\n".join(path.read_text(encoding="utf-8") for path in [*files, *protos])


@pytest.fixture(scope="module")
def words() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _sources()))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_glossary_exists(words: frozenset[str], name: str) -> None:
    assert set(re.findall(r"\w+", name)) <= words


def test_every_row_is_whole_and_no_word_is_explained_twice() -> None:
    assert {len(row) for row in ROWS} == {3}
    assert all(all(row) for row in ROWS)
    once = [row[0] for row in ROWS if row[0] not in {"token", "ledger"}]
    assert len(once) == len(set(once)) > 50


def _names_in(tree: ast.AST) -> set[str]:
    return {
        name
        for node in ast.walk(tree)
        for name in (getattr(node, "name", None), getattr(node, "arg", None), getattr(node, "id", None))
        if isinstance(name, str)
    }


@pytest.mark.parametrize("package", PRODUCT)
def test_the_product_has_neither_books_nor_desks(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    named = {name for path in files for name in _names_in(ast.parse(path.read_text(encoding="utf-8")))}
    assert sorted(name for name in named | {path.stem for path in files} if REFUSED.search(name)) == []
