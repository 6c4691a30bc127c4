"""The built package, a stack that asks for keys, and Chromium."""

from pathlib import Path

import pytest

from tests.browser.conftest import browser, open_page
from tests.e2e.conftest import pytest_runtest_makereport, stack_folder
from tests.generated.conftest import key, stack
from tests.typescript import package

__all__ = ["browser", "key", "open_page", "pytest_runtest_makereport", "stack", "stack_folder"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, built."""
    folder = package.copied(tmp_path_factory.mktemp("typescript"))
    package.compile_project(folder, "tsconfig.json")
    return folder
