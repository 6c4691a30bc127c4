import stat
from pathlib import Path

import pytest

from deploy.local.refusal import Refusal
from deploy.local.servers.account import Account, open_the_way
from deploy.local.servers.wheels import wheel_program

STRANGER = Account(name="stranger", uid=54_321, gid=54_321)


@pytest.fixture
def closed(server_folder: Path) -> Path:
    """A program below a folder that only its owner may enter."""
    folder = server_folder / "closed"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def test_a_closed_parent_is_given_traversal_and_no_more_and_it_is_said_once(
    closed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_the_way(closed / "program", account=STRANGER)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(closed) in said
    assert "o+x" in said
    open_the_way(closed / "program", account=STRANGER)
    assert capsys.readouterr().err == ""


def test_without_root_nothing_is_changed(closed: Path) -> None:
    open_the_way(closed / "program", account=None)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_parent_that_cannot_be_opened_is_refused_by_name(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(Refusal, match=f"{closed} is closed to it"):
        open_the_way(closed / "program", account=STRANGER)


def test_a_missing_program_names_the_wheel_and_the_way_around_it() -> None:
    with pytest.raises(Refusal, match=r"initdb of the wheel no_such_wheel is missing.*DATABASE_URL"):
        wheel_program("no_such_wheel", "bin", "initdb", instead="DATABASE_URL")
