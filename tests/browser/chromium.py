"""The browser that drives real pages: the machine's own Chromium or Chrome. Nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_APPLICATIONS: Final = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
MISSING: Final = (
    "These tests drive real pages and found no Chromium: install it (Debian, Ubuntu: apt-get install chromium; macOS: "
    "brew install --cask chromium), or name the program of Chromium or Chrome in the variable CHROMIUM."
)
# Names of other sites lead to this machine, every further one nowhere: a page under test reaches nothing outside.
_RESOLVER: Final = "MAP *.example 127.0.0.1,EXCLUDE localhost,EXCLUDE 127.0.0.1,EXCLUDE [::1],MAP * ~NOTFOUND"


def program() -> str | None:
    """Return the browser's path. Raises AssertionError for a CHROMIUM that is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        assert found, f"CHROMIUM={named} is no program: name the program of Chromium or Chrome, or leave it out."
        return found
    installed = (str(path) for path in _APPLICATIONS if path.is_file())
    return next((found for name in _NAMES if (found := shutil.which(name))), None) or next(installed, None)


def needed_program() -> str:
    """Return the browser's path. Without one the test is skipped on a developer's machine and fails under CI."""
    found = program()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)
    return found


@contextmanager
def running() -> Iterator[Browser]:
    """Yield a browser without a window. Its event loop runs in this thread: end it before asynchronous tests begin."""
    arguments = ["--no-proxy-server", f"--host-resolver-rules={_RESOLVER}"]
    path = needed_program()
    with sync_playwright() as playwright:
        # Chromium's sandbox refuses to run as root.
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0, args=arguments)
        yield browser
        browser.close()
