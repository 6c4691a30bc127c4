"""What seeing costs: the pipeline with everything off, and with everything on as it comes.

Off: no spans, no story in the logs, nothing counted or timed. On: spans to a local sink at the default sampling, every
page of metrics read as often as our Prometheus does, logs at INFO with the story of the orders that are sampled. Each
is a fresh stack, in turns, so that a machine that slows down does not tell against one.
"""

import os
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Final, NamedTuple

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.fresh import fresh_bench
from tests.campaigns.bench.meter import spent
from tests.campaigns.bench.parts.pipeline import ORDERS
from tests.campaigns.bench.results import Results
from tests.stack import REPOSITORY

PART: Final = "observability"
# As the Prometheus that comes with it does.
SCRAPE_SECONDS: Final = 5.0
_OFF: Final = {
    "LOG_ORDERS": "off",
    "LOG_LEVEL": "WARNING",
    "OTEL_SDK_DISABLED": "true",
    # There is no switch for metrics: they are taken out of the processes.
    "PYTHONPATH": f"{REPOSITORY / 'tests/campaigns/bench/unmeasured'}:{os.environ.get('PYTHONPATH', '')}".rstrip(":"),
}
_PAGES: Final = ("METRICS_EXECUTOR", "METRICS_WORKER_1", "METRICS_ROUTER", "METRICS_MARKET", "GATEWAY_URL")


class Run(NamedTuple):
    """One pipeline: orders a second, and the stack's CPU for an order in milliseconds."""

    rate: float
    cpu_ms: float


def run(bench: Bench) -> None:
    """Note both, and the difference in per cent."""
    off, on = [], []
    for _ in range(bench.options.repeats):
        with fresh_bench(bench.options, Results(), "instant", **_OFF) as blind:
            off.append(_pipeline(blind, bench.results, "off"))
        with (
            _sink() as url,
            fresh_bench(bench.options, Results(), "instant", OTEL_EXPORTER_OTLP_ENDPOINT=url) as seeing,
            _scraped(seeing.stack.env()),
        ):
            on.append(_pipeline(seeing, bench.results, "on"))
    fewer = (1 - median(run.rate for run in on) / median(run.rate for run in off)) * 100
    more = (median(run.cpu_ms for run in on) / median(run.cpu_ms for run in off) - 1) * 100
    bench.results.note(PART, "on: fewer orders a second", fewer, unit="%", better="less")
    bench.results.note(PART, "on: more CPU for an order", more, unit="%", better="less")


def _pipeline(bench: Bench, results: Results, name: str) -> Run:
    count = bench.options.sized(ORDERS)
    before = bench.meter.cpu_seconds()
    load = bench.load(mode="post", connections=64, count=count)
    ended = bench.database.wait_until_all_ended()
    used = spent(before, bench.meter.cpu_seconds())
    done = Run(count / (ended - load.began), sum(used.values()) * 1000 / count)
    results.note(PART, f"{name}: orders executed", done.rate, unit="orders/s", better="more")
    for process in ("gateway", "executor", "worker-1", "router", "market"):
        results.note(PART, f"{name}: CPU of {process}", used[process] * 1000 / count, unit="ms/order", better="less")
    results.note(PART, f"{name}: CPU of the stack", done.cpu_ms, unit="ms/order", better="less")
    return done


@contextmanager
def _sink() -> Iterator[str]:
    """Yield the address of something that takes spans and looks at none."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


@contextmanager
def _scraped(env: Mapping[str, str]) -> Iterator[None]:
    """Read every page of metrics each second while the body runs."""
    addresses = [env[name].removeprefix("http://") for name in _PAGES]
    enough = threading.Event()

    def scrape() -> None:
        while not enough.wait(SCRAPE_SECONDS):
            for address in addresses:
                with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as response:
                    response.read()

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
