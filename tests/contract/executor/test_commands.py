"""The commands for people, run as they are typed, on a real database."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from executor_service.adapters.market_time import RealTime
from executor_service.adapters.postgres_keys import PostgresKeys
from executor_service.application.authenticate import Authenticate
from executor_service.domain.keys import ApiKey, Scope
from servicekit.errors import Rejected
from servicekit.postgres import open_pool
from tests.builders import SOL, USDC

PEPPER = "the pepper of these tests, 32+ long"


class Shell:
    """Types commands and reads what they say."""

    def __init__(self, run: Callable[..., int], capsys: pytest.CaptureFixture[str], url: str) -> None:
        self._run = run
        self._capsys = capsys
        self.environ = {"DATABASE_URL": url, "KEY_PEPPER": PEPPER}

    def type(self, line: str, *, code: int = 0) -> tuple[str, str]:
        """Run a command that ends with the code and return its standard output and standard error."""
        assert self._run(*line.split(), **self.environ) == code
        said = self._capsys.readouterr()
        return said.out, said.err

    def holder_of(self, key: str) -> ApiKey:
        """Return the key as the executor would know it. Raises Rejected."""
        _, key_id, secret = key.strip().split("_")

        async def ask() -> ApiKey:
            async with open_pool(self.environ["DATABASE_URL"], size=1) as pool:
                door = Authenticate(keys=PostgresKeys(pool), clock=RealTime(), pepper=PEPPER.encode())
                return await door.key_of(key_id, secret)

        return asyncio.run(ask())


@pytest.fixture
def shell(run_command: Callable[..., int], capsys: pytest.CaptureFixture[str], orders_database_url: str) -> Shell:
    return Shell(run_command, capsys, orders_database_url)


def test_a_key_is_printed_alone_and_the_words_beside_it(shell: Shell) -> None:
    out, words = shell.type("keys create --account alice --scopes trade,read --name bot --expires-in 30d")
    assert re.fullmatch(r"tw_[0-9a-f]{12}_[1-9A-HJ-NP-Za-km-z]{40,44}\n", out)
    assert out.strip() not in words
    key = shell.holder_of(out)
    assert (key.account_id, key.name, key.scopes) == ("alice", "bot", frozenset({Scope.TRADE, Scope.READ}))
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days == 30


def test_keys_are_listed_without_their_secrets(shell: Shell) -> None:
    made = [shell.type(f"keys create --account {account}")[0] for account in ("alice", "bob")]
    listed, _ = shell.type("keys list")
    for key in made:
        _, key_id, secret = key.strip().split("_")
        assert key_id in listed
        assert secret not in listed
    only_bob, _ = shell.type("keys list --account bob")
    assert [line.split()[1:4] for line in only_bob.splitlines()[1:]] == [["bob", "trade", "holds"]]


def test_a_revoked_key_opens_nothing_and_is_listed_as_such(shell: Shell) -> None:
    key, _ = shell.type("keys create --account alice")
    shell.type(f"keys revoke {key.split('_')[1]}")
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        shell.holder_of(key)
    assert " revoked " in shell.type("keys list")[0]


def test_a_rotated_key_and_its_successor_hold_together(shell: Shell) -> None:
    old, _ = shell.type("keys create --account alice --scopes admin")
    new, _ = shell.type(f"keys rotate {old.split('_')[1]} --overlap 10m")
    assert shell.holder_of(new).scopes == frozenset({Scope.ADMIN})
    assert shell.holder_of(old).expires_at is not None


def test_limits_are_set_one_by_one_and_removed_by_none(shell: Shell) -> None:
    shell.type("accounts limit alice --order-usd-max 5000.50 --in-flight-max 100 --per-minute-max 600")
    shell.type(f"accounts limit alice --slippage-bps-max 0 --tokens {USDC},{SOL} --in-flight-max none")
    assert told(shell.type("accounts show alice")[0]) == {
        "account": "alice",
        "trading": "active",
        "limits": "its own",
        "order, USD": "at most 5000.5",
        "in flight": "0 of no limit",
        "last minute": "0 of 600",
        "slippage, bps": "at most 0",
        "tokens": f"{USDC}, {SOL}",
    }


def test_the_switch_turns_both_ways_and_leaves_the_limits(shell: Shell) -> None:
    shell.environ["RISK_ORDER_USD_MAX"] = "100"
    assert told(shell.type("accounts halt alice")[0])["trading"] == "halted"
    active = told(shell.type("accounts activate alice")[0])
    assert (active["trading"], active["limits"], active["order, USD"]) == ("active", "the server's", "at most 100")


def test_an_accounts_own_limits_begin_with_the_servers(shell: Shell) -> None:
    shell.environ |= {"RISK_ORDER_USD_MAX": "0.000001", "RISK_SLIPPAGE_BPS_MAX": "300"}
    shown = told(shell.type("accounts limit alice --slippage-bps-max 50")[0])
    assert (shown["order, USD"], shown["slippage, bps"]) == ("at most 0.000001", "at most 50")


def told(text: str) -> dict[str, str]:
    return {line[:14].strip(): line[15:] for line in text.splitlines()}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("keys", "action"),
        ("keys create", "--account"),
        ("keys create --account a/b", "--account"),
        ("keys create --account a --scopes fly", "--scopes"),
        ("keys create --account a --scopes trade,", "--scopes"),
        ("keys create --account a --expires-in 30", "--expires-in"),
        ("keys create --account a --expires-in 0d", "--expires-in"),
        (f"keys create --account a --name {'n' * 65}", "--name"),
        ("keys revoke 000000000000", "there is no key '000000000000'"),
        ("keys rotate nonsense", "there is no key 'nonsense'"),
        ("accounts limit a", "name a limit"),
        ("accounts limit a --order-usd-max 0", "--order-usd-max"),
        ("accounts limit a --order-usd-max 1.0000001", "--order-usd-max"),
        ("accounts limit a --order-usd-max NaN", "--order-usd-max"),
        ("accounts limit a --order-usd-max 1e400000", "--order-usd-max"),
        ("accounts limit a --in-flight-max 4294967296", "--in-flight-max"),
        ("accounts limit a --per-minute-max 0", "--per-minute-max"),
        ("accounts limit a --slippage-bps-max 10001", "--slippage-bps-max"),
        ("accounts limit a --tokens SOL", "--tokens"),
        ("accounts show", "ACCOUNT"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(shell: Shell, line: str, named: str) -> None:
    out, words = shell.type(line, code=2)
    assert out == ""
    assert named in words
    assert "Traceback" not in words


def test_a_missing_or_bad_variable_is_named(shell: Shell) -> None:
    whole = dict(shell.environ)

    def refused(changes: dict[str, Any], named: str, code: int = 2) -> None:
        shell.environ = {name: value for name, value in {**whole, **changes}.items() if value is not None}
        out, words = shell.type("keys create --account alice", code=code)
        assert (out, words.count("\n")) == ("", 1)
        assert words.startswith(named)

    refused({"DATABASE_URL": None}, "DATABASE_URL: not set; allowed: ")
    refused({"DATABASE_URL": "mysql://here"}, "DATABASE_URL=mysql://here: begins with mysql://; allowed: ")
    refused(
        {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/none"},
        "DATABASE_URL=postgresql://***@127.0.0.1:1/none: the database is not available; allowed: ",
        1,
    )
    refused({"KEY_PEPPER": None}, "KEY_PEPPER: not set; allowed: ")
    refused({"KEY_PEPPER": "short"}, "KEY_PEPPER=***: shorter than 32 characters; allowed: ")
    refused({"RISK_SLIPPAGE_BPS_MAX": "x"}, "RISK_SLIPPAGE_BPS_MAX=x: not a whole number; allowed: ")
    refused({"OTEL_TRACES_SAMPLER": "foo"}, "OTEL_TRACES_SAMPLER=foo: not a sampler; allowed: ")


def test_all_bad_variables_of_a_command_are_named_at_once(shell: Shell) -> None:
    shell.environ |= {"DATABASE_URL": "postgresql://", "KEY_PEPPER": "short", "LOG_LEVEL": "loud"}
    for line in ("keys list", "accounts show a"):
        out, words = shell.type(line, code=2)
        assert out == ""
        assert [word.partition("=")[0] for word in words.splitlines()] == ["DATABASE_URL", "LOG_LEVEL", "KEY_PEPPER"]
        assert all("; allowed: " in word for word in words.splitlines())


def test_a_database_without_tables_is_told_from_one_that_is_away(shell: Shell, database_url: str) -> None:
    shell.environ["DATABASE_URL"] = database_url
    assert "executor_service migrate" in shell.type("keys list", code=1)[1]


def test_a_bad_pepper_is_not_repeated(shell: Shell) -> None:
    shell.environ["KEY_PEPPER"] = "hunter2"
    assert "hunter2" not in shell.type("keys list", code=2)[1]
