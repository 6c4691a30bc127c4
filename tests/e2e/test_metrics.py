"""Every process tells what it does, in Prometheus' words, and docs/metrics.md says what they mean."""

import time
import urllib.request
from collections.abc import Iterable

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.clients import submit_and_watch
from tests.metrics_page import documented
from tests.stack import Stack, eventually

ADDRESSES = {
    "gateway": "GATEWAY_URL",
    "executor": "METRICS_EXECUTOR",
    "worker": "METRICS_WORKER_1",
    "router": "METRICS_ROUTER",
    "market": "METRICS_MARKET",
}


def _families(stack: Stack, process: str) -> list[Metric]:
    address = stack.env()[ADDRESSES[process]].removeprefix("http://")
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as response:
        return list(text_string_to_metric_families(response.read().decode()))


def _samples(families: Iterable[Metric]) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("process", "sample"),
    [
        ("gateway", "tradewind_http_answers_total[('method', 'POST'), ('status', '202')]"),
        ("gateway", "tradewind_http_seconds_count[('method', 'POST'), ('route', '/api/orders/execute')]"),
        ("gateway", "tradewind_rpc_client_seconds_count[('code', 'OK'), ('method', 'SubmitOrders')]"),
        ("gateway", "tradewind_batch_items_count[('batch', 'submit')]"),
        ("gateway", "tradewind_stage_seconds_count[('stage', 'deliver')]"),
        ("executor", "tradewind_order_events_total[('status', 'pending')]"),
        ("executor", "tradewind_rpc_seconds_count[('method', 'SubmitOrders')]"),
        ("executor", "tradewind_batch_items_count[('batch', 'add')]"),
        ("executor", "tradewind_stage_seconds_count[('stage', 'commit')]"),
        ("executor", "tradewind_stage_seconds_count[('stage', 'publish')]"),
        ("executor", "tradewind_database_connections[('state', 'open')]"),
        ("worker", "tradewind_order_events_total[('status', 'confirmed')]"),
        ("worker", "tradewind_order_status_seconds_count[('status', 'submitted')]"),
        ("worker", "tradewind_group_commit_orders_count[('write', 'record')]"),
        *(
            ("worker", f"tradewind_stage_seconds_count[('stage', '{stage}')]")
            for stage in ("queue_wait", "claim", "route", "send", "commit", "publish")
        ),
        ("worker", "tradewind_rpc_client_seconds_count[('code', 'OK'), ('method', 'GetRoutes')]"),
        ("worker", "tradewind_orders_in_flight_max[]"),
        ("router", "tradewind_routes_total[('result', 'found')]"),
        ("router", "tradewind_venue_breaker[('state', 'closed'), ('venue', 'raydium')]"),
        ("market", "tradewind_market_swaps_total[('state', 'landed')]"),
    ],
)
async def test_a_process_counts_what_it_did(stack: Stack, process: str, sample: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        await submit_and_watch(http, stack.ws_url)
    eventually(lambda: _samples(_families(stack, process)).get(sample, 0) >= 1)


def test_the_page_of_every_process_is_as_documented(stack: Stack) -> None:
    table = documented()
    for process in ADDRESSES:
        families = {
            f"{family.name}_total" if family.type == "counter" else family.name: family
            for family in _families(stack, process)
            if family.name.startswith("tradewind_")
        }
        assert families.keys() <= table.keys(), process
        assert {name for name, row in table.items() if process in row.processes} <= families.keys(), process
        for name, family in families.items():
            assert family.type == table[name].kind, name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            assert labels in (set(), table[name].labels), name


async def test_a_stream_is_counted_while_it_is_open(stack: Stack) -> None:
    def open_now() -> float:
        return _samples(_families(stack, "gateway"))["tradewind_streams_open[('kind', 'prices_sse')]"]

    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        async with http.stream("GET", "/api/prices", headers={"accept": "text/event-stream"}) as response:
            assert response.status_code == 200
            assert open_now() == 1
        eventually(lambda: open_now() == 0)


def test_the_queue_and_the_open_orders_are_read_again_and_again(stack: Stack) -> None:
    def all_are_empty() -> bool:
        page = _samples(_families(stack, "executor"))
        return not (
            page["tradewind_queue_messages[('queue', 'orders.XQ')]"]
            or page["tradewind_orders_open_by_status[('status', 'routing')]"]
            or page["tradewind_orders_oldest_open_seconds[]"]
        )

    eventually(all_are_empty)


def test_the_market_state_is_young(stack: Stack) -> None:
    age = _samples(_families(stack, "router"))["tradewind_market_state_age_seconds[]"]
    assert 0 <= age < 5


def test_a_process_says_when_it_started_and_what_it_is(stack: Stack) -> None:
    for process in ADDRESSES:
        families = _families(stack, process)
        [build] = [family for family in families if family.name == "tradewind_build_info"]
        assert [sample.value for sample in build.samples] == [1]
        assert 0 < time.time() - _samples(families)["process_start_time_seconds[]"] < 86_400
