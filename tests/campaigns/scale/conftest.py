"""The same stacks that the end-to-end tests use."""

from tests.e2e.conftest import new_stack, pytest_runtest_makereport, start_stack

__all__ = ["new_stack", "pytest_runtest_makereport", "start_stack"]
