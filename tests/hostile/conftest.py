"""One stack for each file, scenarios allowed, and its ledger."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder
from tests.hostile.invariants import Ledger
from tests.stack import Stack

__all__ = ["pytest_runtest_makereport", "stack", "stack_folder"]


@pytest.fixture(scope="module")
def ledger(stack: Stack) -> Iterator[Ledger]:
    with psycopg.connect(stack.env()["DATABASE_URL"], autocommit=True) as connection:
        yield Ledger(stack, connection)


@pytest.fixture(scope="module")
def port(stack: Stack) -> int:
    return int(stack.url.rsplit(":", 1)[1])
