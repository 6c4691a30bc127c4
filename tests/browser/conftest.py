"""Chromium, a site on another port, and a running stack. Tests here are synchronous, as the browser's driver is."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium, sites
from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder

__all__ = ["pytest_runtest_makereport", "stack", "stack_folder"]

OpenPage = Callable[[str], Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file's tests."""
    with chromium.running() as running:
        yield running


@pytest.fixture(scope="module")
def site_port() -> Iterator[int]:
    """The port of the site with `trader.js`."""
    with sites.serving() as port:
        yield port


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages in a profile of the test's own: `open_page("http://localhost:8080")`."""
    with browser.new_context() as context:
        context.set_default_timeout(30_000)

        def open_one(address: str) -> Page:
            page = context.new_page()
            page.goto(address)
            return page

        yield open_one
