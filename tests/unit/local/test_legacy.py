import pytest

from deploy.local.legacy import OlderNames
from servicekit.settings.reading import check_settings, read_settings, texts_of


def told(environ: dict[str, str]) -> OlderNames:
    return read_settings(OlderNames, environ)


def refusal(environ: dict[str, str]) -> str:
    [found] = texts_of(list(check_settings(OlderNames, environ)))
    return found


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, None),
        ({"DATABASE_URL": "postgres://app:app@localhost:5432/orders"}, "postgres://app:app@localhost:5432/orders"),
        (
            {"DATABASE_URL": "postgresql://u:p@db:6543/orders?pgbouncer=true&sslmode=require&connection_limit=1"},
            "postgresql://u:p@db:6543/orders?pgbouncer=true&sslmode=require&connection_limit=1",
        ),
        ({"DB_HOST": "::1", "DB_NAME": "o"}, "postgresql://postgres@[::1]:5432/o"),
        (
            {"DATABASE_URL": "postgresql://me@a:1,b:2/o", "DB_USER": "me", "DB_NAME": "o"},
            "postgresql://me@a:1,b:2/o",
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
    assert told(environ).postgres == url


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
    assert told(environ).redis == url


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
    said = refusal(environ)
    assert said.startswith(f"{names[0]}=postgresql://***@db/o and {names[1]}=")
    assert "contradict each other" in said
    assert said.endswith("; allowed: one of the two, or both alike")
    assert "secret" not in said
    assert "hidden" not in said


@pytest.mark.parametrize(
    ("part", "value"),
    [("REDIS_HOST", "other"), ("REDIS_PORT", "6380"), ("REDIS_PASSWORD", "x"), ("REDIS_TLS", "true")],
)
def test_contradicting_redis_names_are_refused_by_name(part: str, value: str) -> None:
    said = refusal({"REDIS_URL": "redis://:secret@localhost:6379/0", part: value})
    assert said.startswith(f"REDIS_URL=redis://***@localhost:6379/0 and {part}=")
    assert "contradict each other" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "environ",
    [
        {"DB_TYPE": "mysql"},
        {"DATABASE_URL": "mysql://x/y"},
        {"DATABASE_URL": "postgresql://x:port/y"},
        {"DB_PORT": "x"},
        {"DB_PORT": "99999"},
        {"DB_HOST": "a b"},
        {"REDIS_PORT": "x"},
        {"REDIS_TLS": "maybe"},
        {"START_WORKER": "maybe"},
    ],
)
def test_what_cannot_be_used_is_refused_by_its_own_name(environ: dict[str, str]) -> None:
    [name] = environ
    said = refusal(environ)
    assert said.startswith(f"{name}=")
    assert "; allowed: " in said


@pytest.mark.parametrize("password", ["s3cr/et", "s3cr%et"])
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(password: str) -> None:
    said = refusal({"DATABASE_URL": f"postgresql://user:{password}@db:5432/x"})
    assert said.startswith("DATABASE_URL=postgresql://***@db:5432/x: ")
    assert "in a password / is written %2F, @ %40" in said
    assert "s3cr" not in said


def test_all_contradictions_are_said_at_once() -> None:
    environ = {
        **{"DATABASE_URL": "postgresql://a@db/o", "DB_HOST": "other", "DB_NAME": "p"},
        **{"REDIS_URL": "redis://h", "REDIS_PORT": "1", "APP_ENV": "a", "NODE_ENV": "b"},
    }
    assert len(list(check_settings(OlderNames, environ))) == 4


def test_node_env_stands_in_for_app_env_and_may_not_contradict_it() -> None:
    assert told({"NODE_ENV": "production"}).stage == "production"
    assert told({"NODE_ENV": "production", "APP_ENV": "production"}).stage == "production"
    assert told({}).stage is None
    assert refusal({"NODE_ENV": "production", "APP_ENV": "test"}).startswith("APP_ENV=test and NODE_ENV=production: ")


def test_start_worker_decides_whether_there_are_workers() -> None:
    assert told({}).start_worker
    assert told({"START_WORKER": "Yes"}).start_worker
    assert not told({"START_WORKER": "OFF"}).start_worker
    assert not told({"START_WORKER": "false", "WORKERS": "0"}).start_worker
    assert refusal({"START_WORKER": "false", "WORKERS": "2"}).startswith("WORKERS=2 and START_WORKER=false: ")
