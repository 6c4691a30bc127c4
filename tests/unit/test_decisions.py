"""docs/decisions/README.md lists every decision, with its title and a status that holds."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
ROW = re.compile(r"\| \[(\d{4})\]\(([^)]+)\) \| (.+) \| (kept|superseded by (\d{4})) \|")
ROWS = [ROW.fullmatch(line) for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()[9:]]


def row_of(path: Path) -> tuple[str, str, str]:
    """Return what the index says of a decision: number, file, title with a capital."""
    title = path.read_text(encoding="utf-8").partition("\n")[0]
    found = re.fullmatch(r"# (\d{4}): (.+)", title)
    assert found, f"{path.name} must begin with '# NNNN: title', not {title!r}"
    return found[1], path.name, found[2][0].upper() + found[2][1:]


def test_every_row_can_be_read() -> None:
    assert len(ROWS) > 50
    assert None not in ROWS


def test_the_index_has_each_decision_once_in_order() -> None:
    listed = [(row[1], row[2], row[3]) for row in ROWS if row]
    assert listed == [row_of(path) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_carries_its_number_in_its_name(path: Path) -> None:
    assert path.name.startswith(f"{row_of(path)[0]}-")


def test_a_decision_is_superseded_by_a_later_one_that_exists() -> None:
    numbers = {row[1] for row in ROWS if row}
    assert all(row[5] in numbers and row[5] > row[1] for row in ROWS if row and row[5])
