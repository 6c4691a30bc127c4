"""Say whether this interpreter can run the stack here: its identity, or the reason why not in one sentence.

Run as a script by the CPython 3.11 or newer in question, before anything is installed: the standard library alone. The
promise follows from the wheels of the locks (`tests/deploy/test_locks.py`).
"""

import os
import platform
import struct
import sys
import sysconfig
from typing import Final

_MACHINES: Final = {"x86_64", "amd64", "aarch64", "arm64"}
_GLIBC: Final = (2, 28)
# macOS 11 calls itself 10.16 to programs that were built before it.
_MACOS: Final = (10, 16)
_CONTAINER: Final = "run it in a container of a system with glibc, such as the image python:3.13"


def reason_against() -> str | None:
    """Return why this interpreter cannot run the stack on this machine, or None when it can."""
    return _platform_reason() or _build_reason()


def identity() -> str:
    """Return the identity of an interpreter; a virtual environment has that of its maker."""
    return f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {os.path.realpath(sys.base_prefix)}"


def _platform_reason() -> str | None:
    if sys.platform in ("win32", "cygwin", "msys"):
        return "Windows itself is not supported: run the same commands in WSL (wsl --install)"
    if sys.platform not in ("linux", "darwin"):
        return f"{platform.system()} is not supported: run it in a container or virtual machine of Linux"
    if platform.machine().lower() not in _MACHINES:
        return f"no wheels exist for {platform.machine()}: it takes an x86-64 or ARM64 processor"
    return _macos_reason() if sys.platform == "darwin" else _linux_reason()


def _linux_reason() -> str | None:
    name, version = _libc()
    if name != "glibc":
        return f"Alpine and other systems without glibc are not supported: {_CONTAINER}"
    if _numbers(version) < _GLIBC:
        return f"glibc {version} is too old, it takes 2.28 or newer: {_CONTAINER}"
    return None


def _macos_reason() -> str | None:
    version = platform.mac_ver()[0]
    return f"macOS {version} is too old: it takes macOS 11 or newer" if _numbers(version) < _MACOS else None


def _build_reason() -> str | None:
    if sys.implementation.name != "cpython":
        return f"{platform.python_implementation()} is not supported: it takes CPython 3.11 to 3.14"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "free-threaded builds of Python are not supported: it takes the usual CPython 3.11 to 3.14"
    if struct.calcsize("P") < 8:
        return "a Python of 32 bits is not supported: it takes CPython 3.11 to 3.14 of 64 bits"
    return None


def _libc() -> tuple[str, str]:
    """Return the C library's name and version; musl answers with neither."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError):
        return "", ""
    return name, version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def main() -> int:
    """Print the identity; or, with exit code 1, the reason against."""
    reason = reason_against()
    print(reason or identity())  # noqa: T201 - the answer to the script that asks
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
