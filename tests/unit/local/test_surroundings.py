"""The environment that processes of the stack are given, and the streams of a caller who closed his."""

import os
import subprocess
import sys

import pytest

from deploy.local.settings import REPOSITORY
from deploy.local.surroundings import calm_own_process, made_environ


def test_what_is_not_ours_does_not_pass_and_our_settings_do() -> None:
    ours = {
        "LOG_LEVEL": "DEBUG",
        "ROUTER_SEED": "7",
        "RISK_ORDER_USD_MAX": "5",
        "BROKER_URL": "redis://x",
        "PATH": "/b",
    }
    theirs = {"http_proxy": "x", "PYTHONPATH": "x", "LD_PRELOAD": "x", "GRPC_PROXY_EXP": "x", "MALLOC_CHECK_": "3"}
    made = made_environ({**ours, **theirs, "LANG": "de_DE", "LC_TIME": "de_DE", "TZ": "Asia/Tokyo"}, own_postgres=False)
    assert ours.items() <= made.items()
    assert made.keys() - ours.keys() == {"LC_ALL", "LANG", "PYTHONUTF8", "TZ"}
    assert made["TZ"] == "UTC"


def test_libpqs_variables_reach_a_server_of_the_users_own_alone_and_never_change_values() -> None:
    given = {
        "PGPASSWORD": "p",
        "PGSSLROOTCERT": "/ca",
        "PGDATESTYLE": "German",
        "PGOPTIONS": "-c x=1",
        "PGTZ": "Asia/Tokyo",
    }
    reach = {"PGPASSWORD", "PGSSLROOTCERT"}
    assert given.keys() & made_environ(given, own_postgres=True).keys() == reach
    assert given.keys() & made_environ(given, own_postgres=False).keys() == set()
    for own_postgres, stays in ((True, reach), (False, set())):
        environ = dict(given)
        before = os.umask(0o022)
        try:
            calm_own_process(environ, own_postgres=own_postgres)
        finally:
            os.umask(before)
        assert environ.keys() == stays


def test_a_proxy_reaches_what_sends_spans_and_never_stands_before_loopback() -> None:
    given = {"HTTPS_PROXY": "http://proxy:1", "https_proxy": "http://proxy:1", "NO_PROXY": "corp.example"}
    assert given.keys() & made_environ(given, own_postgres=False).keys() == set()
    exporting = {**given, "OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example"}
    made = made_environ(exporting, own_postgres=False)
    assert (made["HTTPS_PROXY"], made["https_proxy"]) == ("http://proxy:1", "http://proxy:1")
    assert made["no_proxy"] == made["NO_PROXY"] == "corp.example,127.0.0.1,localhost,::1"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_the_first_file_does_not_take_the_place_of_a_closed_stream(closed: str) -> None:
    program = (
        "from deploy.local.surroundings import open_standard_streams as o; import os, sys; o(); "
        "sys.exit(0 if os.open('Makefile', os.O_RDONLY) > 2 else 1)"
    )
    shell = f"exec '{sys.executable}' -c \"{program}\" {closed}"
    assert subprocess.run(["sh", "-c", shell], cwd=REPOSITORY, check=False, timeout=30).returncode == 0
