"""Addresses of Postgres, as users write them and as libpq reads them."""

import pytest

from servicekit.postgres import libpq_url


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql+psycopg://u:p@h:1/d", "postgresql://u:p@h:1/d"),
        ("postgresql:///d?host=/run/postgres", "postgresql:///d?host=/run/postgres"),
        ("postgresql://u@a:1,b:2/d?target_session_attrs=any", "postgresql://u@a:1,b:2/d?target_session_attrs=any"),
        ("postgresql://h/d?options=-c%20search_path%3Dapp", "postgresql://h/d?options=-c%20search_path%3Dapp"),
        ("postgresql://h/d?schema=app&options=-c%20x%3D1&pgbouncer=true", "postgresql://h/d?options=-c%20x%3D1"),
        ("postgresql://h/d?pgbouncer=true&connection_limit=1", "postgresql://h/d"),
        ("postgresql://h/d?options=&application_name=a+b%23", "postgresql://h/d?options=&application_name=a+b%23"),
    ],
)
def test_what_is_foreign_is_dropped_and_the_rest_stays_as_it_is_written(given: str, read: str) -> None:
    assert libpq_url(given) == read


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cr/et@db:5432/x",
        "postgresql://user:s3cr%et@db:5432/x",
        "postgresql://user:s3cr@[db/x",
        "postgresql://user:p@db/x?s3cr",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="in a password / is written %2F, @ %40") as refused:
        libpq_url(url)
    assert "s3cr" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
