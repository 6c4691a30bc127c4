"""The dashboard "execution quality": results, durations, prices and routes of orders."""

from typing import Final

from deploy.dashboards.panels import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import WINDOW, mean, quantile, rate, total_rate

_EVENTS: Final = "tradewind_order_events_total"
_ENDED: Final = f'sum(rate({_EVENTS}{{status=~"confirmed|failed|cancelled"}}[{WINDOW}]))'


def _share_of_ends(status: str) -> Query:
    return Query(f'sum(rate({_EVENTS}{{status="{status}"}}[{WINDOW}])) / {_ENDED}', status)


def _share(metric: str, label: str, where: str = "") -> Query:
    grown = f"rate({metric}{where}[{WINDOW}])"
    return Query(f"sum by ({label}) ({grown}) / on () group_left () sum({grown})", f"{{{{{label}}}}}")


_ENDS: Final = Row(
    "How orders end",
    (
        Panel(
            "Share of orders by their end",
            "percentunit",
            "Failures are mostly prices that moved past the slippage an order allowed.",
            tuple(map(_share_of_ends, ("confirmed", "failed", "cancelled"))),
        ),
        Panel(
            "Ends and retries a second",
            "ops",
            "`retrying` counts attempts that failed and are tried again with a fresh quote.",
            (rate(_EVENTS, "status", where='status=~"confirmed|failed|cancelled|retrying"'),),
        ),
        Panel(
            "Why attempts fail",
            "ops",
            "By reason; an order may have several.",
            (rate("tradewind_order_attempts_failed_total", "reason"),),
        ),
    ),
)

_TIME: Final = Row(
    "How long it takes",
    (
        Panel(
            "Time to confirm",
            "s",
            "From acceptance to the confirmed fill, on the market's clock.",
            (
                quantile(0.5, "tradewind_order_seconds", where='status="confirmed"'),
                quantile(0.95, "tradewind_order_seconds", where='status="confirmed"'),
                quantile(0.99, "tradewind_order_seconds", where='status="confirmed"'),
            ),
        ),
        Panel(
            "Time to fail",
            "s",
            "All attempts and the pauses between them.",
            (
                quantile(0.5, "tradewind_order_seconds", where='status="failed"'),
                quantile(0.95, "tradewind_order_seconds", where='status="failed"'),
            ),
        ),
        Panel(
            "Attempts an order",
            "short",
            "Mean over all orders that ended, and the share that needed more than one.",
            (
                mean("tradewind_order_attempts"),
                Query(
                    f'1 - sum(rate(tradewind_order_attempts_bucket{{le="1.0"}}[{WINDOW}]))'
                    f" / sum(rate(tradewind_order_attempts_count[{WINDOW}]))",
                    "share with more than one",
                ),
            ),
        ),
        Panel(
            "Time to a route",
            "s",
            "The router's search alone, and the whole stage as the worker sees it: venues answer in between.",
            (
                quantile(0.99, "tradewind_route_search_seconds", legend="search p99"),
                quantile(0.5, "tradewind_stage_seconds", where='stage="route"', legend="stage p50"),
                quantile(0.99, "tradewind_stage_seconds", where='stage="route"', legend="stage p99"),
            ),
        ),
    ),
)

_PRICE: Final = Row(
    "What it costs",
    (
        Panel(
            "Slippage against the quote",
            "none",
            "In 1/10,000 of the quote. Negative: fills pay more than quoted.",
            (
                quantile(0.05, "tradewind_fill_shortfall_bps"),
                quantile(0.5, "tradewind_fill_shortfall_bps"),
                quantile(0.95, "tradewind_fill_shortfall_bps"),
            ),
        ),
        Panel(
            "Price impact",
            "none",
            "How far routes were quoted to move their pools, in 1/10,000.",
            (
                quantile(0.5, "tradewind_fill_price_impact_bps"),
                quantile(0.95, "tradewind_fill_price_impact_bps"),
                mean("tradewind_fill_price_impact_bps"),
            ),
        ),
        Panel(
            "Fills no worse than quoted",
            "percentunit",
            "Share of fills that paid at least their quote.",
            (
                Query(
                    f'sum(rate(tradewind_fill_shortfall_bps_bucket{{le="0.0"}}[{WINDOW}]))'
                    f" / sum(rate(tradewind_fill_shortfall_bps_count[{WINDOW}]))",
                    "share",
                ),
            ),
        ),
    ),
)

_ROUTES: Final = Row(
    "Where it goes",
    (
        Panel(
            "Share of venues",
            "percentunit",
            "By swaps through their pools.",
            (_share("tradewind_fill_legs_total", "venue"),),
            stacked=True,
        ),
        Panel(
            "Form of routes",
            "percentunit",
            "One pool; split over pools; through another token; both.",
            (_share("tradewind_fills_total", "form"),),
            stacked=True,
        ),
        Panel(
            "Routes by result",
            "ops",
            "Found, or the reason that there is none.",
            (rate("tradewind_routes_total", "result"),),
        ),
        Panel(
            "Fills",
            "ops",
            "Orders confirmed, as their workers counted them.",
            (total_rate("tradewind_fills_total", "fills"),),
        ),
    ),
)

EXECUTION_QUALITY: Final = Dashboard(
    uid="tradewind-execution-quality",
    title="Tradewind: execution quality",
    about="What traders get: how orders end, how long it takes, what it costs beside the quote, and where it goes.",
    rows=(_ENDS, _TIME, _PRICE, _ROUTES),
)
