"""The error table: complete on every surface, and nothing is raised that it does not hold."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2
from grpc_status import rpc_status

from servicekit.errors import ERRORS, DomainError, FieldViolation, Rejected, Unavailable, error_of
from servicekit.grpc_errors import error_from, status_of
from tests.packages import PRODUCT

ROOT = Path(__file__).resolve().parents[3]


class Call(grpc.RpcError):
    """A failed call that carries a status, as grpc hands it to its caller."""

    def __init__(self, error: DomainError) -> None:
        self._status: Any = rpc_status.to_status(status_of(error))

    def code(self) -> Any:
        return self._status.code

    def details(self) -> Any:
        return self._status.details

    def trailing_metadata(self) -> Any:
        return self._status.trailing_metadata


@pytest.mark.parametrize("reason", ERRORS)
def test_every_row_is_complete(reason: str) -> None:
    row = ERRORS[reason]
    assert row.title
    assert row.advice.endswith(".")
    assert code_pb2.Code.Value(row.grpc_code) > 0
    assert row.http_status is None or 400 <= row.http_status < 600
    assert (row.kind == "unavailable") == (type(error_of(reason)) is Unavailable)
    assert row.kind == "bug" or row.http_status != 500


@pytest.mark.parametrize("reason", ERRORS)
def test_every_error_crosses_the_wire_unchanged(reason: str) -> None:
    sent = error_of(reason, "what happened", retry_after_ms=2_500)
    sent.violations = (FieldViolation("amount_in", "must be above 0", "too_small"),)
    received = error_from(Call(sent))
    assert (received.reason, received.detail, received.violations) == (reason, "what happened", sent.violations)
    if isinstance(sent, Unavailable):
        assert isinstance(received, Unavailable)
        assert received.retry_after_ms == 2_500


def test_an_unknown_reason_becomes_a_defect_and_not_an_answer() -> None:
    assert error_of("SOMETHING_NEW").reason == "INTERNAL"


def test_whatever_is_raised_has_a_row() -> None:
    raised = {reason for package in PRODUCT for path in (ROOT / package).rglob("*.py") for reason in _reasons(path)}
    assert raised, "the scan found nothing"
    assert raised <= set(ERRORS)


def _reasons(path: Path) -> Iterator[str]:
    names = {kind.__name__ for kind in (Rejected, Unavailable)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
