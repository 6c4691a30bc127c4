"""The table of promises is whole, honest and current."""

from tests.compatibility.proofs import PROOFS
from tests.compatibility.table import PAGE, known_tests, page, proofs_by_row, rows


def test_the_list_is_whole() -> None:
    listed = rows()
    assert len(listed) == 98
    assert len({row.name for row in listed}) == len(listed)
    assert {row.name[:2] for row in listed} == {"S1", "S2", "S3", "S4", "S5"}
    assert {row.kind for row in listed} == {"wire", "behaviour"}


def test_every_row_has_a_test() -> None:
    assert {row.name for row in rows()} == proofs_by_row().keys()


def test_every_test_that_is_named_exists() -> None:
    assert {test for tests in PROOFS.values() for test in tests} <= known_tests()


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "python -m tests.compatibility writes it"
