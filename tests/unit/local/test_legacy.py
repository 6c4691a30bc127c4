import pytest

from deploy.local import legacy
from deploy.local.refusal import Refusal


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, None),
        ({"DATABASE_URL": "postgres://app:app@localhost:5432/orders"}, "postgresql://app:app@localhost:5432/orders"),
        (
            {"DATABASE_URL": "postgresql://u:p@db:6543/orders?pgbouncer=true&sslmode=require&connection_limit=1"},
            "postgresql://u:p@db:6543/orders?sslmode=require",
        ),
        (
            {"DATABASE_URL": "postgres://db/o?sslaccept=strict&options=-c%20search_path%3Dapp&application_name="},
            "postgresql://db/o?options=-c%20search_path%3Dapp&application_name=",
        ),
        ({"DB_TYPE": "sqlite", "DB_NAME": ":memory:"}, None),
        ({"DB_TYPE": "postgres"}, "postgresql://postgres@127.0.0.1:5432/orderdb"),
        (
            {"DB_HOST": "db", "DB_PORT": "5433", "DB_NAME": "o/1", "DB_USER": "me", "DB_PASS": "p@ss:/"},
            "postgresql://me:p%40ss%3A%2F@db:5433/o%2F1",
        ),
        ({"DATABASE_URL": "postgresql://me@localhost/o", "DB_HOST": "127.0.0.1"}, "postgresql://me@localhost/o"),
        ({"DATABASE_URL": "postgresql://a:p%40@db/o", "DB_PASS": "p@", "DB_PORT": "5432"}, "postgresql://a:p%40@db/o"),
    ],
)
def test_the_database_is_the_url_or_its_parts_or_embedded(environ: dict[str, str], url: str | None) -> None:
    assert legacy.database_url(environ) == url


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, None),
        ({"REDIS_URL": "rediss://user:PASSWORD@HOST:6380"}, "rediss://user:PASSWORD@HOST:6380"),
        ({"REDIS_HOST": "127.0.0.1", "REDIS_PORT": "6379"}, "redis://127.0.0.1:6379/0"),
        (
            {"REDIS_HOST": "r", "REDIS_PORT": "1", "REDIS_PASSWORD": "a/b", "REDIS_TLS": "true"},
            "rediss://:a%2Fb@r:1/0",
        ),
        ({"REDIS_TLS": "false", "REDIS_HOST": "r"}, "redis://r:6379/0"),
        ({"REDIS_URL": "redis://localhost:6379", "REDIS_HOST": "127.0.0.1"}, "redis://localhost:6379"),
    ],
)
def test_redis_is_the_url_or_its_parts_or_embedded(environ: dict[str, str], url: str | None) -> None:
    assert legacy.redis_url(environ) == url


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"DATABASE_URL": "postgresql://a@db/o", "DB_HOST": "other"}, ("DATABASE_URL", "DB_HOST")),
        ({"DATABASE_URL": "postgresql://a@db/o", "DB_NAME": "p"}, ("DATABASE_URL", "DB_NAME")),
        ({"DATABASE_URL": "postgresql://a@db/o", "DB_TYPE": "sqlite"}, ("DATABASE_URL", "DB_TYPE")),
        ({"DATABASE_URL": "postgresql://a:secret@db/o", "DB_PASS": "hidden"}, ("DATABASE_URL", "DB_PASS")),
    ],
)
def test_contradicting_database_names_are_refused_by_name(environ: dict[str, str], names: tuple[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        legacy.database_url(environ)
    assert all(name in str(refused.value) for name in names)
    assert "secret" not in str(refused.value)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("part", "value"),
    [("REDIS_HOST", "other"), ("REDIS_PORT", "6380"), ("REDIS_PASSWORD", "x"), ("REDIS_TLS", "true")],
)
def test_contradicting_redis_names_are_refused_by_name(part: str, value: str) -> None:
    with pytest.raises(Refusal, match=f"REDIS_URL and {part} contradict"):
        legacy.redis_url({"REDIS_URL": "redis://:secret@localhost:6379/0", part: value})


@pytest.mark.parametrize(
    "environ",
    [
        {"DB_TYPE": "mysql"},
        {"DATABASE_URL": "mysql://x/y"},
        {"DATABASE_URL": "postgresql://x:port/y"},
    ],
)
def test_what_is_no_postgres_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        legacy.database_url(environ)


@pytest.mark.parametrize("password", ["s3cr/et", "s3cr#et", "[s3cr]", "s3cr\u2100et", "s3cr%et"])
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(Refusal, match=r"DATABASE_URL must .* in a password / is written %2F, @ %40") as refused:
        legacy.database_url({"DATABASE_URL": f"postgresql://user:{password}@db:5432/x"})
    assert "s3cr" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_an_address_of_redis_that_cannot_be_read_is_refused_and_not_repeated() -> None:
    with pytest.raises(Refusal, match="REDIS_URL must have a number as its port") as refused:
        legacy.redis_url({"REDIS_URL": "redis://:s3cr/et@localhost:6379/0"})
    assert "s3cr" not in str(refused.value)


def test_node_env_stands_in_for_app_env_and_may_not_contradict_it() -> None:
    assert legacy.app_env({"NODE_ENV": "production"}) == "production"
    assert legacy.app_env({"NODE_ENV": "production", "APP_ENV": "production"}) == "production"
    assert legacy.app_env({}) is None
    with pytest.raises(Refusal, match="APP_ENV and NODE_ENV"):
        legacy.app_env({"NODE_ENV": "production", "APP_ENV": "test"})


def test_start_worker_decides_whether_there_are_workers() -> None:
    assert legacy.workers_wanted({})
    assert legacy.workers_wanted({"START_WORKER": "true"})
    assert not legacy.workers_wanted({"START_WORKER": "false"})
    with pytest.raises(Refusal, match="WORKERS and START_WORKER"):
        legacy.workers_wanted({"START_WORKER": "false", "WORKERS": "2"})
    with pytest.raises(Refusal, match="START_WORKER=maybe"):
        legacy.workers_wanted({"START_WORKER": "maybe"})
