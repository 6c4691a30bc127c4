"""A machine without a browser is told so: the tests of pages never pass by not running."""

from pathlib import Path

import pytest

from tests.browser import chromium


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "_APPLICATIONS", ())
    monkeypatch.delenv("CHROMIUM", raising=False)


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_one_tests_fail_in_ci_and_say_elsewhere_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install chromium") as told:
        chromium.needed_program()
    assert type(told.value) is outcome


@pytest.mark.usefixtures("no_browser")
def test_the_one_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(AssertionError, match="CHROMIUM=no-such-browser is no program"):
        chromium.needed_program()
    mine = tmp_path / "mine"
    mine.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert chromium.needed_program() == str(mine)


@pytest.mark.usefixtures("no_browser")
def test_the_one_on_the_path_is_found(tmp_path: Path) -> None:
    (tmp_path / "chromium").touch(mode=0o755)
    assert chromium.needed_program() == str(tmp_path / "chromium")
