"""The calculation adds up, and docs/scaling.md shows today's."""

import pytest

from tests.campaigns.scale.calculate import BUSY, RATE, cells, needs, report
from tests.campaigns.scale.measure import read_storage
from tests.campaigns.scale.page import PAGE, table_on
from tests.campaigns.scale.queueing import wait_of


def test_the_page_shows_the_calculation_of_todays_measurements() -> None:
    assert table_on(PAGE.read_text()) == report(RATE), "run `python -m tests.campaigns.scale.calculate --write`"


@pytest.mark.parametrize("rate", [100, 1_000, RATE])
def test_no_process_is_busier_than_planned_and_one_fewer_would_be(rate: int) -> None:
    for need in needs(rate, read_storage()):
        assert need.cores <= need.processes * BUSY, need
        if need.kind != "executor":
            assert need.cores > (need.processes - 1) * BUSY, need


def test_cells_keep_what_an_executor_hears_within_bounds() -> None:
    cost = read_storage()
    hears_max = BUSY / 2 * 1000 / cost.listening_cpu_ms
    assert cells(int(hears_max), cost) == 1
    assert cells(int(hears_max) + 1, cost) == 2


def test_the_model_serves_a_lone_order_at_once() -> None:
    alone = wait_of(0.1, fixed_ms=2.0, each_ms=1.0, batch_max=64)
    assert alone.batch == pytest.approx(1, abs=0.01)
    assert alone.p50_ms == pytest.approx(3.0)


def test_the_model_agrees_with_theory_where_nothing_is_batched() -> None:
    # M/D/1 at half load: the mean wait is half a service time, so half of all find it free or nearly so.
    served = wait_of(500, fixed_ms=0.0, each_ms=1.0, batch_max=1)
    assert served.busy == pytest.approx(0.5, abs=0.02)
    assert 1.0 <= served.p50_ms < 1.5
    assert 3.0 < served.p99_ms < 5.0


def test_batches_grow_with_the_load_and_waits_stay_bounded() -> None:
    rates = (100, 500, 1_000, 1_500)
    waits = [wait_of(rate, fixed_ms=5.0, each_ms=0.5, batch_max=128) for rate in rates]
    assert [wait.batch for wait in waits] == sorted(wait.batch for wait in waits)
    assert waits[-1].p99_ms < 60
    # Without batches one process of 5.5 ms an order would end at 181 a second.
    assert waits[-1].busy < 1
