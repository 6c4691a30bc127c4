"""Tables whose cells are never cut: what does not fit is left out column by column, the least important first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.text import Text

GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column; the lowest rank stays longest, and rank 0 always."""

    name: str
    rank: int
    right: bool = False


@dataclass(slots=True)
class Columns:
    """A table."""

    columns: Sequence[Column]
    rows: list[list[Text]] = field(default_factory=list)

    def add(self, *cells: str | Text) -> None:
        """Add a row."""
        self.rows.append([Text(cell) if isinstance(cell, str) else cell for cell in cells])

    def fitted(self, width: int | None) -> tuple[list[Text], list[str]]:
        """Return the lines that fit into `width` characters, None for any, and the names of the columns left out."""
        kept = list(range(len(self.columns)))
        widths = [
            max([len(column.name), *(row[at].cell_len for row in self.rows)]) for at, column in enumerate(self.columns)
        ]
        while width is not None and sum(widths[at] for at in kept) + len(GAP) * (len(kept) - 1) > width:
            least = max(kept, key=lambda at: self.columns[at].rank)
            if not self.columns[least].rank:
                break
            kept.remove(least)
        dropped = [column.name for at, column in enumerate(self.columns) if at not in kept]
        head = [Text(column.name, "bold") for column in self.columns]
        return [self._line(row, kept, widths) for row in (head, *self.rows)], dropped

    def _line(self, row: Sequence[Text], kept: Sequence[int], widths: Sequence[int]) -> Text:
        cells = []
        for at in kept:
            cell = row[at].copy()
            missing = widths[at] - cell.cell_len
            if self.columns[at].right:
                cell.pad_left(missing)
            else:
                cell.pad_right(missing)
            cells.append(cell)
        line = Text(GAP).join(cells)
        line.rstrip()
        return line
