"""Puts a run into docs/performance.md: its table between two marks, its charts and its summary beside it.

    python -m tests.campaigns.bench.publish bench-results/<run>.json

publishes a run that was kept.
"""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.campaigns.bench.charts import Point, lines, stacked_bars
from tests.campaigns.bench.parts.post import CONNECTIONS
from tests.campaigns.bench.parts.sustained import RATES
from tests.campaigns.bench.report import Machine, Report, read, save_summary
from tests.campaigns.bench.results import Figure, Results
from tests.campaigns.bench.table import headline, matrix, number, share, verdict
from tests.campaigns.scale.calculate import PARTS, SUMMARY, write_page
from tests.stack import REPOSITORY

_PAGE_WIDTH: Final = 120
PAGE: Final = REPOSITORY / "docs" / "performance.md"
FOLDER: Final = REPOSITORY / "docs" / "performance"
BEGIN: Final = "<!-- the run: written by `BENCH_PUBLISH=1 make bench` -->"
END: Final = "<!-- end of the run -->"


def publish(report: Report) -> None:
    """Write the run's files and replace the page's table, and what docs/scaling.md calculates from it."""
    save_summary(report, SUMMARY)
    for name, chart in charts(report.results).items():
        (FOLDER / f"{name}.svg").write_text(chart)
    PAGE.write_text(with_run(PAGE.read_text(), report))
    if all(report.results.of(part) for part in PARTS):
        write_page()


def with_run(page: str, report: Report) -> str:
    """Return the page with this run between its marks."""
    pictures = "\n\n".join(f"![{name.replace('-', ' ')}](performance/{name}.svg)" for name in charts(report.results))
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"{PAGE.name} holds no place for the run"
    return before + BEGIN + "\n\n" + "\n".join(_lines(report)) + f"\n\n{pictures}\n\n" + END + after


def charts(results: Results) -> dict[str, str]:
    """Return the charts for which there are figures."""
    figures = {(figure.part, figure.name): figure for figure in results.all()}
    made: dict[str, str] = {}
    if results.of("post"):
        names = [f"{count} connections" for count in CONNECTIONS]
        counts = [str(count) for count in CONNECTIONS]
        rates = {"accepted": [_point(figures["post", f"{name}: accepted"]) for name in names]}
        made["post-rate"] = lines("POST accepted while workers execute", counts, rates, x="connections", y="per s")
        waits = {p: [_point(figures["post", f"{name}: {p}"]) for name in names] for p in ("p50", "p90", "p99")}
        made["post-latency"] = lines("POST latency while workers execute", counts, waits, x="connections", y="ms")
    if results.of("sustained"):
        rates = {p: [_point(figures["sustained", f"{rate}/s offered: {p}"]) for rate in RATES] for p in _PERCENTILES}
        offered = [str(rate) for rate in RATES]
        made["load"] = lines("Latency against load, a socket each", offered, rates, x="orders offered a second", y="ms")
    bars = {
        part.removeprefix("cpu "): {figure.name: figure.median for figure in results.of(part) if figure.name != "stack"}
        for part in ("cpu pipeline", "cpu sockets", "cpu multiplex")
        if results.of(part)
    }
    if bars:
        made["cpu"] = stacked_bars("CPU of an order, by process", bars, y="ms")
    return made


_PERCENTILES: Final = ("over the landing p50", "over the landing p99", "POST p50", "POST p99")


def _point(figure: Figure) -> Point:
    return Point(figure.least, figure.median, figure.most)


def _lines(report: Report) -> Iterator[str]:
    results = report.results
    size = "a quick run, a fifth of the sizes" if report.quick else f"{report.repeats} repeats"
    yield from textwrap.wrap(f"{_machine(report.machine)} {report.at[:10]}, {size}.", _PAGE_WIDTH)
    yield ""
    yield "| part | figure | min | median | max | unit | target | of the limit |"
    yield "| --- | --- | ---: | ---: | ---: | --- | --- | --- |"
    for figure in headline(results):
        numbers = " | ".join(number(value) for value in (figure.least, figure.median, figure.most))
        target = f"{verdict(figure)} | {share(results, figure)}"
        yield f"| {figure.part} | {figure.name} | {numbers} | {figure.unit} | {target} |"
    for prefix, title in (("cpu ", "CPU, ms an order"), ("memory ", "memory, MiB")):
        figures = [figure for figure in results.all() if figure.part.startswith(prefix)]
        if figures:
            yield ""
            columns, rows = matrix(figures, prefix)
            yield f"| {title} | {' | '.join(columns)} |"
            yield f"| --- |{' ---: |' * len(columns)}"
            for part, row in rows.items():
                yield f"| {part} | {' | '.join(row)} |"
    if report.remarks:
        yield ""
        for text in report.remarks:
            yield from textwrap.wrap(f"- {text}", _PAGE_WIDTH, subsequent_indent="  ")


def _machine(machine: Machine) -> str:
    return (
        f"{machine.cores} cores ({machine.processor}), {machine.memory_gib:g} GiB, {machine.system}, Python "
        f"{machine.python}; the load generator and both servers on the same cores; load average before the run "
        f"{machine.load_before[0]:.2f}."
    )


if __name__ == "__main__":
    publish(read(Path(sys.argv[1])))
