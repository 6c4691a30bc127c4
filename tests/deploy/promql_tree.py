"""What a PromQL expression is made of, and whether its parts fit together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

# The type of each argument: v instant vector, r range vector, s scalar; then of the result.
FUNCTIONS: Final = {
    **dict.fromkeys(("rate", "increase", "irate", "delta", "deriv", "resets", "changes"), ("r", "v")),
    **dict.fromkeys(("avg_over_time", "max_over_time", "min_over_time", "sum_over_time", "last_over_time"), ("r", "v")),
    **dict.fromkeys(("abs", "ceil", "floor", "absent", "clamp_min", "clamp_max", "sort", "sort_desc"), ("v", "v")),
    "absent_over_time": ("r", "v"),
    "histogram_quantile": ("sv", "v"),
    "vector": ("s", "v"),
    "scalar": ("v", "s"),
    "time": ("", "s"),
}
_SETS: Final = ("or", "and", "unless")


class Misread(Exception):
    """The expression is not PromQL, or does not fit together."""


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
    """A function of its arguments."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Aggregate:
    """Many series made one for each value of `labels`; `keeps` is by, without or empty."""

    operator: str
    keeps: str
    labels: frozenset[str]
    inner: "Node"


@dataclass(frozen=True)
class Binary:
    """Two sides and an operator; `on` is None where all labels must agree, `ignoring` is not known here."""

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
    """Return s for a scalar, v for a vector, r for a range. Raises Misread when the parts do not fit."""
    match node:
        case Number():
            return "s"
        case Selector(is_range=is_range):
            return "r" if is_range else "v"
        case Aggregate(inner=inner):
            _expect(inner, "v")
            return "v"
        case Call(function=function, arguments=arguments):
            wanted, result = FUNCTIONS[function]
            if len(wanted) != len(arguments):
                raise Misread(f"{function} takes {len(wanted)} arguments")
            for argument, kind in zip(arguments, wanted, strict=True):
                _expect(argument, kind)
            return result
        case Binary(operator=operator, left=left, right=right):
            kinds = kind_of(left), kind_of(right)
            if "r" in kinds or (operator in _SETS and "s" in kinds):
                raise Misread(f"{operator} of {kinds}")
            return "v" if "v" in kinds else "s"


def _expect(node: Node, kind: str) -> None:
    if kind_of(node) != kind:
        raise Misread(f"{node} is not of the kind {kind}")
