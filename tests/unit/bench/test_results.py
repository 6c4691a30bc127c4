"""The figures: repeats, shares of a limit, targets, options, and charts that a browser can read."""

from xml.dom.minidom import parseString

import pytest

from tests.campaigns.bench.charts import Point, lines, stacked_bars
from tests.campaigns.bench.options import ALL_PARTS, read_options
from tests.campaigns.bench.results import Results, percentile
from tests.campaigns.bench.run import PARTS


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5
    assert percentile([1.0, 2.0], 100) == 2.0
    assert percentile([], 99) == 0.0


def test_a_result_is_a_share_of_its_limit() -> None:
    results = Results()
    for value in (90.0, 100.0, 400.0):
        results.note("limits", "echo", value, unit="/s")
    results.note("post", "accepted", 25.0, unit="/s", limit="echo")
    [figure] = results.of("post")
    assert results.share_of_limit(figure) == 0.25
    assert results.share_of_limit(results.of("limits")[0]) is None


@pytest.mark.parametrize(
    ("better", "value", "met"), [("more", 9.0, False), ("more", 10.0, True), ("less", 10.5, False)]
)
def test_a_target_is_met_in_its_direction(better: str, value: float, met: bool) -> None:
    results = Results()
    results.note("post", "rate", value, unit="/s", better=better, target=10.0)  # type: ignore[arg-type]
    assert results.all()[0].is_met is met


def test_every_part_can_be_asked_for_and_no_other() -> None:
    assert set(ALL_PARTS) == set(PARTS)
    assert set(read_options({"BENCH_PARTS": "post, pipeline"}).parts) == {"post", "pipeline"}
    assert read_options({"BENCH_GROWTH": "1000000"}).growth == (0, 100_000, 1_000_000)
    with pytest.raises(SystemExit, match="no such part: pots"):
        read_options({"BENCH_PARTS": "pots"})


def test_charts_are_well_formed() -> None:
    line = lines("a < b", ["1", "2"], {"p50": [Point(1, 2, 3), Point(0.1, 0.2, 0.3)]}, x="n", y="ms")
    assert parseString(line).getElementsByTagName("polyline").length == 1
    bars = stacked_bars("CPU", {"pipeline": {"gateway": 0.1, "worker": 0.0}}, y="ms")
    assert parseString(bars).getElementsByTagName("title").length == 2
