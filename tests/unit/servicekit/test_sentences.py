"""What a sentence shows of a value: enough to find it, nothing that is secret, never all of something long."""

import pytest

from servicekit.settings.sentences import Unusable, masked, sentence, shown


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:s3cret@h:5432/d", "postgresql://***@h:5432/d"),
        ("postgresql://u:s3cret@h:5432/d?password=s3cret&sslmode=x", "postgresql://***@h:5432/d?***"),
        ("postgresql://u:s3cr/et@h:5432/d", "postgresql://***@h:5432/d"),
        ("postgresql://u:s3cr@et@h/d", "postgresql://***@h/d"),
        ("postgresql://u:s3cr?et@h/d", "postgresql://***"),
        ("postgresql://u:s3cr#et@h/d", "postgresql://***"),
        ("postgresql://h/d?user=a@b&password=s3cret", "postgresql://***"),
        ("redis://:s3cret", "redis://***"),
        ("redis://s3cret@h", "redis://***@h"),
        ("s3cret@h:6379", "***@h:6379"),
        ("host=h password=s3cret", "***"),
        ("postgresql://u:s3cret@a:1,b:2/d", "postgresql://***@a:1,b:2/d"),
        ("redis://:s3cret@[::1]:6379/0", "redis://***@[::1]:6379/0"),
        ("s3cret=://h", "***"),
        ("foo", "foo"),
        ("redis://h:99999/x", "redis://h:99999/x"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(address: str, said: str) -> None:
    assert masked(address) == said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "x", "PORT=x"),
        ("PORT", None, "PORT"),
        ("PORT", "1" * 5_000, f"PORT={'1' * 64}... (5000 characters)"),
        ("HOST", " 127.0.0.1", 'HOST=" 127.0.0.1"'),
        ("HOST", "a\x1b[31m\nb", "HOST=a\\x1b[31m\\nb"),
        ("KEY_PEPPER", "s3cret", "KEY_PEPPER=***"),
        ("DB_PASS", "s3cret", "DB_PASS=***"),
        ("REDIS_PASSWORD", "s3cret", "REDIS_PASSWORD=***"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cret", "OTEL_EXPORTER_OTLP_HEADERS=***"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:s3cret@h/x", "OTEL_EXPORTER_OTLP_ENDPOINT=http://***@h/x"),
        ("DATABASE_URL", "postgresql://h/d ", 'DATABASE_URL="postgresql://h/d "'),
    ],
)
def test_a_value_is_shown_bounded_printable_and_without_a_secret(name: str, value: str | None, said: str) -> None:
    assert shown(name, value) == said


def test_a_sentence_names_those_of_its_variables_that_are_set() -> None:
    reason = Unusable("do not agree", "one of them", "A", "B")
    assert sentence(("A", "B"), {"A": "1", "B": "2"}, reason) == "A=1 and B=2: do not agree; allowed: one of them"
    assert sentence(("A", "B"), {"B": "2"}, reason) == "B=2: do not agree; allowed: one of them"
    assert sentence(("A", "B"), {}, reason) == "A: do not agree; allowed: one of them"
