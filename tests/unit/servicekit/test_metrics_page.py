"""Every metric of the code is on docs/metrics.md as it is, and nothing else is there."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.metrics_page import documented
from tests.packages import PRODUCT
from tests.stack import REPOSITORY

_KINDS: Final = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram"}


def _defined() -> Iterator[tuple[str, str, frozenset[str]]]:
    for package in PRODUCT:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KINDS:
                    yield from _metric(node, _KINDS[node.func.id])


def _metric(call: ast.Call, kind: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    match call.args:
        case [ast.Constant(value=str(name)), _, *rest] if name.startswith("tradewind_"):
            labels = frozenset(ast.literal_eval(rest[0])) if rest else frozenset()
            yield f"{name}_total" if kind == "counter" else name, kind, labels


def test_the_page_and_the_code_name_the_same_metrics() -> None:
    in_code = {name: (kind, labels) for name, kind, labels in _defined()}
    on_page = {name: (row.kind, row.labels) for name, row in documented().items()}
    assert on_page == in_code


def test_names_tell_their_unit() -> None:
    for name, kind, _ in _defined():
        assert name.endswith("_total") == (kind == "counter"), name
        assert not name.endswith(("_ms", "_milliseconds", "_us", "_count", "_sum", "_bucket")), name
