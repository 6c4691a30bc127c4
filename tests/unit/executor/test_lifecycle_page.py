"""docs/lifecycle.md holds every row of the table, and no other."""

import re
from pathlib import Path

from executor_service.domain.lifecycle import TERMINAL, TRANSITIONS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "lifecycle.md"


def test_the_page_is_the_table() -> None:
    text = PAGE.read_text()
    rows = set(re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", text, re.MULTILINE))
    assert rows == {(before.value, event.__name__, after.value) for (before, event), after in TRANSITIONS.items()}
    [terminal] = re.findall(r"^Terminal: (.*)\.$", text, re.MULTILINE)
    assert terminal == ", ".join(f"`{status.value}`" for status in sorted(TERMINAL))
