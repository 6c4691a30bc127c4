import resource
import sys

import pytest

from servicekit import open_files

INFINITE = resource.RLIM_INFINITY


class Machine:
    """The limits of a machine that is not here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, system: str, limits: tuple[int, int], kernel: int) -> None:
        self.limits = limits
        self._kernel = kernel
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr(resource, "getrlimit", lambda _: self.limits)
        monkeypatch.setattr(resource, "setrlimit", self._set)
        monkeypatch.setattr(open_files, "_sysctl", lambda _: kernel)

    def _set(self, _: int, limits: tuple[int, int]) -> None:
        if limits[0] > self._kernel:
            raise ValueError("current limit exceeds maximum limit")
        self.limits = limits


def test_macos_has_a_bound_beside_an_infinite_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, system="darwin", limits=(256, INFINITE), kernel=10_240)
    assert open_files.open_files_max() == 256
    open_files.allow_open_files(65_536)
    assert machine.limits == (10_240, INFINITE)
    assert open_files.open_files_max() == 10_240
    machine.limits = (INFINITE, INFINITE)
    assert open_files.open_files_max() == 10_240
    open_files.allow_open_files(65_536)
    assert machine.limits == (INFINITE, INFINITE)


def test_linux_goes_as_far_as_the_user_may_and_never_down(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, system="linux", limits=(1_024, 4_096), kernel=10**6)
    open_files.allow_open_files(65_536)
    assert machine.limits == (4_096, 4_096)
    open_files.allow_open_files(100)
    assert machine.limits == (4_096, 4_096)
    machine.limits = (INFINITE, INFINITE)
    assert open_files.open_files_max() is None


def test_a_system_that_allows_fewer_than_it_says_leaves_what_was_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, system="linux", limits=(1_024, INFINITE), kernel=2_048)
    open_files.allow_open_files(65_536)
    assert machine.limits == (1_024, INFINITE)


def test_the_real_limits_are_read_here() -> None:
    found = open_files.open_files_max()
    assert found is None or found > 100
