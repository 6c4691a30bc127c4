"""Addresses of Redis, as users write them, and every option of them accounted for."""

import pytest
import redis

from servicekit.settings.redis_url import read_redis_url, redis_parts, url_of
from servicekit.settings.sentences import Unusable


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("redis://h", "redis://h"),
        ("redis://h:6380/3", "redis://h:6380/3"),
        ("rediss://user:p%2Fw@h:1/0?ssl_cert_reqs=none", "rediss://user:p%2Fw@h:1/0?ssl_cert_reqs=none"),
        ("redis://h/0?family=6&client_name=me", "redis://h/0?client_name=me"),
        ("redis://[::1]:6379/0", "redis://[::1]:6379/0"),
        ("unix:///run/redis.sock?db=2", "unix:///run/redis.sock?db=2"),
    ],
)
def test_the_client_is_given_what_it_knows(given: str, read: str) -> None:
    assert read_redis_url(given).url == read
    redis.Redis.from_url(read)


@pytest.mark.parametrize("option", ["family=6", "socket_timeout=1", "retry_on_timeout=yes", "protocol=3", "timeout=2"])
def test_each_ignored_option_has_a_line_with_its_name(option: str) -> None:
    address = read_redis_url(f"redis://h/0?{option}")
    assert address.url == "redis://h/0"
    (remark,) = address.remarks
    assert remark.startswith(f"the option {option} is ignored: ")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("foo", "not an address"),
        ("h:6379", "not an address"),
        ("http://h:6379", "begins with http://"),
        ("redis://", "names no host"),
        ("redis://:s3cret@", "names no host"),
        ("redis://h/x", "names a database that is no number"),
        ("redis://h/0/1", "names a database that is no number"),
        ("redis://h:99999/0", "has port 99999"),
        ("redis://h:0/0", "has port 0"),
        ("redis://h:x/0", "has a port that is no number"),
        ("redis://h/0 ", "has a space"),
        ("redis://:s3cr/et@h:6379/0", "has a port that is no number"),
        ("redis://:s3cr#et@h:6379/0", "cannot be read"),
        ("redis://:s3cr?et@h:6379/0", "cannot be read"),
        ("redis://:s3cr%et@h:6379/0", "cannot be read"),
        ("unix://", "names no socket"),
        ("amqp://h", "RabbitMQ cannot be the broker"),
        ("redis://h/0?foo=1", "the option foo is unknown"),
        ("redis://h/0?decode_responses=true", "the option decode_responses is unknown"),
        ("redis://h/0?tls=true", "the option tls is unknown; allowed: rediss://"),
        ("redis://h/0?ssl_cert_reqs=none", "the option ssl_cert_reqs is about TLS"),
        ("rediss://h/0?ssl_cert_reqs=maybe", "the option ssl_cert_reqs=maybe cannot be used"),
        ("redis://h?db=x", "the option db=x cannot be used"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url: str, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_redis_url(url)
    assert str(refused.value).startswith(why)
    assert "; allowed: " in str(refused.value)
    assert "s3cr" not in str(refused.value)


def test_parts_make_the_address_that_they_are_parts_of() -> None:
    url = url_of("::1", 6380, password="a/b@", tls=True)
    assert url == "rediss://:a%2Fb%40@[::1]:6380/0"
    assert redis_parts(read_redis_url(url).url) == ("::1", 6380, "a/b@", True)
