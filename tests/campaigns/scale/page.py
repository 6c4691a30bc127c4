"""docs/scaling.md as data: its SQL and its table, so that what the page says is what was tried and calculated."""

from typing import Final

from tests.stack import REPOSITORY

PAGE: Final = REPOSITORY / "docs/scaling.md"
BEGIN: Final = "<!-- calculated: `python -m tests.campaigns.scale.calculate --write` -->"
END: Final = "<!-- end of the calculation -->"


def sql_under(heading: str) -> str:
    """Return the first SQL block below a heading of the page."""
    _, found, rest = PAGE.read_text().partition(f"\n## {heading}\n")
    assert found, f"docs/scaling.md has no section {heading!r}"
    return rest.partition("```sql\n")[2].partition("```")[0]


def table_on(page: str) -> str:
    """Return what stands between the marks of the calculation."""
    return page.partition(BEGIN)[2].partition(END)[0].strip()


def with_table(page: str, table: str) -> str:
    """Return the page with another table between the marks."""
    before, rest = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest}"
