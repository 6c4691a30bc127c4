"""The summary of a run that is kept says all that docs/performance.md and its charts show."""

from pathlib import Path
from xml.dom.minidom import parseString

from tests.campaigns.bench.publish import FOLDER, PAGE, charts, with_run
from tests.campaigns.bench.report import Machine, Report, read, save_summary, summary
from tests.campaigns.bench.results import Figure
from tests.campaigns.scale.calculate import SUMMARY


def test_the_page_and_its_charts_are_what_the_summary_says() -> None:
    kept = read(SUMMARY)

    assert with_run(PAGE.read_text(), kept) == PAGE.read_text()
    made = charts(kept.results)
    assert made.keys() == {path.stem for path in FOLDER.glob("*.svg")}
    for name, chart in made.items():
        parseString(chart)
        assert chart == (FOLDER / f"{name}.svg").read_text(), name


def test_a_summary_keeps_the_spread_and_not_the_repeats(tmp_path: Path) -> None:
    machine = Machine(2, "some", 8.0, "Linux 6", "3.11.7", (0.1, 0.2, 0.3))
    figures = [
        Figure("post", "rate", "/s", "more", [3.0, 1.0, 2.0, 9.0, 4.123456789123], target=2.5, limit="echo"),
        Figure("limits", "echo", "/s", "more", [8.0]),
    ]
    run = Report("2026-11-21T19:50:14+00:00", 5, False, machine, figures, ["a remark"])

    save_summary(run, tmp_path / "summary.json")

    kept = read(tmp_path / "summary.json")
    assert kept == summary(run)
    assert [figure.values for figure in kept.figures] == [[1.0, 3.0, 9.0], [8.0, 8.0, 8.0]]
    for figure, whole in zip(kept.figures, run.figures, strict=True):
        assert (figure.least, figure.median, figure.most) == (whole.least, whole.median, whole.most)
        assert (figure.target, figure.limit, figure.is_met) == (whole.target, whole.limit, whole.is_met)
    assert kept.remarks == run.remarks


def test_every_figure_of_a_kept_summary_is_one_line() -> None:
    lines = [line for line in SUMMARY.read_text().splitlines() if '"part"' in line]

    assert len(lines) == len(read(SUMMARY).figures)
    assert len(SUMMARY.read_text().splitlines()) < 500, "a summary, no dump"
