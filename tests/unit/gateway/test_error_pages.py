from pathlib import Path

from gateway.documents.error_pages import markdown
from servicekit.errors import ERRORS

ROOT = Path(__file__).parents[3]


def test_the_page_in_the_docs_is_the_table() -> None:
    assert (ROOT / "docs" / "errors.md").read_text() == markdown()


def test_every_row_of_the_table_is_on_the_page() -> None:
    assert all(f"`{reason.lower()}`" in markdown() for reason in ERRORS)
