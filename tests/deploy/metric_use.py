"""Whether a query asks for what there is: metrics and labels as docs/metrics.md has them, used as their type wants.

A test of its own holds that page to the code.
"""

from collections.abc import Iterator
from typing import Final

from tests.deploy.promql import Aggregate, Binary, Call, Matcher, Misread, Node, Number, Selector, kind_of, parse, walk
from tests.metrics_page import PROCESSES, Row, documented

# What Prometheus adds to every series.
TARGET: Final = frozenset({"job", "instance"})
_NONE: Final = frozenset[str]()
_OTHERS: Final = {
    "up": Row("gauge", _NONE, PROCESSES),
    "process_cpu_seconds_total": Row("counter", _NONE, PROCESSES),
    "process_resident_memory_bytes": Row("gauge", _NONE, PROCESSES),
}
METRICS: Final = {**documented(), **_OTHERS}
_GROWTH: Final = frozenset({"rate", "increase", "irate", "resets"})
_PARTS: Final = ("_bucket", "_sum", "_count")


def faults(expression: str) -> list[str]:
    """Return one sentence for each thing that is wrong; none when the expression can give an answer."""
    try:
        tree = parse(expression)
        if kind_of(tree) != "v":
            return ["it is no vector"]
    except Misread as error:
        return [str(error)]
    return [fault for node in walk(tree) for fault in _faults_of(node)]


def labels_of(node: Node) -> frozenset[str]:
    """Return the labels of what a node gives."""
    match node:
        case Selector():
            found = _row(node)
            return TARGET | (found.labels if found else _NONE) | ({"le"} if node.metric.endswith("_bucket") else _NONE)
        case Aggregate(keeps="by", labels=labels):
            return labels
        case Aggregate(keeps="without", labels=labels, inner=inner):
            return labels_of(inner) - labels
        case Call(function="histogram_quantile", arguments=(_, histogram)):
            return labels_of(histogram) - {"le"}
        case Call(function="absent", arguments=(Selector(matchers=matchers),)):
            return frozenset(matcher.label for matcher in matchers if matcher.how == "=")
        case Call(function="absent" | "absent_over_time" | "vector" | "scalar" | "time"):
            return _NONE
        case Binary(operator="or", left=left, right=right):
            return labels_of(left) & labels_of(right)
        case Call(arguments=arguments):
            return labels_of(arguments[0])
        case Binary(left=left, right=right, on=on, is_many_to_one=many):
            sides = [side for side in (left, right) if kind_of(side) == "v"]
            return on if on is not None and not many and len(sides) > 1 else (labels_of(sides[0]) if sides else _NONE)
    return _NONE


def _row(selector: Selector) -> Row | None:
    if selector.metric in METRICS:
        return METRICS[selector.metric]
    for part in _PARTS:
        row = METRICS.get(selector.metric.removesuffix(part))
        if selector.metric.endswith(part) and row and row.kind == "histogram":
            return Row("counter", row.labels, row.processes)
    return None


def _faults_of(node: Node) -> Iterator[str]:
    match node:
        case Selector():
            yield from _faults_of_selector(node)
        case Call(function=function, arguments=(Selector() as inner,)):
            row = _row(inner)
            if row and (row.kind == "counter") != (function in _GROWTH) and inner.is_range:
                yield f"{function} of the {row.kind} {inner.metric}"
        case Call(function="histogram_quantile", arguments=(_, histogram)):
            if "le" not in labels_of(histogram):
                yield "histogram_quantile without le"
        case Aggregate(labels=labels, inner=inner) if not labels <= labels_of(inner):
            yield f"no label {', '.join(sorted(labels - labels_of(inner)))} to group by"
        case Binary():
            yield from _faults_of_sides(node)


def _faults_of_selector(selector: Selector) -> Iterator[str]:
    row = _row(selector)
    if row is None:
        yield f"no metric {selector.metric}"
        return
    if row.kind == "histogram":
        yield f"{selector.metric} is a histogram: ask for its _bucket, _sum or _count"
    if row.kind == "counter" and not selector.is_range:
        yield f"{selector.metric} only ever grows: ask for its rate"
    for matcher in selector.matchers:
        if matcher.label not in labels_of(selector):
            yield f"{selector.metric} has no label {matcher.label}"
        if matcher.label == "job" and not _jobs(matcher) <= row.processes:
            yield f"{selector.metric} is not on the page of {matcher.value}"


def _jobs(matcher: Matcher) -> frozenset[str]:
    return frozenset(matcher.value.split("|"))


def _faults_of_sides(node: Binary) -> Iterator[str]:
    if isinstance(node.left, Number) or isinstance(node.right, Number) or node.operator == "or":
        return
    if "s" in (kind_of(node.left), kind_of(node.right)):
        return
    left, right = labels_of(node.left), labels_of(node.right)
    if node.on is None and left != right:
        yield f"{node.operator} of {sorted(left)} and {sorted(right)} finds no partners"
    if node.on is not None and not node.on <= left & right:
        yield f"{node.operator} on a label that a side has not"
