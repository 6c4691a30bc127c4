import socket
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from deploy.local.ports import free_port, is_free
from deploy.local.refusal import Refusal
from deploy.local.reservations import Reservations
from deploy.local.settings import merged_environ, read_settings
from deploy.local.stack import Addresses, environment, reserve_ports, service_specs
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.sentences import shown

ADDRESSES = Addresses(
    database_url="postgresql://t:p@127.0.0.1:1/t",
    redis_url="redis://:p@127.0.0.1:2/0",
    grpc_ports={"ROUTER_PORT": 11, "EXECUTOR_PORT": 12, "MARKET_PORT": 13},
)
PEPPER = "p" * 32
ENV_FILE = "a file of KEY=value lines in UTF-8"


def test_the_defaults_are_the_documented_ones() -> None:
    settings = read_settings({})
    assert settings.gateway_url == "http://127.0.0.1:3000"
    assert settings.data_dir.name == ".tradewind"
    assert (settings.workers, settings.max_in_flight, settings.profile) == (1, 5_000, "realistic")
    assert settings.database_url is settings.redis_url is None
    assert settings.grpc_ports == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "30oo"),
        ("PORT", "-1"),
        ("WORKERS", "many"),
        ("WORKERS", "65"),
        ("MAX_IN_FLIGHT", "0"),
        ("ROUTER_PORT", "x"),
        ("MARKET_PROFILE", "s6"),
        ("MOCK_FAIL_RATE", "1.1"),
        ("MOCK_FAIL_RATE", "nan"),
        ("MOCK_FAIL_RATE", "often"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Refusal, match=f"{name}={value}"):
        read_settings({name: value})


def test_two_names_for_one_port_are_refused() -> None:
    with pytest.raises(Refusal, match="PORT=4000 and ROUTER_PORT=4000: both are 4000; allowed: a port of its own"):
        read_settings({"PORT": "4000", "ROUTER_PORT": "4000"})


def test_the_process_environment_beats_the_file_and_empty_means_not_given(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=4001\nWORKERS=2\nMARKET_PROFILE='s5' # old\nexport AUTH=off\nREDIS_URL=\nHOST=$HOME\n")
    merged = merged_environ({"TRADEWIND_ENV_FILE": str(file), "PORT": "4002", "DATABASE_URL": ""})
    assert merged == {
        "TRADEWIND_ENV_FILE": str(file),
        "PORT": "4002",
        "WORKERS": "2",
        "MARKET_PROFILE": "s5",
        "AUTH": "off",
        "HOST": "$HOME",
    }


def test_an_empty_variable_of_the_process_does_not_hide_the_files(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("AUTH=on\nPORT=4001\n")
    merged = merged_environ({"TRADEWIND_ENV_FILE": str(file), "AUTH": "", "PORT": ""})
    assert (merged["AUTH"], merged["PORT"]) == ("on", "4001")


def test_the_mode_without_a_server_is_told_to_be_the_embedded_postgres() -> None:
    settings = read_settings({"DB_TYPE": "sqlite", "DB_NAME": ":memory:"})
    assert settings.database_url is None
    assert len(settings.notes) == 1
    assert "DB_TYPE=sqlite" in settings.notes[0]
    assert "embedded Postgres" in settings.notes[0]


def test_services_see_one_set_of_names() -> None:
    settings = read_settings({"DB_TYPE": "sqlite", "NODE_ENV": "production", "REDIS_HOST": "r", "MARKET_SEED": "7"})
    for spec in service_specs(settings, ADDRESSES, key_pepper=PEPPER):
        assert spec.env["DATABASE_URL"] == ADDRESSES.database_url
        assert spec.env["REDIS_URL"] == ADDRESSES.redis_url
        assert spec.env["ROUTER_ADDRESS"] == "127.0.0.1:11"
        assert spec.env["EXECUTOR_ADDRESS"] == "127.0.0.1:12"
        assert spec.env["MARKET_ADDRESS"] == "127.0.0.1:13"
        assert (spec.env["APP_ENV"], spec.env["MARKET_SEED"]) == ("production", "7")
        assert not {"DB_TYPE", "NODE_ENV", "REDIS_HOST"} & spec.env.keys()


def test_what_executes_is_niced_and_each_worker_has_its_name() -> None:
    specs = service_specs(read_settings({"WORKERS": "2"}), ADDRESSES, key_pepper=PEPPER)
    assert {spec.name: spec.niceness for spec in specs} == {
        "market": 0,
        "router": 2,
        "executor": 0,
        "worker-1": 5,
        "worker-2": 5,
        "gateway": 0,
    }
    assert [spec.env["WORKER_NAME"] for spec in specs if spec.name.startswith("worker")] == ["worker-1", "worker-2"]


def test_the_pepper_is_told_to_the_executor_alone() -> None:
    settings = read_settings({"KEY_PEPPER": PEPPER, "WORKERS": "2"})
    assert settings.key_pepper == PEPPER
    assert PEPPER not in repr(settings)
    assert PEPPER not in environment(settings, ADDRESSES).values()
    specs = service_specs(settings, ADDRESSES, key_pepper=PEPPER)
    assert [spec.name for spec in specs if PEPPER in spec.env.values()] == ["executor"]


def test_a_pepper_that_is_too_short_is_refused_and_not_repeated() -> None:
    with pytest.raises(Refusal, match=r"KEY_PEPPER=\*\*\*: shorter than 32 characters; allowed: ") as refused:
        read_settings({"KEY_PEPPER": "s3cret"})
    assert "s3cret" not in str(refused.value)


def test_processes_stop_from_the_outside_inwards() -> None:
    specs = service_specs(read_settings({}), ADDRESSES, key_pepper=PEPPER)
    order = [spec.name for spec in sorted(specs, key=lambda spec: -spec.stop_rank)]
    assert order == ["gateway", "worker-1", "executor", "router", "market"]


def test_what_was_not_said_is_not_invented_in_the_env_file() -> None:
    written = environment(read_settings({"PORT": "4000"}), ADDRESSES)
    assert written["GATEWAY_URL"] == "http://127.0.0.1:4000"
    assert not {"MARKET_SEED", "MOCK_FAIL_RATE", "SCENARIOS", "AUTH"} & written.keys()


@pytest.mark.parametrize(("host", "url"), [("0.0.0.0", "http://127.0.0.1:3000"), ("::1", "http://[::1]:3000")])
def test_a_gateway_is_dialled_where_it_can_be_reached(host: str, url: str) -> None:
    assert read_settings({"HOST": host, "AUTH": "off"}).gateway_url == url


def test_two_stacks_that_start_at_once_get_different_ports(tmp_path: Path) -> None:
    first, second, third = Reservations(tmp_path), Reservations(tmp_path), Reservations(tmp_path)
    try:
        ours = reserve_ports(read_settings({"PORT": str(14_001)}), first)
        theirs = reserve_ports(read_settings({"PORT": str(14_002)}), second)
        assert not set(ours.values()) & set(theirs.values())
        with pytest.raises(Refusal, match=r"^PORT=14001: port 14001 is in use; allowed: "):
            reserve_ports(read_settings({"PORT": "14001"}), second)
        first.release()
        assert third.claim("PORT", 14_001, host="127.0.0.1") == 14_001
    finally:
        for stack in (first, second, third):
            stack.release()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a bound socket would keep the server out too")
def test_a_reserved_port_is_left_alone_by_connections_and_open_to_its_server(tmp_path: Path) -> None:
    reservations = Reservations(tmp_path)
    try:
        port = reservations.choose(free_port())
        with socket.socket() as outgoing, pytest.raises(OSError, match="in use"):
            # As the kernel binds an outgoing connection: without SO_REUSEADDR.
            outgoing.bind(("127.0.0.1", port))
        for _ in range(2):
            with socket.create_server(("127.0.0.1", port)):
                assert not is_free(port)
    finally:
        reservations.release()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the locks alone reserve")
def test_a_random_port_is_none_that_another_stack_has_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reservations = Reservations(tmp_path)
    try:
        reserved = reservations.choose(free_port())
        assert is_free(reserved)
        draws = chain([reserved], range(15_000, 30_000))
        monkeypatch.setattr("deploy.local.ports.secrets.randbelow", lambda _: next(draws) - 15_000)
        assert free_port() != reserved
        assert free_port(preferred=reserved) == reserved
    finally:
        reservations.release()


def test_an_address_that_is_not_this_machine_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"^HOST=192\.0\.2\.1: no address of this machine; allowed: "):
        Reservations(tmp_path).claim("PORT", 14_003, host="192.0.2.1")


def test_a_host_that_does_not_resolve_is_not_blamed_on_the_port(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"^HOST=no\.such\.host\.invalid: does not resolve; allowed: "):
        Reservations(tmp_path).claim("PORT", 14_004, host="no.such.host.invalid")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("SCENARIOS=on\n".encode("utf-16"), "is not UTF-8 text"),
        ("SCENARIOS=on\n".encode("utf-16-le"), "is not UTF-8 text"),
        (b"A=\xff\n", "is not UTF-8 text"),
        (None, "cannot be read (No such file or directory)"),
        (b"PORT=4000\nWORKERS='2\n", "has lines that cannot be read (line 2)"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "s.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        merged_environ({"TRADEWIND_ENV_FILE": str(file)})
    assert str(refused.value) == f"{shown('TRADEWIND_ENV_FILE', str(file))}: {reason}; allowed: {ENV_FILE}"


@pytest.mark.parametrize(
    ("named", "reason"),
    [("~nosuch/.env", "names the home of a user that does not exist"), ("/", "cannot be read (Is a directory)")],
)
def test_an_env_file_that_is_none_is_refused(named: str, reason: str) -> None:
    with pytest.raises(Refusal, match=f"^TRADEWIND_ENV_FILE={named}: ") as refused:
        merged_environ({"TRADEWIND_ENV_FILE": named})
    assert reason in str(refused.value)


def test_without_a_file_of_its_own_a_checkout_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.settings.REPOSITORY", tmp_path)
    assert merged_environ({}) == {}
    (tmp_path / ".env").mkdir()
    assert merged_environ({}) == {}


def test_an_env_file_of_another_system_is_read(tmp_path: Path) -> None:
    file = tmp_path / "windows.env"
    file.write_bytes(b"\xef\xbb\xbfPORT=4001\r\nexport LOG_LEVEL='debug'\r\n")
    found = merged_environ({"TRADEWIND_ENV_FILE": str(file)})
    assert (found["PORT"], found["LOG_LEVEL"]) == ("4001", "debug")


def test_a_variable_near_a_settings_name_is_pointed_out_without_its_value() -> None:
    notes = read_settings({"MARKET_PROFIL": "instant", "KEY_PAPER": "s3cret", "PORTS": "1"}).notes
    assert notes == (
        "KEY_PAPER: not a setting, and does nothing; did you mean KEY_PEPPER?",
        "MARKET_PROFIL: not a setting, and does nothing; did you mean MARKET_PROFILE?",
    )


def test_what_the_stack_tells_its_processes_itself_is_said_not_to_be_used() -> None:
    (note,) = read_settings({"METRICS_PORT": "9100"}).notes
    assert note.startswith("METRICS_PORT=9100: not used; ")


@pytest.mark.parametrize("url", ["foo", "mysql://u:s3cret@h/x"])
def test_a_database_url_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(
        Refusal, match=r"^DATABASE_URL=.*; allowed: postgresql://user:password@host:5432/name$"
    ) as refused:
        read_settings({"DATABASE_URL": url})
    assert "s3cret" not in str(refused.value)


def test_the_services_see_the_address_with_all_its_options() -> None:
    url = "postgresql://u:p@h/d?pgbouncer=true&schema=app&supa=x"
    settings = read_settings({"DATABASE_URL": url})
    assert settings.database_url == url
    addresses = replace(ADDRESSES, database_url=settings.database_url)
    for spec in service_specs(settings, addresses, key_pepper=PEPPER):
        read = read_postgres_url(spec.env["DATABASE_URL"])
        assert (read.is_pooled, read.is_prepared, read.search_path) == (True, False, '"app"')
    ignored, pooled = settings.notes
    assert ignored.startswith("DATABASE_URL=postgresql://***@h/d?***: the option supa=x is ignored: ")
    assert "behind a pooler nothing keeps two markets apart" in pooled


def test_every_problem_of_the_stack_and_its_services_is_said_at_once() -> None:
    wrong = {
        "MARKET_PROFILE": "s6",
        "MOCK_FAIL_RATE": "often",
        "PORT": "0",
        "WORKERS": "65",
        "KEY_PEPPER": "short",
        "DB_TYPE": "mysql",
        "REDIS_TLS": "maybe",
        "START_WORKER": "maybe",
        "REDIS_URL": "foo",
        "DATABASE_URL": "postgresql://",
        "METRICS_PORT": "x",
        "OTEL_TRACES_SAMPLER": "foo",
        "TRADEWIND_DATA_DIR": "~nosuch/x",
        "ROUTER_LEGS_MAX": "0",
        "AUTH": "perhaps",
    }
    with pytest.raises(Refusal) as refused:
        read_settings(wrong)
    lines = str(refused.value).splitlines()
    assert sorted(line.partition("=")[0] for line in lines) == sorted(wrong)
    assert all("; allowed: " in line for line in lines)
