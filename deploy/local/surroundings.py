"""The environment of the stack's processes: made for them, so that the caller's changes nothing they do.

An allow list. What is not on it (proxies, PYTHONPATH, MALLOC_*, LD_PRELOAD, GRPC_*, another program's settings) does
not reach a process of ours.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import Final

from executor_service.settings import ExecutorSettings
from gateway.settings import GatewaySettings
from market_service.settings import MarketSettings
from router_service.settings import RouterSettings

# Every setting that a service reads.
_SETTINGS: Final = frozenset(
    name.upper()
    for settings in (ExecutorSettings, GatewaySettings, MarketSettings, RouterSettings)
    for name in settings.model_fields
)
# Who runs it and where it may write; what the interpreter itself may need to start.
_MACHINE: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}
)
# Whom TLS trusts: a Redis (rediss://), a Postgres (sslrootcert=system) or a collector of the user's own.
_TRUST: Final = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR"})
# How Python reports, never what it does. Coverage measures processes that tests start.
_PYTHON: Final = frozenset(
    {
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"),
        *("PYTHONTRACEMALLOC", "PYTHONASYNCIODEBUG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"),
    }
)
# What gRPC writes into its log, for whoever looks for a fault.
_GRPC: Final = frozenset({"GRPC_VERBOSITY", "GRPC_TRACE"})
# How spans leave the machine. Only the export of spans makes HTTP requests, so only it may need a proxy.
_EXPORT: Final = frozenset({"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
# libpq's variables that change how values are written, not where the server is.
_PG_VALUES: Final = frozenset({"PGOPTIONS", "PGDATESTYLE", "PGTZ", "PGGEQO", "PGCLIENTENCODING", "PGAPPNAME"})
_FIXED: Final[Mapping[str, str]] = {
    # macOS has no C.UTF-8; Python is told by itself what it would conclude from it.
    "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "C",
    "LANG": "C.UTF-8" if sys.platform == "linux" else "C",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
_UMASK: Final = 0o022


def made_environ(environ: Mapping[str, str], *, own_postgres: bool) -> dict[str, str]:
    """Return the environment for a process of the stack, out of the caller's.

    With `own_postgres`, a server that the user named, libpq's variables about reaching it (PGPASSWORD, PGSSLMODE ...)
    pass; the embedded one needs none.
    """
    kept = {*_MACHINE, *_TRUST, *_PYTHON, *_GRPC, *_SETTINGS}
    made = {name: value for name, value in environ.items() if name in kept or name.startswith("OTEL_")}
    if own_postgres:
        made |= {n: value for n, value in environ.items() if n.startswith("PG") and n not in _PG_VALUES}
    if any(name.startswith("OTEL_EXPORTER_OTLP") for name in made):
        made |= {name: value for name, value in environ.items() if name.upper() in _EXPORT}
        made |= _loopback_without_proxy(environ)
    return {**made, **_FIXED}


def _loopback_without_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    given = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    hosts = ",".join([*filter(None, given.split(",")), *_LOOPBACK])
    return {"no_proxy": hosts, "NO_PROXY": hosts}


def calm_own_process(environ: MutableMapping[str, str], *, own_postgres: bool) -> None:
    """Rid this very process, which asks the servers whether they answer, of what would change the questions."""
    for name in [name for name in environ if name.startswith("PG")]:
        if not own_postgres or name in _PG_VALUES:
            del environ[name]
    # Services of another account walk through our folders, whatever the caller's mask; secrets have modes of their own.
    os.umask(_UMASK)


def open_standard_streams() -> None:
    """Open what the caller closed of standard input, output and error: the next file would take its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one.
            os.open(os.devnull, os.O_RDWR)
