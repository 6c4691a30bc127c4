"""The results as tables on the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.campaigns.bench.results import Figure, Results

_BY_PROCESS = ("cpu ", "memory ")


def show(results: Results, console: Console) -> None:
    """Print the figures, then CPU and memory by process."""
    console.print(_figures(results))
    for prefix, title in (("cpu ", "CPU, ms an order (median)"), ("memory ", "memory, MiB (median)")):
        parts = [figure for figure in results.all() if figure.part.startswith(prefix)]
        if parts:
            console.print(_matrix(title, prefix, parts))
    for text in results.remarks:
        console.print(f"· {text}", highlight=False)


def number(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def verdict(figure: Figure) -> str:
    """Return the target and whether it is met, or nothing."""
    if figure.target is None:
        return ""
    return f"{number(figure.target)} {'met' if figure.is_met else 'MISSED'}"


def share(results: Results, figure: Figure) -> str:
    """Return the share of the limit, or nothing."""
    found = results.share_of_limit(figure)
    return "" if found is None else f"{found:.0%}"


def headline(results: Results) -> list[Figure]:
    """Return the figures that are not by process."""
    return [figure for figure in results.all() if not figure.part.startswith(_BY_PROCESS)]


def _figures(results: Results) -> Table:
    table = Table(title="benchmark")
    for name in ("part", "figure"):
        table.add_column(name)
    for name in ("min", "median", "max"):
        table.add_column(name, justify="right")
    for name in ("unit", "target", "of limit"):
        table.add_column(name)
    part = ""
    for figure in headline(results):
        if figure.part != part:
            table.add_section()
        numbers = [number(value) for value in (figure.least, figure.median, figure.most)]
        shown = figure.part if figure.part != part else ""
        table.add_row(shown, figure.name, *numbers, figure.unit, verdict(figure), share(results, figure))
        part = figure.part
    return table


def matrix(figures: Iterable[Figure], prefix: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return columns (processes) and a row for each part."""
    by_part: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_part.setdefault(figure.part.removeprefix(prefix), {})[figure.name] = figure
    columns = list(dict.fromkeys(name for row in by_part.values() for name in row))
    rows = {
        part: [number(row[name].median) if name in row else "" for name in columns] for part, row in by_part.items()
    }
    return columns, rows


def _matrix(title: str, prefix: str, figures: Iterable[Figure]) -> Table:
    columns, rows = matrix(figures, prefix)
    table = Table("part", *columns, title=title)
    for part, row in rows.items():
        table.add_row(part, *row)
    return table
