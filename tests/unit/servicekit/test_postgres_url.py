"""Addresses of Postgres, as users write them, and every option of them accounted for."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from servicekit.settings import postgres_options as options
from servicekit.settings.postgres_url import libpq_url, read_postgres_url
from servicekit.settings.sentences import Unusable


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+psycopg://u:p@h:1/d", "postgresql://u:p@h:1/d"),
        ("POSTGRESQL://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql:///d?host=/run/postgres", "postgresql:///d?host=/run/postgres"),
        ("postgresql://u@a:1,b:2/d?target_session_attrs=any", "postgresql://u@a:1,b:2/d?target_session_attrs=any"),
        ("postgresql://h/d?options=-c%20search_path%3Dapp", "postgresql://h/d?options=-c%20search_path%3Dapp"),
        ("postgresql://h/d?schema=app&options=-c%20x%3D1&pgbouncer=true", "postgresql://h/d?options=-c%20x%3D1"),
        ("postgresql://h/d?pgbouncer=true&connection_limit=1", "postgresql://h/d"),
        ("postgresql://h/d?options=&application_name=a+b%23", "postgresql://h/d?options=&application_name=a+b%23"),
        ("postgresql://h/d?ssl=true", "postgresql://h/d?ssl=true"),
        ("postgresql:///d?service=orders", "postgresql:///d?service=orders"),
        ("postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d"),
    ],
)
def test_libpq_is_given_what_it_knows_as_it_is_written(given: str, read: str) -> None:
    assert libpq_url(given) == read


@pytest.mark.parametrize(
    ("option", "pooled", "prepared"),
    [
        ("", False, True),
        ("pgbouncer=true", True, False),
        ("pgbouncer=TRUE", True, False),
        ("pgbouncer=on", True, False),
        ("pgbouncer=false", False, True),
        ("application_name=pgbouncer%3Dtrue", False, True),
        ("statement_cache_size=0", False, False),
        ("statement_cache_size=100", False, True),
        ("prepareThreshold=0", False, False),
        ("prepareThreshold=5", False, True),
        ("prepared_statements=false", False, False),
        ("default_query_exec_mode=simple_protocol", False, False),
    ],
)
def test_a_pooler_and_prepared_statements_are_read_from_the_options_alone(
    option: str, pooled: bool, prepared: bool
) -> None:
    address = read_postgres_url(f"postgresql://u:pgbouncer=true@h/d?{option}")
    assert (address.is_pooled, address.is_prepared) == (pooled, prepared)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ("", None),
        ("schema=app", '"app"'),
        ("currentSchema=app,public", '"app", "public"'),
        ("search_path=App", '"App"'),
        ("options=-c%20search_path%3Dapp,public", "app,public"),
        ("options=-csearch_path%3Dapp%5C%20x", "app x"),
        ("options=--search-path%3Dapp", "app"),
    ],
)
def test_a_schema_is_the_search_path(options: str, path: str | None) -> None:
    assert read_postgres_url(f"postgresql://h/d?{options}").search_path == path


def test_a_hostile_name_of_a_schema_stays_a_name() -> None:
    assert read_postgres_url("postgresql://h/d?schema=a%22;DROP").search_path == '"a"";DROP"'


@pytest.mark.parametrize("name", sorted(options.IGNORED))
def test_each_ignored_option_has_a_line_with_its_name_value_and_reason(name: str) -> None:
    (remark,) = read_postgres_url(f"postgresql://h/d?{name}=7").remarks
    assert remark == f"the option {name}=7 is ignored: {options.IGNORED[name]}"


@pytest.mark.parametrize(
    "option",
    ["pgbouncer=true", "schema=a", "statement_cache_size=0", "prepareThreshold=0", "sslmode=require", "ssl=true"],
)
def test_what_is_understood_needs_no_line(option: str) -> None:
    assert read_postgres_url(f"postgresql://h/d?{option}").remarks == ()


@pytest.mark.parametrize(
    ("option", "named", "allowed"),
    [
        ("foo=1", "the option foo is unknown", "an option of libpq such as sslmode"),
        ("SSLMode=require", "the option SSLMode is unknown", "sslmode, written so"),
        ("ssl_mode=require", "the option ssl_mode is unknown", "sslmode, written so"),
        ("aplication_name=x", "the option aplication_name is unknown", "application_name, written so"),
        ("sslmode=bogus", "the option sslmode=bogus", "disable, allow, prefer, require, verify-ca or verify-full"),
        ("sslaccept=strict", "the option sslaccept=strict", "sslmode=verify-full"),
        ("ssl=verify-full", "the option ssl=verify-full", "sslmode=disable or sslmode=require or sslmode=verify-full"),
        ("ssl=false", "the option ssl=false", "sslmode=disable"),
        ("pgbouncer=maybe", "the option pgbouncer=maybe", "pgbouncer=true or pgbouncer=false"),
        ("schema=", "the option schema=", "the name of a schema"),
        ("schema=a&currentSchema=b", "the option currentSchema=b", "one schema, named once"),
        ("schema=a&options=-csearch_path%3Db", "names two search paths", "one schema"),
        ("connect_timeout=0", "the option connect_timeout=0", "a whole number from 1 to 600"),
        ("connect_timeout=x", "the option connect_timeout=x", "a whole number from 1 to 600"),
        ("target_session_attrs=standby", "the option target_session_attrs=standby", "any, read-write or primary"),
        ("targetServerType=primary", "the option targetServerType", "target_session_attrs=primary"),
        ("sslidentity=x.p12", "the option sslidentity", "sslcert and sslkey"),
        ("replication=database", "the option replication", "the address without it"),
    ],
)
def test_another_option_is_refused_by_name_with_the_fix(option: str, named: str, allowed: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_postgres_url(f"postgresql://u:s3cret@h/d?{option}")
    why, _, fix = str(refused.value).partition("; allowed: ")
    assert named in why
    assert allowed in fix
    assert "password" not in fix, "it is not about escapes"
    assert "s3cret" not in str(refused.value)


def test_every_wrong_option_is_named_at_once() -> None:
    with pytest.raises(Unusable) as refused:
        read_postgres_url("postgresql://h/d?foo=1&sslmode=bogus&bar=2")
    assert all(name in str(refused.value) for name in ("foo", "sslmode=bogus", "bar"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("foo", "not an address"),
        ("mysql://u:s3cret@h/d", "begins with mysql://"),
        ("jdbc:postgresql://h/d", "begins with jdbc:postgresql://"),
        ("postgresql://", "names no host"),
        ("postgresql:///d", "names no host"),
        ("postgresql://h/d ", "has a space"),
        (" postgresql://h/d", "has a space"),
        ("postgresql://h/d\n", "has a space"),
        ("postgresql://u:s3 cret@h/d", "has a space"),
        ("postgresql://h:99999/d", "has port 99999"),
        ("postgresql://h:0/d", "has port 0"),
        ("postgresql://a:1,b:99999/d", "has port 1,99999"),
        ("postgresql://x:port/d", "has a port that is no number"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, why: str) -> None:
    with pytest.raises(Unusable, match=f"^{why}") as refused:
        read_postgres_url(url)
    assert "; allowed: " in str(refused.value)
    assert "s3" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cr/et@db:5432/x",
        "postgresql://user:s3cr%et@db:5432/x",
        "postgresql://user:s3cr@[db/x",
        "postgresql://user:p@db/x?s3cr",
        "postgresql://user:a?s3cr=b@db/x",
        "postgresql://user:a?sslmode=s3cr@db/x",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Unusable, match="in a password / is written %2F, @ %40") as refused:
        libpq_url(url)
    assert "s3cr" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("password", ["s3cr#et", "[s3cr]", "s3cr\u2100et", "s3:cret", "s3cr%2Fet"])
def test_a_password_that_libpq_reads_needs_no_escape(password: str) -> None:
    read = conninfo_to_dict(libpq_url(f"postgresql://user:{password}@db:5432/x"))
    assert (read["user"], read["host"], read["password"]) == ("user", "db", password.replace("%2F", "/"))


def test_what_the_address_says_itself_goes_before_what_we_say() -> None:
    address = read_postgres_url("postgresql://h/d?connect_timeout=9&keepalives_idle=1&client_encoding=latin1")
    ours = {"connect_timeout": 5, "application_name": "tradewind", "keepalives_idle": 5, "client_encoding": "UTF8"}
    assert address.arguments(**ours) == {"application_name": "tradewind", "client_encoding": "UTF8"}
    assert address.remarks == ("the option client_encoding=latin1 is ignored: sessions use UTF8",)
