"""No code of a field reaches a client unexplained."""

import ast
from pathlib import Path

import pytest

from servicekit.errors import FieldViolation
from servicekit.field_codes import FIELD_CODES

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGES = ("gateway", "executor_service", "router_service", "market_service", "servicekit")


def _texts() -> set[str]:
    found = set()
    for package in PACKAGES:
        for path in (REPOSITORY / package).rglob("*.py"):
            if path.name != "field_codes.py":
                tree = ast.parse(path.read_text("utf-8"))
                found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in found if isinstance(text, str)}


def test_every_code_says_what_is_wrong_and_what_to_do() -> None:
    for code, row in FIELD_CODES.items():
        assert row.title, code
        assert not row.title.endswith("."), code
        assert row.advice.endswith("."), code


def test_every_code_of_the_table_is_used() -> None:
    assert FIELD_CODES.keys() - _texts() == set()


def test_no_other_code_can_be_given() -> None:
    with pytest.raises(AssertionError, match="nonsense"):
        FieldViolation("/amountIn", "amountIn is odd.", "nonsense")


def test_what_a_newer_release_says_is_told_in_a_word_that_clients_know() -> None:
    assert FieldViolation.heard("amount_in", "is odd", "of_tomorrow").code == "invalid_value"
    assert FieldViolation.heard("amount_in", "is odd", "").code == "invalid_value"
    assert FieldViolation.heard("amount_in", "is odd", "too_large").code == "too_large"
