"""A running stack, as for end-to-end tests."""

from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder

__all__ = ["pytest_runtest_makereport", "stack", "stack_folder"]
