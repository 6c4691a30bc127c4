"""A running stack for end-to-end tests, and a way to start further ones."""

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack

STACKS = pytest.StashKey[list[Stack]]()


@pytest.fixture(scope="module")
def stack_folder() -> Iterator[Path]:
    # Short and walkable: the embedded servers may run as another user than the tests.
    folder = Path(tempfile.mkdtemp(prefix="tradewind-e2e-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest, stack_folder: Path) -> Iterator[Stack]:
    """One stack for all tests of a file, scenarios allowed: an idle one takes its share of the processor too.

    The market's profile is `instant`; another one by `@pytest.mark.parametrize("stack", ["s1"], indirect=True)`.
    """
    profile = getattr(request, "param", "instant")
    running = Stack(stack_folder / f"stack-{profile}", MARKET_PROFILE=profile, SCENARIOS="on").seed().start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def new_stack(request: pytest.FixtureRequest) -> Iterator[Callable[..., Stack]]:
    """Makes stacks that are not started yet, each in a new folder unless `data_dir` says otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="tradewind-e2e-"))
    folder.chmod(0o711)
    made = request.node.stash.setdefault(STACKS, [])

    def make(*, data_dir: Path | None = None, **env: str) -> Stack:
        stack = Stack(data_dir or folder / f"stack-{len(made)}", **env)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        if stack.process is not None and stack.process.poll() is None:
            assert stack.stop() == 0
    shutil.rmtree(folder)


@pytest.fixture
def start_stack(new_stack: Callable[..., Stack]) -> Callable[..., Stack]:
    """Starts a stack of the test's own: `start_stack(MOCK_FAIL_RATE="0.8")`; it is stopped at the test's end.

    With `seeded=False` it makes its database as a user's does.
    """

    def start(*, seeded: bool = True, **options: Any) -> Stack:
        stack = new_stack(**options)
        return (stack.seed() if seeded and "DATABASE_URL" not in options else stack).start()

    return start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the end of every log into the report of a failed test."""
    report = yield
    if report.failed:
        shared = getattr(item, "funcargs", {}).get("stack")
        stacks = [*item.stash.get(STACKS, []), *([shared] if isinstance(shared, Stack) else [])]
        for stack in stacks:
            report.sections.append((f"stack {stack.data_dir.name}", f"{stack.errors}\n{stack.logs()}"))
    return report
