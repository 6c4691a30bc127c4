"""Reads PromQL: the grammar that dashboards and alerts here use. What it does not know it refuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.deploy.promql_tree import FUNCTIONS, Aggregate, Binary, Call, Matcher, Misread, Node, Number, Selector

AGGREGATES: Final = frozenset({"sum", "min", "max", "avg", "count", "group", "stddev", "topk", "bottomk", "quantile"})
_LEVELS: Final = (("or",), ("and", "unless"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<duration>(?:\d+(?:ms|[smhdwy]))+)|(?P<number>\d+(?:\.\d+)?)|(?P<string>\"[^\"\\]*\"|'[^'\\]*')"
    r"|(?P<name>[a-zA-Z_:][\w:]*)|(?P<mark>=~|!~|==|!=|<=|>=|[-+*/%(){}\[\],=<>]))"
)


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    at: int = field(default=0)

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        found = self.peek()
        if not found or (expected and found != expected):
            raise Misread(f"{found or 'the end'} where {expected or 'more'} should be")
        self.at += 1
        return found

    def take_kind(self, kind: str) -> str:
        if self.kind() != kind:
            raise Misread(f"{self.peek() or 'the end'} where a {kind} should be")
        return self.take()

    def if_next(self, *words: str) -> str:
        return self.take() if self.peek() in words and self.peek() else ""


def parse(text: str) -> Node:
    """Return what the expression says. Raises Misread."""
    reader = _Reader(list(_tokens(text)))
    node = _binary(reader, 0)
    if reader.peek():
        raise Misread(f"{reader.peek()} after the end")
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Misread(f"unreadable at {text[at : at + 20]!r}")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _binary(reader: _Reader, level: int) -> Node:
    if level == len(_LEVELS):
        return _operand(reader)
    left = _binary(reader, level + 1)
    while operator := reader.if_next(*_LEVELS[level]):
        on = _labels(reader) if reader.if_next("on") else None
        many = bool(reader.if_next("group_left", "group_right"))
        if many and reader.peek() == "(":
            _labels(reader)
        left = Binary(operator, left, _binary(reader, level + 1), on, many)
    return left


def _operand(reader: _Reader) -> Node:
    if reader.if_next("("):
        inner = _binary(reader, 0)
        reader.take(")")
        return inner
    if reader.if_next("-"):
        return Number(-float(reader.take_kind("number")))
    if reader.kind() == "number":
        return Number(float(reader.take()))
    name = reader.take_kind("name")
    if name in AGGREGATES:
        return _aggregate(reader, name)
    if reader.peek() == "(":
        return _call(reader, name)
    return _selector(reader, name)


def _aggregate(reader: _Reader, operator: str) -> Aggregate:
    keeps = reader.if_next("by", "without")
    labels = _labels(reader) if keeps else frozenset()
    reader.take("(")
    inner = _binary(reader, 0)
    reader.take(")")
    return Aggregate(operator, keeps, labels, inner)


def _call(reader: _Reader, function: str) -> Call:
    if function not in FUNCTIONS:
        raise Misread(f"no function {function}")
    reader.take("(")
    arguments: list[Node] = []
    while reader.peek() != ")":
        arguments.append(_binary(reader, 0))
        if reader.peek() != ")":
            reader.take(",")
    reader.take(")")
    return Call(function, tuple(arguments))


def _selector(reader: _Reader, metric: str) -> Selector:
    matchers: list[Matcher] = []
    if reader.if_next("{"):
        while not reader.if_next("}"):
            label, how = reader.take_kind("name"), reader.take()
            if how not in ("=", "!=", "=~", "!~"):
                raise Misread(f"{how} between a label and its value")
            matchers.append(Matcher(label, how, reader.take_kind("string")[1:-1]))
            if reader.peek() != "}":
                reader.take(",")
    is_range = bool(reader.if_next("["))
    if is_range:
        reader.take_kind("duration")
        reader.take("]")
    return Selector(metric, tuple(matchers), is_range)


def _labels(reader: _Reader) -> frozenset[str]:
    reader.take("(")
    found: set[str] = set()
    while reader.peek() != ")":
        found.add(reader.take_kind("name"))
        if reader.peek() != ")":
            reader.take(",")
    reader.take(")")
    return frozenset(found)
