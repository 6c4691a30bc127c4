"""The table of promises is whole, honest and current."""

from tests.compatibility.proofs import PROOFS
from tests.compatibility.table import LIST, PAGE, known_tests, page, proofs_by_row, rows


def test_the_list_is_read_whole() -> None:
    text = LIST.read_text()
    kinds = [line.split("|")[2].strip() for line in text.splitlines() if line.startswith("| S") and line[4] == "-"]
    assert len(kinds) == 176
    assert len(rows()) == sum(kind in "WB" for kind in kinds)


def test_every_row_has_a_test() -> None:
    assert {row.name for row in rows()} == proofs_by_row().keys()


def test_every_test_that_is_named_exists() -> None:
    assert {test for tests in PROOFS.values() for test in tests} <= known_tests()


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "python -m tests.compatibility writes it"
