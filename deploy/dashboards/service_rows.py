"""Dashboard rows about the services: venues, streams, batches, calls, processes."""

from typing import Final

from deploy.dashboards.panels import Panel, Query, Row
from deploy.dashboards.queries import WINDOW, mean, quantile, rate

VENUES: Final = Row(
    "Venues and market",
    (
        Panel(
            "Breakers that are open",
            "short",
            "1 while a venue is not asked, because it failed several times in a row.",
            (Query('max by (venue) (tradewind_venue_breaker{state="open"})', "{{venue}}"),),
        ),
        Panel(
            "Venues that did not quote",
            "ops",
            "By venue and reason.",
            (
                Query(
                    f"sum by (venue, reason) (rate(tradewind_venue_failures_total[{WINDOW}]))", "{{venue}} {{reason}}"
                ),
            ),
        ),
        Panel(
            "Age of the market's state",
            "s",
            "What each router quotes from. It refuses to quote on an old one.",
            (Query("tradewind_market_state_age_seconds", "{{instance}}"),),
        ),
        Panel(
            "Swaps",
            "ops",
            "The market's side: swaps that ended, by state.",
            (rate("tradewind_market_swaps_total", "state"),),
        ),
    ),
)

STREAMS: Final = Row(
    "Subscribers",
    (
        Panel(
            "Open streams",
            "short",
            "By kind, at the gateways.",
            (Query("sum by (kind) (tradewind_streams_open)", "{{kind}}"),),
            stacked=True,
        ),
        Panel(
            "Watches",
            "short",
            "Orders watched, at the executors.",
            (Query('tradewind_watches{job="executor"}', "{{instance}}"),),
        ),
        Panel(
            "Slow readers dropped",
            "ops",
            "Streams ended because they were read too slowly. They come back and resume.",
            (rate("tradewind_slow_readers_dropped_total", "job"),),
        ),
    ),
)

BATCHES: Final = Row(
    "Batches and the database",
    (
        Panel(
            "Items in a batch",
            "short",
            "Mean. It grows with load by itself; near a batch's limit the hop is saturated.",
            (
                mean("tradewind_batch_items", "batch"),
                mean("tradewind_group_commit_orders", "write", legend="commit {{write}}"),
            ),
        ),
        Panel(
            "Items that wait for a batch",
            "short",
            "What does not go down again is a queue that grows.",
            (Query("sum by (batch) (tradewind_batch_waiting)", "{{batch}}"),),
        ),
        Panel(
            "Commit time",
            "s",
            "From the statement to its commit, 99th percentile.",
            (quantile(0.99, "tradewind_group_commit_seconds", "write", legend="{{write}}"),),
        ),
        Panel(
            "Database connections",
            "short",
            "Open connections, and requests that wait for one.",
            (
                Query('tradewind_database_connections{state="open"}', "{{job}} {{instance}}"),
                Query("sum by (job) (tradewind_database_waiting)", "waiting {{job}}"),
            ),
        ),
    ),
)

CALLS: Final = Row(
    "gRPC",
    (
        Panel(
            "Time to answer",
            "s",
            "Unary calls by method, 99th percentile, at the server.",
            (quantile(0.99, "tradewind_rpc_seconds", "method", legend="{{method}}"),),
        ),
        Panel(
            "Time to be answered",
            "s",
            "The same calls at the client: the difference is the way, and retries.",
            (quantile(0.99, "tradewind_rpc_client_seconds", "method", legend="{{method}}"),),
        ),
        Panel(
            "Calls that failed",
            "ops",
            "By method and code, at the client.",
            (
                Query(
                    f'sum by (method, code) (rate(tradewind_rpc_client_seconds_count{{code!="OK"}}[{WINDOW}]))',
                    "{{method}} {{code}}",
                ),
            ),
        ),
    ),
)

PROCESSES: Final = Row(
    "Processes",
    (
        Panel(
            "Processor",
            "percentunit",
            "Share of one core. A Python process has one: near 1 it is full.",
            (Query(f"rate(process_cpu_seconds_total[{WINDOW}])", "{{job}} {{instance}}"),),
        ),
        Panel(
            "Memory",
            "bytes",
            "Resident.",
            (Query("process_resident_memory_bytes", "{{job}} {{instance}}"),),
        ),
        Panel(
            "Processes that answer",
            "short",
            "By kind.",
            (Query("sum by (job) (up)", "{{job}}"),),
        ),
        Panel(
            "Versions",
            "short",
            "Processes by the version that they run: two of them while a release rolls out.",
            (Query("count by (version) (tradewind_build_info)", "{{version}}"),),
        ),
    ),
)
