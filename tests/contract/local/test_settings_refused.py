"""Bad settings, said by real processes: all of them at once, in one form, and nothing is started."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.folder import STACK_MARK
from deploy.local.ports import free_port
from tests.own_commands import FORM, python, run

WRONG = {
    "PORT": "30oo",
    "WORKERS": "many",
    "MARKET_PROFILE": "s6",
    "MOCK_FAIL_RATE": "often",
    "KEY_PEPPER": "s3cret",
    "DATABASE_URL": "postgresql://u:s3cret@127.0.0.1/x?sslmode=bogus",
    "REDIS_URL": "redis://:s3cret@h/x",
    "LOG_LEVEL": "loud",
    "AUTH": "perhaps",
    "START_WORKER": "maybe",
    "METRICS_PORT": "x",
    "OTEL_TRACES_SAMPLER": "foo",
    "ROUTER_LEGS_MAX": "99",
}
GOOD = {"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/x", "REDIS_URL": "redis://:s3cret@127.0.0.1:1/0"}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tradewind-refused-") as name:
        yield Path(name).resolve() / "data"


def processes_of(data_dir: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(STACK_MARK) == str(data_dir):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def names_in(said: str) -> list[str]:
    return [line.removeprefix("tradewind: ").partition("=")[0].partition(":")[0] for line in said.splitlines()]


@pytest.mark.parametrize("command", ["run", "migrate", "reset", "key"])
def test_a_start_says_every_bad_setting_at_once_and_starts_nothing(data_dir: Path, command: str) -> None:
    done = python("deploy.local", command, TRADEWIND_DATA_DIR=str(data_dir), **WRONG)
    assert done.returncode == 2
    assert done.stdout == ""
    assert sorted(names_in(done.stderr)) == sorted(WRONG)
    assert all(FORM.fullmatch(line) for line in done.stderr.splitlines()), done.stderr
    assert "s3cret" not in done.stderr
    assert not data_dir.exists(), "not even the data folder is made"
    assert processes_of(data_dir) == []


def test_make_run_says_the_same(data_dir: Path) -> None:
    """As a user starts it, by make, whose own lines follow ours."""
    wrong = {name: WRONG[name] for name in ("PORT", "WORKERS", "LOG_LEVEL", "METRICS_PORT")}
    done = run("make", "--no-print-directory", "run", TRADEWIND_DATA_DIR=str(data_dir), **wrong)
    said = "\n".join(line for line in done.stderr.splitlines() if line.startswith("tradewind: "))
    assert done.returncode
    assert sorted(names_in(said)) == sorted(wrong)
    assert not data_dir.exists()


def test_servers_and_ports_that_cannot_be_had_are_said_together(data_dir: Path) -> None:
    """Only what starts can know them; still nothing is started."""
    done = python(
        "deploy.local",
        "run",
        TRADEWIND_DATA_DIR=str(data_dir),
        HOST="192.0.2.1",
        AUTH="off",
        BROKER_URL="redis://:s3cret@127.0.0.1:1/1",
        **GOOD,
    )
    assert done.returncode == 2
    assert names_in(done.stderr) == ["HOST", "DATABASE_URL", "REDIS_URL", "BROKER_URL"]
    assert all(FORM.fullmatch(line) for line in done.stderr.splitlines()), done.stderr
    assert "s3cret" not in done.stderr
    assert not (data_dir / "postgres").exists()
    assert not (data_dir / "redis").exists()
    assert processes_of(data_dir) == []


SERVICES = {
    ("gateway",): {"PORT": "x", "HOST": " 127.0.0.1", "EXECUTOR_ADDRESS": "foo", "REDIS_URL": "foo"},
    ("router_service",): {"ROUTER_PORT": "x", "GRPC_HOST": "a b", "METRICS_PORT": "x"},
    ("market_service",): {"MARKET_PROFILE": "fast", "MARKET_FILE": "/no/such/file", "DATABASE_URL": "postgresql://"},
    ("market_service", "migrate"): {"DATABASE_URL": "postgresql://h/x?foo=1"},
    ("market_service", "check"): {"DATABASE_URL": "postgresql://h:99999/x"},
    ("executor_service", "server"): {"REDIS_URL": "redis://h/x", "KEY_PEPPER": "s3cret", "OTEL_SDK_DISABLED": "maybe"},
    ("executor_service", "worker"): {"BROKER_URL": "amqp://h", "METRICS_PORT": "1" * 5_000},
    ("executor_service", "migrate"): {"DATABASE_URL": "postgresql://h/x "},
    ("deploy.container.postgres",): {"DATABASE_URL": "postgresql://h/x?foo=1"},
    ("deploy.container.schema",): {"DATABASE_URL": "foo"},
    ("executor_service", "keys", "list"): {"DATABASE_URL": "foo", "RISK_SLIPPAGE_BPS_MAX": "x"},
    ("executor_service", "accounts", "show", "a"): {"KEY_PEPPER": "s3cret", "RISK_ORDER_USD_MAX": "x"},
}


@pytest.mark.parametrize(("command", "wrong"), SERVICES.items(), ids=" ".join)
def test_a_service_started_by_hand_says_it_in_the_same_form(command: tuple[str, ...], wrong: dict[str, str]) -> None:
    done = python(*command, **{**GOOD, "LOG_LEVEL": "loud", **wrong})
    assert done.returncode == 2
    assert sorted(names_in(done.stderr)) == sorted({"LOG_LEVEL", *wrong})
    assert all(FORM.fullmatch(line) for line in done.stderr.splitlines()), done.stderr
    assert "s3cret" not in done.stderr
    assert max(map(len, done.stderr.splitlines())) < 400


def test_what_is_ignored_is_said_by_a_stack_and_by_a_command(data_dir: Path) -> None:
    url = f"postgresql://u:s3cret@127.0.0.1:{free_port()}/x?supa=base&connection_limit=5"
    by_hand = python("executor_service", "migrate", DATABASE_URL=url)
    stack = python("deploy.local", "migrate", DATABASE_URL=url, TRADEWIND_DATA_DIR=str(data_dir), DB_PASSWORD="s3cret")
    for done in (by_hand, stack):
        for option in ("supa=base", "connection_limit=5"):
            assert f"/x?***: the option {option} is ignored: " in done.stderr
        assert "s3cret" not in done.stderr
    assert "tradewind: DB_PASSWORD: not a setting, and does nothing; did you mean DB_PASS?" in stack.stderr


@pytest.mark.parametrize(
    "command", [("executor_service", "migrate"), ("market_service", "migrate"), ("market_service", "check")]
)
def test_a_database_out_of_reach_is_told_by_a_command_with_host_port_and_reason(command: tuple[str, ...]) -> None:
    port = free_port()
    done = python(*command, DATABASE_URL=f"postgresql://u:s3cret@127.0.0.1:{port}/x")
    assert done.returncode == 1
    assert FORM.fullmatch(done.stderr.strip()), done.stderr
    assert f"DATABASE_URL=postgresql://***@127.0.0.1:{port}/x: " in done.stderr
    assert "Connection refused" in done.stderr
    assert "s3cret" not in done.stderr
