"""The error table: complete on every surface, and nothing is raised that it does not hold."""

import ast
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2
from grpc_status import rpc_status

from executor_service.adapters.market_client import reason_of
from executor_service.application.ports import SwapState
from servicekit.errors import ERRORS, DomainError, ErrorRow, FieldViolation, Unavailable, error_of
from servicekit.grpc_errors import error_from, status_of
from tests.packages import PRODUCT
from tradewind.market.v1 import market_pb2 as pb
from tradewind_client.problems import PASSING
from tradewind_client.sockets import FINAL_CLOSES
from tradewind_client.stream import STATUSES

ROOT = Path(__file__).resolve().parents[3]
# The gateway closes with 4000 and the status, but for a message that it cannot read.
CLOSES = [(close, code) for close, code in FINAL_CLOSES.items() if code != "bad_message"]


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


class BareCall(grpc.RpcError):
    """A failed call that carries a code and nothing of ours."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return ""

    def trailing_metadata(self) -> tuple[()]:
        return ()


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
    sent.violations = (FieldViolation("amount_in", "must be above 0", "too_large"),)
    received = error_from(Call(sent))
    assert (received.reason, received.detail, received.violations) == (reason, "what happened", sent.violations)
    if isinstance(sent, Unavailable):
        assert isinstance(received, Unavailable)
        assert received.retry_after_ms == 2_500


def test_a_new_reason_must_fill_every_column() -> None:
    assert [field.name for field in fields(ErrorRow) if field.default is not MISSING] == []
    assert [field.name for field in fields(ErrorRow) if field.default_factory is not MISSING] == []


def test_the_order_is_the_cause_of_what_ends_it() -> None:
    assert any(row.ends_order for row in ERRORS.values())
    assert all(row.kind == "rejected" for row in ERRORS.values() if row.ends_order)


@pytest.mark.parametrize("code", grpc.StatusCode)
def test_a_status_without_details_means_a_reason_with_that_code(code: grpc.StatusCode) -> None:
    meant = error_from(BareCall(code))
    assert meant.row.grpc_code in (code.name, "INTERNAL")


def test_every_failure_of_a_swap_is_a_reason_of_its_own() -> None:
    reasons = [reason_of(SwapState.FAILED, number) for number in pb.SwapFailure.values() if number]
    assert set(reasons) <= set(ERRORS)
    assert len(set(reasons)) == len(reasons) > 0


@pytest.mark.parametrize("state", [SwapState.FAILED, SwapState.EXPIRED])
def test_a_dead_swap_has_a_reason_though_its_failure_is_unknown(state: SwapState) -> None:
    assert reason_of(state, 999) in ERRORS


@pytest.mark.parametrize("reason", [reason for reason, row in ERRORS.items() if row.http_status is not None])
def test_the_client_tries_again_what_may_pass_and_nothing_else(reason: str) -> None:
    row = ERRORS[reason]
    assert (row.http_status in PASSING) == (row.kind == "unavailable")


@pytest.mark.parametrize(("code", "status"), [*STATUSES.items(), *((code, close - 4000) for close, code in CLOSES)])
def test_the_client_and_the_table_give_a_code_one_status(code: str, status: int) -> None:
    assert ERRORS[code.upper()].http_status == status


def test_an_unknown_reason_becomes_a_defect_and_not_an_answer() -> None:
    assert error_of("SOMETHING_NEW").reason == "INTERNAL"


def test_every_reason_in_the_code_has_a_row() -> None:
    paths = [path for package in PRODUCT for path in (ROOT / package).rglob("*.py")]
    found = {reason for path in paths for reason in _reasons(path)}
    assert {"NO_ROUTE", "CIRCUIT_OPEN", "OVERLOADED", "EXCLUDED"} <= found, "the scan found too little"
    assert found <= set(ERRORS)


# What takes a reason: errors, refusals of venues and pools, the end of a watch.
TAKERS = {"Rejected", "Unavailable", "SwapRefusal", "RefusedVenue", "end_watch", "_failed", "_without"}


def _reasons(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TAKERS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]{3,}", str(argument.value)):
                    yield str(argument.value)
