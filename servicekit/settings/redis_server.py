"""What can be said of a Redis server before anything relies on it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from servicekit.settings.redis_url import read_redis_url
from servicekit.settings.sentences import sentence

_WITHIN_SECONDS: Final = 2.0
_AUTHENTICATED: Final = "the server's own password, as in redis://:password@host:6379/0"
_WITHOUT_TLS: Final = "a server that answers there and speaks TLS, or redis:// for one that does not"
# What servers and the client say, and what helps.
_REMEDIES: Final = (
    ("username-password pair", _AUTHENTICATED),
    ("already authenticated", _AUTHENTICATED),
    ("Authentication required", _AUTHENTICATED),
    ("DB index is out of range", "a database that the server has, such as /0"),
    ("Name or service not known", "a host that resolves"),
)
_CLUSTER: Final = (
    "a Redis Cluster, which spreads a queue's keys over several servers; allowed: one server (cluster-enabled no)"
)


def redis_problem(redis_url: str) -> str | None:
    """Return why the server at a good address cannot be used, and what can, or None when it answers and is one."""
    try:
        with _client(_any_database(redis_url)) as client:
            if problem := _cluster_problem(client):
                return problem
        with _client(redis_url) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        words = str(error).strip().rstrip(".") or type(error).__name__
        tls = redis_url.startswith("rediss://") and isinstance(error, redis.ConnectionError | redis.TimeoutError)
        answering = _WITHOUT_TLS if tls else "a server that answers there"
        allowed = next((remedy for part, remedy in _REMEDIES if part in words), answering)
        return f"does not serve us ({words}); allowed: {allowed}"
    return None


def cluster_sentences(environ: Mapping[str, str], urls: Mapping[str, str]) -> list[str]:
    """Return a refusal for each variable of `urls` that leads to a Redis Cluster.

    None when a server does not answer: an outage is no wrong setting, and services wait for its end.
    """
    found = []
    for name, url in urls.items():
        try:
            with _client(_any_database(url)) as client:
                problem = _cluster_problem(client)
        except (redis.RedisError, OSError, ValueError):
            continue
        if problem:
            found.append(sentence([name], environ, problem))
    return found


def _cluster_problem(client: "redis.Redis") -> str | None:
    try:
        about = client.info("cluster")
    except redis.ResponseError:  # a provider that forbids INFO: what it is shows later, if at all
        return None
    return _CLUSTER if about.get("cluster_enabled") else None


def _any_database(redis_url: str) -> str:
    """Return the address of database 0: a cluster knows no other, and would refuse to say that it is one."""
    parts = urlsplit(redis_url)
    options = "&".join(pair for pair in parts.query.split("&") if pair and not pair.startswith("db="))
    where = f"{parts.scheme}://{parts.netloc}{parts.path if parts.scheme == 'unix' else ''}"
    return f"{where}{'?' if options else ''}{options}"


@contextmanager
def _client(redis_url: str) -> "Iterator[redis.Redis]":
    with redis.Redis.from_url(
        read_redis_url(redis_url).url,
        socket_connect_timeout=_WITHIN_SECONDS,
        socket_timeout=_WITHIN_SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        yield client
