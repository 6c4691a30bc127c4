"""What a lock of the requirements offers to each platform that is promised: told from file names alone."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

# The promise, as README.md and deploy/setup/interpreter.py say it.
VERSIONS: Final = ((3, 11), (3, 12), (3, 13), (3, 14))
GLIBC_MINOR: Final = 28
MACOS: Final = (11, 0)
_LEGACY: Final = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_COMPILE_SECONDS: Final = 120


@dataclass(frozen=True)
class Cell:
    """One version of CPython on one platform."""

    version: tuple[int, int]
    system: str
    machine: str

    def __str__(self) -> str:
        system = f"glibc 2.{GLIBC_MINOR}" if self.system == "Linux" else f"macOS {MACOS[0]}"
        return f"CPython {self._dotted} on {system} {self.machine}"

    @property
    def _dotted(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def environment(self) -> dict[str, str]:
        """What markers are asked about."""
        return {
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self._dotted,
            # The first release: what a marker asks of a later one, pip asks of it too.
            "python_full_version": f"{self._dotted}.0",
            "implementation_version": f"{self._dotted}.0",
            "os_name": "posix",
            "platform_system": self.system,
            "platform_machine": self.machine,
            "sys_platform": "linux" if self.system == "Linux" else "darwin",
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Every tag that pip accepts there."""
        platforms = list(self._platforms())
        interpreter = f"cp{self.version[0]}{self.version[1]}"
        return frozenset(
            (*cpython_tags(self.version, platforms=platforms), *compatible_tags(self.version, interpreter, platforms))
        )

    def _platforms(self) -> Iterator[str]:
        if self.system == "Darwin":
            yield from mac_platforms(MACOS, self.machine)
            return
        for minor in range(GLIBC_MINOR, 4, -1):
            yield f"manylinux_2_{minor}_{self.machine}"
            if minor in _LEGACY:
                yield f"{_LEGACY[minor]}_{self.machine}"
        yield f"linux_{self.machine}"


CELLS: Final = tuple(
    Cell(version, system, machine)
    for version in VERSIONS
    for system, machine in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Darwin", "x86_64"))
)


@dataclass(frozen=True)
class Locked:
    """One line of a lock: a version, where it is wanted, and the hashes that pip will accept."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        """The project, as indexes write it."""
        return canonicalize_name(self.requirement.name)

    def wanted_on(self, cell: Cell) -> bool:
        """Return whether pip installs it there."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(cell.environment)


def locked_lines(lock: Path) -> list[Locked]:
    """Read a lock: `name==version [; marker]`, each followed by its hashes."""
    logical = lock.read_text().replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line.strip() and not line.lstrip().startswith(("#", "-c"))]
    return [_locked(line) for line in lines]


def _locked(line: str) -> Locked:
    requirement = re.split(r"\s--hash=", line)[0].strip()
    return Locked(Requirement(requirement), frozenset(re.findall(r"--hash=sha256:(\w+)", line)))


def published_files(lock: Path, folder: Path) -> list[Mapping[str, Any]]:
    """Return what the index holds of each locked version, as packages of a `pylock.toml` written into `folder`."""
    target = folder / "pylock.toml"
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--no-deps", "--no-header"),
        *("--python-version", ".".join(map(str, VERSIONS[0])), "--format", "pylock.toml"),
        *("--output-file", str(target), str(lock)),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_COMPILE_SECONDS)
    assert done.returncode == 0, done.stderr
    packages: list[Mapping[str, Any]] = tomllib.loads(target.read_text())["packages"]
    return packages


def missing_cells(lines: list[Locked], packages: list[Mapping[str, Any]], cells: tuple[Cell, ...] = CELLS) -> list[str]:
    """Return one sentence for each locked version that pip could not install in a cell from a wheel, by hash."""
    published = {(package["name"], package["version"]): package for package in packages}
    return [
        f"{line.requirement.name} {_version(line)} has no wheel for {cell}"
        for line in lines
        for cell in cells
        if line.wanted_on(cell) and not _has_wheel(line, published.get((line.name, _version(line)), {}), cell)
    ]


def _version(line: Locked) -> str:
    [pin] = line.requirement.specifier
    return pin.version


def _has_wheel(line: Locked, package: Mapping[str, Any], cell: Cell) -> bool:
    needs = SpecifierSet(package.get("requires-python", ""))
    if not needs.contains(cell.environment["python_full_version"]):
        return False
    marker = package.get("marker")
    assert marker is None or Marker(marker).evaluate(cell.environment), f"{line.name}: markers disagree"
    return any(
        wheel["hashes"]["sha256"] in line.hashes and parse_wheel_filename(_file_name(wheel))[3] & cell.tags
        for wheel in package.get("wheels", [])
    )


def _file_name(wheel: Mapping[str, Any]) -> str:
    return str(wheel.get("name") or wheel["url"].rsplit("/", 1)[-1])
