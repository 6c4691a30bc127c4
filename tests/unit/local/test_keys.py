from pathlib import Path
from typing import Any

import pytest

from deploy.local.keys import make_key
from deploy.local.refusal import Refusal


@pytest.fixture
def stack_folder(tmp_path: Path) -> Path:
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://u:p#w$x@127.0.0.1:1/t\nKEY_PEPPER=pepper\n")
    return tmp_path


def test_the_executors_command_is_run_on_what_the_stack_wrote_down(
    stack_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[list[str], dict[str, str]]] = []

    class Done:
        returncode = 7

    def run(command: list[str], *, env: dict[str, str], **_: Any) -> Done:
        ran.append((command, env))
        return Done()

    monkeypatch.setattr("deploy.local.keys.subprocess.run", run)
    asked = {"ACCOUNT": "alice", "SCOPES": "trade,read", "EXPIRES_IN": "30d", "DATABASE_URL": "another", "PATH": "/bin"}
    assert make_key(stack_folder, asked) == 7
    [(command, env)] = ran
    assert command[1:] == [
        *("-m", "executor_service", "keys", "create", "--account=alice"),
        *("--scopes=trade,read", "--expires-in=30d"),
    ]
    assert env["DATABASE_URL"] == "postgresql://u:p#w$x@127.0.0.1:1/t"
    assert (env["KEY_PEPPER"], env["PATH"]) == ("pepper", "/bin")


def test_a_key_has_an_account(stack_folder: Path) -> None:
    with pytest.raises(Refusal, match="make key ACCOUNT=alice"):
        make_key(stack_folder, {"SCOPES": "trade"})


def test_without_a_stack_there_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="start one with `make run`"):
        make_key(tmp_path, {"ACCOUNT": "alice"})
