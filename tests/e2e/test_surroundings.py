"""The whole stack in surroundings against it: it starts, orders run to their end, and reads answer."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from deploy.local.ports import free_port
from deploy.local.servers.postgres import EmbeddedPostgres
from tests.conftest import DatabaseMaker
from tests.hostile_role import HOSTILE_SETTINGS, as_role, make_hostile
from tests.stack import REPOSITORY, SERVICES, Stack
from tradewind_client import OrderRequest, Tradewind

PROXY = "http://127.0.0.1:9"  # nobody listens there
AGAINST_US = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "grpc_proxy"), PROXY),
    **{"ALL_PROXY": "socks5://127.0.0.1:9", "all_proxy": "socks5://127.0.0.1:9", "NO_PROXY": "[::1,*.corp:abc"},
    **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PGSSLROOTCERT"), "/nowhere/ca.pem"),
    **{"PGSSLMODE": "require", "PGHOST": "nowhere.example", "PGHOSTADDR": "127.0.0.9", "PGPORT": "1", "PGUSER": "x"},
    **{"PGDATABASE": "x", "PGPASSWORD": "x", "PGSERVICE": "none", "PGPASSFILE": "/nowhere", "PGAPPNAME": "x"},
    **{"PGOPTIONS": "-c search_path=nowhere -c default_transaction_read_only=on", "PGDATESTYLE": "German"},
    **{"PGTZ": "Asia/Kathmandu", "PGCLIENTENCODING": "LATIN1", "PGTARGETSESSIONATTRS": "standby", "PGDATA": "/x"},
    **{"GRPC_DNS_RESOLVER": "none", "GRPC_PROXY_EXP": PROXY, "GRPC_ENABLE_FORK_SUPPORT": "1"},
    **{"REDIS_RETRY": "1", "REDISCLI_AUTH": "x", "MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1"},
    **{"LANG": "de_DE.ISO-8859-1", "LC_ALL": "tr_TR.UTF-8", "LC_MESSAGES": "de_DE", "TZ": "Asia/Kathmandu"},
    **{"PYTHONOPTIMIZE": "2", "PYTHONPATH": "/nowhere", "PYTHONSTARTUP": "/nowhere.py", "VIRTUAL_ENV": "/nowhere"},
    **{"PIP_USER": "1", "PYTHONUSERBASE": "/nowhere"},
}


async def _trades(stack: Stack) -> None:
    async with Tradewind(stack.url) as client:
        submitted = await client.submit(OrderRequest(token_in="SOL", token_out="USDC", amount_in="1"))
        events = [event async for event in client.watch(submitted.order_id)]
        assert events[-1].status == "confirmed"
        order = await client.order(submitted.order_id)
        assert order.status == "confirmed"


class _UnderAMask(Stack):
    """Started by a shell that lets nobody else in and gives no standard input."""

    command = ("sh", "-c", f"umask 077; exec '{sys.executable}' -m deploy.local run <&-", "make run")


async def test_the_stack_trades_in_an_environment_against_it(start_stack: Callable[..., Stack]) -> None:
    stack = await asyncio.to_thread(start_stack, **AGAINST_US)
    await _trades(stack)
    for name in SERVICES:
        environ = psutil.Process(stack.pid(name)).environ()
        theirs = {variable for variable, value in AGAINST_US.items() if environ.get(variable) == value}
        # Whom TLS trusts is the user's to say.
        assert theirs <= {"SSL_CERT_FILE", "SSL_CERT_DIR"}
        assert (environ["TZ"], environ["PYTHONUTF8"]) == ("UTC", "1")
    # A command beside the stack, in the same surroundings.
    told = {**os.environ, **AGAINST_US, "TRADEWIND_DATA_DIR": str(stack.data_dir), "ACCOUNT": "alice"}
    command = [sys.executable, "-m", "deploy.local", "key"]
    key = await asyncio.to_thread(subprocess.run, command, env=told, cwd=REPOSITORY, capture_output=True, text=True)
    assert key.returncode == 0, key.stderr
    assert len(key.stdout.split()) == 1


async def test_the_stack_trades_under_a_mask_and_without_standard_input(new_stack: Callable[..., Stack]) -> None:
    plain = new_stack()
    stack = _UnderAMask(plain.data_dir, PORT=str(free_port())).seed()
    await asyncio.to_thread(stack.start)
    try:
        await _trades(stack)
    finally:
        assert await asyncio.to_thread(stack.stop) == 0


async def test_the_stack_trades_on_a_database_whose_role_is_against_it(
    start_stack: Callable[..., Stack], postgres_server: EmbeddedPostgres, databases: DatabaseMaker
) -> None:
    make_hostile(postgres_server.url_of("postgres"), "against_us", HOSTILE_SETTINGS)
    url = databases.new(owner="against_us")
    stack = await asyncio.to_thread(start_stack, DATABASE_URL=url)
    await _trades(stack)


async def test_the_stack_trades_on_an_address_with_other_ecosystems_options(
    start_stack: Callable[..., Stack], databases: DatabaseMaker
) -> None:
    url = databases.new()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA app")
    direct = f"{url}?statement_cache_size=0&schema=app&connection_limit=5&supa=base-pooler.x"
    stack = await asyncio.to_thread(start_stack, DATABASE_URL=direct)
    assert stack.env()["DATABASE_URL"] == direct
    await _trades(stack)
    for option in ("connection_limit=5", "supa=base-pooler.x"):
        assert f"the option {option} is ignored: " in stack.errors
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM app.orders").fetchone() == (True,)


async def test_the_stack_trades_as_if_behind_a_pooler(
    start_stack: Callable[..., Stack], databases: DatabaseMaker
) -> None:
    pooled = f"{databases.new()}?pgbouncer=true"
    stack = await asyncio.to_thread(start_stack, DATABASE_URL=pooled)
    assert stack.env()["DATABASE_URL"] == pooled
    await _trades(stack)
    assert "behind a pooler nothing keeps two markets apart" in stack.errors


def test_a_database_that_cannot_keep_its_promise_is_refused_in_one_sentence(
    new_stack: Callable[..., Stack], postgres_server: EmbeddedPostgres, databases: DatabaseMaker
) -> None:
    url = databases.new()
    with psycopg.connect(postgres_server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE replica LOGIN PASSWORD 'replica'")
        connection.execute("ALTER ROLE replica SET session_replication_role = replica")
        code, words = new_stack(DATABASE_URL=as_role(url, "replica")).refused()
    assert code == 2
    assert words.startswith("tradewind: DATABASE_URL=postgresql://***@127.0.0.1:")
    assert ": sessions begin with session_replication_role = 'replica'; allowed: origin: run ALTER" in words
    assert "Traceback" not in words


def test_make_hands_on_none_of_the_callers_installation(tmp_path: Path) -> None:
    probe = tmp_path / "probe.mk"
    makefile = str(REPOSITORY / "Makefile").replace(" ", "\\ ")
    probe.write_text(f"include {makefile}\n.PHONY: show\nshow:\n\t@env\n")
    theirs = {
        "PYTHONPATH": "/p",
        "PYTHONHOME": "/h",
        "PIP_TARGET": "/t",
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
    }
    ours = {"PIP_INDEX_URL": "https://index.example/simple", "PYTHON_IMAGE": "python:3.11", "PYTHON": sys.executable}
    done = subprocess.run(
        ["make", "--file", str(probe), "show"],
        env={**os.environ, **theirs, **ours},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert {name: told.get(name) for name in theirs} == {**dict.fromkeys(theirs), "PIP_USER": "0"}
    assert (told["PIP_INDEX_URL"], told["PYTHON_IMAGE"]) == (ours["PIP_INDEX_URL"], ours["PYTHON_IMAGE"])
