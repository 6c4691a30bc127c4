"""Every process tells what it does, in Prometheus' words."""

import urllib.request

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.clients import submit_and_watch
from tests.stack import Stack


def _samples(address: str) -> dict[str, float]:
    with urllib.request.urlopen(f"http://{address.removeprefix('http://')}/metrics", timeout=5) as response:
        text = response.read().decode()
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("process", "sample"),
    [
        ("GATEWAY_URL", "tradewind_http_answers_total[('method', 'POST'), ('status', '202')]"),
        ("METRICS_EXECUTOR", "tradewind_order_events_total[('status', 'pending')]"),
        ("METRICS_EXECUTOR", "tradewind_rpc_seconds_count[('method', 'SubmitOrders')]"),
        ("METRICS_WORKER_1", "tradewind_order_events_total[('status', 'confirmed')]"),
        ("METRICS_WORKER_1", "tradewind_order_status_seconds_count[('status', 'submitted')]"),
        ("METRICS_WORKER_1", "tradewind_group_commit_orders_count[('write', 'record')]"),
        ("METRICS_ROUTER", "tradewind_routes_total[('result', 'found')]"),
        ("METRICS_ROUTER", "tradewind_venue_breaker[('state', 'closed'), ('venue', 'raydium')]"),
        ("METRICS_MARKET", "tradewind_market_swaps_total[('state', 'landed')]"),
    ],
)
async def test_a_process_counts_what_it_did(stack: Stack, process: str, sample: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        await submit_and_watch(http, stack.ws_url)
    assert _samples(stack.env()[process])[sample] >= 1
