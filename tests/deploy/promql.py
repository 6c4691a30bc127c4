"""What a PromQL expression is made of: as `promql_parser` reads it, in the few shapes that `metric_use.py` asks about.

The parser is Prometheus's own grammar and types. What its tree holds beyond these shapes is refused, not passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import promql_parser

_HOW: Final = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
_KINDS: Final = {"Vector": "v", "Matrix": "r", "Scalar": "s"}


class Misread(Exception):
    """The expression is not PromQL, does not fit together, or is none that is known here."""


@dataclass(frozen=True)
class Matcher:
    """A condition on a label."""

    label: str
    how: str
    value: str


@dataclass(frozen=True)
class Selector:
    """The series of a metric; over a stretch of time when it is a range."""

    metric: str
    matchers: tuple[Matcher, ...]
    is_range: bool


@dataclass(frozen=True)
class Call:
    """A function of its arguments, and the kind of what it gives."""

    function: str
    arguments: tuple["Node", ...]
    kind: str


@dataclass(frozen=True)
class Aggregate:
    """Many series made one for each value of `labels`; `keeps` is by, without or empty."""

    operator: str
    keeps: str
    labels: frozenset[str]
    inner: "Node"


@dataclass(frozen=True)
class Binary:
    """Two sides and an operator; `on` is None where all labels must agree."""

    operator: str
    left: "Node"
    right: "Node"
    on: frozenset[str] | None
    is_many_to_one: bool


@dataclass(frozen=True)
class Number:
    """A scalar."""

    value: float


Node: TypeAlias = Selector | Call | Aggregate | Binary | Number


def parse(text: str) -> Node:
    """Return what the expression says. Raises Misread."""
    try:
        tree = promql_parser.parse(text)
    except ValueError as error:
        raise Misread(str(error)) from error
    return _node(tree)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything in it."""
    yield node
    match node:
        case Call(arguments=arguments):
            inner: tuple[Node, ...] = arguments
        case Aggregate(inner=aggregated):
            inner = (aggregated,)
        case Binary(left=left, right=right):
            inner = (left, right)
        case _:
            inner = ()
    for child in inner:
        yield from walk(child)


def kind_of(node: Node) -> str:
    """Return s for a scalar, v for a vector, r for a range."""
    match node:
        case Number():
            return "s"
        case Selector(is_range=is_range):
            return "r" if is_range else "v"
        case Aggregate():
            return "v"
        case Call(kind=kind):
            return kind
        case Binary(left=left, right=right):
            return "v" if "v" in (kind_of(left), kind_of(right)) else "s"


def _node(tree: Any) -> Node:
    match tree:
        case promql_parser.NumberLiteral():
            return Number(tree.val)
        case promql_parser.ParenExpr():
            return _node(tree.expr)
        case promql_parser.VectorSelector():
            return _selector(tree, is_range=False)
        case promql_parser.MatrixSelector():
            return _selector(tree.vector_selector, is_range=True)
        case promql_parser.Call():
            kind = _KINDS[str(tree.func.return_type).rpartition(".")[2]]
            return Call(tree.func.name, tuple(map(_node, tree.args)), kind)
        case promql_parser.AggregateExpr():
            return _aggregate(tree)
        case promql_parser.BinaryExpr():
            return _binary(tree)
    raise Misread(f"{type(tree).__name__} is not known here: {tree.prettify()}")


def _selector(tree: Any, *, is_range: bool) -> Selector:
    if not tree.name or tree.matchers.or_matchers:
        raise Misread(f"a selector names one metric here: {tree.prettify()}")
    found = (Matcher(m.name, _HOW[str(m.op).rpartition(".")[2]], m.value) for m in tree.matchers.matchers)
    return Selector(tree.name, tuple(found), is_range)


def _aggregate(tree: Any) -> Aggregate:
    keeps = str(tree.modifier.type).rpartition(".")[2].lower() if tree.modifier else ""
    labels = frozenset(tree.modifier.labels if tree.modifier else ())
    return Aggregate(str(tree.op), keeps, labels, _node(tree.expr))


def _binary(tree: Any) -> Binary:
    matching = tree.modifier.matching if tree.modifier else None
    if matching is not None and str(matching).startswith("ignoring"):
        raise Misread(f"ignoring is not known here: {tree.prettify()}")
    on = frozenset(matching.labels) if matching is not None else None
    is_many = tree.modifier is not None and str(tree.modifier.card).rpartition(".")[2] in ("ManyToOne", "OneToMany")
    return Binary(str(tree.op), _node(tree.lhs), _node(tree.rhs), on, is_many)
