"""One stack for the whole folder with scenarios allowed, one without, and their ledgers."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder
from tests.hostile.invariants import Ledger
from tests.stack import Stack

__all__ = ["pytest_runtest_makereport", "stack", "stack_folder"]


@pytest.fixture(scope="session")
def ledger(stack: Stack) -> Iterator[Ledger]:
    with psycopg.connect(stack.env()["DATABASE_URL"], autocommit=True) as connection:
        yield Ledger(stack, connection)


@pytest.fixture(scope="session")
def port(stack: Stack) -> int:
    return port_of(stack)


@pytest.fixture(scope="module")
def plain_ledger(stack_folder: Path) -> Iterator[Ledger]:
    """The ledger of a stack that runs without SCENARIOS=on."""
    plain = Stack(stack_folder / "plain", SCENARIOS="off").start()
    with psycopg.connect(plain.env()["DATABASE_URL"], autocommit=True) as connection:
        yield Ledger(plain, connection)
    assert plain.stop() == 0


def port_of(running: Stack) -> int:
    return int(running.url.rsplit(":", 1)[1])
