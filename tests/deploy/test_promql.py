"""The reader of queries finds what is wrong, so that its silence means something."""

import pytest

from tests.deploy.metric_use import faults

GOOD = [
    "sum by (status) (rate(tradewind_order_events_total[5m]))",
    'sum(rate(tradewind_order_events_total{status=~"failed|cancelled"}[5m])) > 0.1',
    "histogram_quantile(0.99, sum by (le, method) (rate(tradewind_http_seconds_bucket[1h30m])))",
    '(sum(up{job="worker"}) or vector(0)) == 0',
    "sum by (venue) (rate(tradewind_fill_legs_total[5m])) / on () group_left () sum(rate(tradewind_routes_total[5m]))",
    'absent(up{job="router"}) or sum by (job) (up) == 0',
    "1 - rate(process_cpu_seconds_total[5m]) * 2",
    "max(deriv(tradewind_queue_messages[5m])) > 0 and max(tradewind_queue_messages) > 100",
]


@pytest.mark.parametrize("expression", GOOD)
def test_a_good_query_has_no_fault(expression: str) -> None:
    assert faults(expression) == []


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("", "no expression found"),
        ("sum(up", "unclosed left parenthesis"),
        ("sum(up))", "unexpected right parenthesis"),
        ("up{job=worker}", "expected string"),
        ("up{job}", "expected label matching operator"),
        ("rate(tradewind_routes_total[5x])", "bad number or duration"),
        ("speed(up)", "unknown function with name 'speed'"),
        ("up & up", "unexpected character"),
        ("rate(tradewind_routes_total)", "expected type matrix"),
        ("tradewind_routes_total[5m]", "it is no vector"),
        ("histogram_quantile(sum by (le) (rate(tradewind_order_seconds_bucket[5m])))", "expected 2 argument(s)"),
        ("up or 1", "set operator 'or' not allowed"),
        ("-up", "UnaryExpr is not known here"),
        ("max_over_time(up[5m:1m])", "SubqueryExpr is not known here"),
        ("up / ignoring (job) up", "ignoring is not known here"),
        ('{job="worker"}', "names one metric here"),
        ("tradewind_order_count", "no metric"),
        ("sum(rate(tradewind_order_event_total[5m]))", "no metric tradewind_order_event_total"),
        ("tradewind_routes_total", "only ever grows"),
        ("rate(tradewind_order_seconds[5m])", "is a histogram"),
        ("rate(tradewind_orders_open[5m])", "rate of the gauge"),
        ("deriv(tradewind_routes_total[5m])", "deriv of the counter"),
        ('tradewind_orders_open{venue="raydium"}', "has no label venue"),
        ('tradewind_orders_in_flight{job="gateway"}', "is not on the page of gateway"),
        ("sum by (venue) (rate(tradewind_routes_total[5m]))", "no label venue to group by"),
        ("histogram_quantile(0.9, sum(rate(tradewind_order_seconds_bucket[5m])))", "without le"),
        ("sum(up) / sum by (job) (up)", "finds no partners"),
        ("sum(up) / on (job) sum by (job) (up)", "on a label that a side has not"),
    ],
)
def test_a_poor_query_is_told_its_fault(expression: str, fault: str) -> None:
    assert any(fault in found for found in faults(expression)), faults(expression)
