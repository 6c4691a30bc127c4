"""Which interpreters and platforms are taken, and what the others are told: with the platform faked."""

import os
import platform
import re
import struct
import sys
import sysconfig

import pytest

from deploy.setup import interpreter


def _on(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str = "glibc 2.28", macos: str = "") -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "mac_ver", lambda: (macos, ("", "", ""), machine))
    monkeypatch.setattr(os, "confstr", lambda _: libc or None)


@pytest.mark.parametrize(
    ("system", "machine", "libc", "macos"),
    [
        ("linux", "x86_64", "glibc 2.28", ""),
        ("linux", "aarch64", "glibc 2.41", ""),
        ("darwin", "arm64", "", "11.0"),
        ("darwin", "x86_64", "", "10.16"),
        ("darwin", "arm64", "", "26.1"),
    ],
)
def test_every_platform_of_the_promise_is_taken(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, macos: str
) -> None:
    _on(monkeypatch, system, machine, libc, macos)
    assert interpreter.reason_against() is None


@pytest.mark.parametrize(
    ("system", "machine", "libc", "macos", "sentence"),
    [
        ("linux", "x86_64", "", "", r"Alpine and other systems without glibc .* container .* image python:3\.13"),
        (
            "linux",
            "x86_64",
            "glibc 2.17",
            "",
            r"glibc 2\.17 is too old, it takes 2\.28 or newer: run it in a container",
        ),
        ("linux", "armv7l", "glibc 2.36", "", r"no wheels exist for armv7l: it takes an x86-64 or ARM64 processor"),
        ("darwin", "x86_64", "", "10.15.7", r"macOS 10\.15\.7 is too old: it takes macOS 11 or newer"),
        ("win32", "AMD64", "", "", r"Windows itself is not supported: run the same commands in WSL"),
        ("cygwin", "x86_64", "", "", r"Windows itself is not supported: run the same commands in WSL"),
        ("freebsd14", "amd64", "", "", r"is not supported: run it in a container or virtual machine of Linux"),
    ],
)
def test_other_platforms_are_refused_with_the_way_round(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, macos: str, sentence: str
) -> None:
    _on(monkeypatch, system, machine, libc, macos)
    reason = interpreter.reason_against()
    assert reason is not None
    assert re.search(sentence, reason)
    assert "\n" not in reason


def test_builds_without_wheels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, "linux", "x86_64")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: 1 if name == "Py_GIL_DISABLED" else None)
    assert "free-threaded builds" in str(interpreter.reason_against())
    monkeypatch.undo()
    _on(monkeypatch, "linux", "x86_64")
    monkeypatch.setattr(struct, "calcsize", lambda _: 4)
    assert "32 bits" in str(interpreter.reason_against())
