"""Dashboard rows about orders: the time in each stage, the workers that drive them, the queues."""

from typing import Final

from deploy.dashboards.panels import Panel, Query, Row
from deploy.dashboards.queries import mean, quantile, rate, total_rate

STAGES: Final = Row(
    "Where an order's milliseconds go",
    (
        Panel(
            "Mean of each stage",
            "s",
            "Stacked. Most of it is the market's own time to land a swap; what grows under load is ours.",
            (mean("tradewind_stage_seconds", "stage"),),
            stacked=True,
        ),
        Panel(
            "99th percentile of each stage",
            "s",
            "One order in a hundred waits this long or longer.",
            (quantile(0.99, "tradewind_stage_seconds", "stage", legend="{{stage}}"),),
        ),
        Panel(
            "Time in each status",
            "s",
            "What callers see between two events, on the market's clock.",
            (quantile(0.5, "tradewind_order_status_seconds", "status", legend="{{status}}"),),
        ),
    ),
)

ORDERS: Final = Row(
    "Orders",
    (
        Panel(
            "Events a second",
            "ops",
            "Committed events by the status that they led to. `pending` is what comes in.",
            (rate("tradewind_order_events_total", "status"),),
        ),
        Panel(
            "Open orders",
            "short",
            "Orders that have not ended, by status, as the executor counts them every few seconds.",
            (Query("max by (status) (tradewind_orders_open_by_status)", "{{status}}"),),
            stacked=True,
        ),
        Panel(
            "Oldest open order",
            "s",
            "Above a minute somebody should look.",
            (Query("max(tradewind_orders_oldest_open_seconds)", "age"),),
        ),
        Panel(
            "In flight",
            "short",
            "What each worker drives, beside what it may.",
            (
                Query('tradewind_orders_in_flight{job="worker"}', "{{instance}}"),
                Query("sum(tradewind_orders_in_flight_max)", "at most, all"),
            ),
        ),
    ),
)

QUEUE: Final = Row(
    "Queue and ownership",
    (
        Panel(
            "Messages in Redis",
            "short",
            "orders: waiting for a worker. .DQ: delayed. .XQ: given up, which should never happen.",
            (Query("max by (queue) (tradewind_queue_messages)", "{{queue}}"),),
        ),
        Panel(
            "Taken over",
            "ops",
            "Orders found without a living owner. Normal for a second after a worker has gone.",
            (total_rate("tradewind_orders_taken_over_total", "orders"),),
        ),
        Panel(
            "Fenced writes and doubt",
            "ops",
            "Writes refused because another was first, and workers that gave everything up. Doubt should be rare.",
            (
                total_rate("tradewind_fenced_writes_total", "fenced writes"),
                total_rate("tradewind_leases_in_doubt_total", "leases in doubt"),
                total_rate("tradewind_order_runs_crashed_total", "runs crashed"),
            ),
        ),
        Panel(
            "Lost on the way",
            "ops",
            "Hints and events that Redis did not take. Nothing is lost by it; things are found later.",
            (
                total_rate("tradewind_queue_hints_lost_total", "hints"),
                total_rate("tradewind_feed_lost_total", "event feed"),
                total_rate("tradewind_market_feed_lost_total", "market feed"),
            ),
        ),
    ),
)
