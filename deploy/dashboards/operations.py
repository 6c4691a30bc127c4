"""The dashboard "operations": the health of every part, and where a problem is."""

from typing import Final

from deploy.dashboards.order_rows import ORDERS, QUEUE, STAGES
from deploy.dashboards.panels import Dashboard, Panel, Row
from deploy.dashboards.queries import quantile, rate, total_rate
from deploy.dashboards.service_rows import BATCHES, CALLS, PROCESSES, STREAMS, VENUES

_TRAFFIC: Final = Row(
    "Callers",
    (
        Panel(
            "Requests a second",
            "reqps",
            "HTTP answers by method. Streams count once, when they begin.",
            (rate("tradewind_http_answers_total", "method"),),
        ),
        Panel(
            "Errors a second",
            "reqps",
            "Answers by status from 400 up. 4xx is the caller's to mend, 5xx is ours.",
            (rate("tradewind_http_answers_total", "status", where='status=~"[45].."'),),
        ),
        Panel(
            "Time to answer",
            "s",
            "From a request's headers to the beginning of its answer.",
            (
                quantile(0.5, "tradewind_http_seconds", "method"),
                quantile(0.99, "tradewind_http_seconds", "method"),
            ),
        ),
        Panel(
            "Refused",
            "reqps",
            "Orders refused by reason, keys that were refused, requests over a limit.",
            (
                rate("tradewind_orders_refused_total", "reason"),
                total_rate("tradewind_authentications_total", "keys", where='outcome="refused"'),
                total_rate("tradewind_http_answers_total", "429", where='status="429"'),
            ),
        ),
    ),
)

OPERATIONS: Final = Dashboard(
    uid="tradewind-operations",
    title="Tradewind: operations",
    about="Is it well, and if not, where. What to do about it: docs/operations.md.",
    rows=(_TRAFFIC, STAGES, ORDERS, QUEUE, VENUES, STREAMS, BATCHES, CALLS, PROCESSES),
)
