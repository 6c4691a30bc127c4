"""The number of files, and so of sockets, that this process may open: the user's limit, and on macOS the system's."""

import ctypes
import resource
import sys
from contextlib import suppress

_KERNEL_MAXIMUM = b"kern.maxfilesperproc"


def open_files_max() -> int | None:
    """Return how many files this process may have open; None when nothing bounds them.

    On macOS a limit of the user may be infinite or above `kern.maxfilesperproc`, which holds all the same.
    """
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    bounds = [soft] if soft != resource.RLIM_INFINITY else []
    kernel = _kernel_maximum()
    return min([*bounds, kernel] if kernel else bounds, default=None)


def allow_open_files(wanted: int) -> None:
    """Raise the limit to `wanted`, or as far as this user and system allow; never lower it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    bounds = [wanted, *([hard] if hard != resource.RLIM_INFINITY else [])]
    kernel = _kernel_maximum()
    target = min([*bounds, kernel] if kernel else bounds)
    if soft == resource.RLIM_INFINITY or soft >= target:
        return
    with suppress(ValueError, OSError):  # the system allows fewer than it says: what was allowed before must do
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))


def _kernel_maximum() -> int | None:
    """Return macOS' bound on one process, None elsewhere: Linux holds the limit of the user below its own."""
    return _sysctl(_KERNEL_MAXIMUM) if sys.platform == "darwin" else None


def _sysctl(name: bytes) -> int | None:
    value = ctypes.c_int(0)
    size = ctypes.c_size_t(ctypes.sizeof(value))
    failed = ctypes.CDLL(None).sysctlbyname(name, ctypes.byref(value), ctypes.byref(size), None, ctypes.c_size_t(0))
    return None if failed or value.value <= 0 else value.value
