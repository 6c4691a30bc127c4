"""The order of `make up` and the load of `make up-smoke`, sent to a real stack while a worker is killed."""

import pytest

from deploy.up import __main__ as command
from deploy.up import smoke
from tests.stack import Stack


def test_one_order_goes_through_and_its_life_is_told(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "URL", stack.url)

    command.send_one_order()

    lines = capsys.readouterr().out.splitlines()
    told = [line.split()[-1] for line in lines if line.startswith("  ")]
    assert told[0] == "pending"
    assert told[-1] == "confirmed"
    assert lines[-1] == f"ready {stack.url}"


def test_a_load_survives_a_killed_worker(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "_SETTLE_S", 1.0)

    problems = smoke._under_load(stack.url, lambda: _kill_worker(stack))

    assert problems == []


def _kill_worker(stack: Stack) -> None:
    stack.kill_process("worker-1")
