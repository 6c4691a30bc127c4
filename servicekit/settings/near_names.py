"""Variables that are nearly the name of a setting: a slip of the pen does nothing, and nobody would notice.

An environment is full of other programs' names. So a name counts as ours only by evidence: it is a known mistake, it
says the same words in another order or with a usual synonym, or it is one or two letters away from a long name.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

# Mistakes that no rule finds, seen in other engines' files or meant by their sense.
MISTAKEN: Final = {
    "NUM_WORKERS": "WORKERS",
    "WORKER_CONCURRENCY": "MAX_IN_FLIGHT",
    "CONCURRENCY_MAX": "MAX_IN_FLIGHT",
    "PEPPER": "KEY_PEPPER",
    "API_KEY_PEPPER": "KEY_PEPPER",
    "POSTGRES_URL": "DATABASE_URL",
    "POSTGRESQL_URL": "DATABASE_URL",
    "PG_URL": "DATABASE_URL",
    "FAIL_RATE": "MOCK_FAIL_RATE",
    "FAILURE_RATE": "MOCK_FAIL_RATE",
    "MARKET_FAIL_RATE": "MOCK_FAIL_RATE",
    "LOGLEVEL": "LOG_LEVEL",
    "GATEWAY_PORT": "PORT",
    "HTTP_PORT": "PORT",
    "GATEWAY_HOST": "HOST",
    "CORS_ORIGINS": "ALLOWED_ORIGINS",
    "REDIS_TLS_ENABLED": "REDIS_TLS",
    "TRADEWIND_DIR": "TRADEWIND_DATA_DIR",
    "TRADEWIND_PORT": "PORT",
    "TRADEWIND_HOST": "HOST",
}
# Words of one sense. Each is read as the last of its line.
_SYNONYMS: Final = {
    word: words.split()[-1]
    for words in (
        "PASSWORD PASSWD PWD PASS",
        "URI DSN CONNECTION_STRING URL",
        "DIRECTORY FOLDER DIR",
        "DATABASE DB",
        "SEC SECS SECOND SECONDS",
        "MILLIS MILLISECONDS MSEC MS",
        "MAXIMUM LIMIT MAX",
        "CONNS CONN CONNECTION CONNECTIONS",
        "USERNAME USER",
        "HOSTNAME HOST",
        "LVL LEVEL",
    )
    for word in words.split()
}
# Words that only say that a number follows.
_COUNTING: Final = frozenset({"COUNT", "NUM", "NUMBER", "TOTAL"})
# Shorter names are near other programs' own by chance: PORTS, HOSTS, WORKER.
_ONE_LETTER_FROM: Final = 8
# Two letters of one word, while all other words are the same.
_TWO_LETTERS_FROM: Final = 5


def near_names(names: Collection[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that is probably meant to be a known one, with that one; the most likely one of several."""
    for name in sorted(names):
        if name not in known and (meant := _meant(name, known)):
            yield name, meant


def _meant(name: str, known: Collection[str]) -> str | None:
    upper = name.upper()
    if (meant := MISTAKEN.get(upper)) in known:
        return meant
    if upper in known:
        # In small letters it does nothing. Of a single word that may well be another program's own.
        return upper if "_" in upper else None
    candidates = sorted(known)
    if "_" in upper:
        for candidate in candidates:
            if _same_words(upper, candidate):
                return candidate
    found = [(distance, candidate) for candidate in candidates if (distance := _slips(upper, candidate)) is not None]
    return min(found)[1] if found else None


def _same_words(name: str, known: str) -> bool:
    return _words(name) == _words(known)


def _words(name: str) -> "Counter[str]":
    words = [_SYNONYMS.get(word, word) for word in name.split("_") if word]
    return Counter(_singular(word) for word in words if word not in _COUNTING)


def _singular(word: str) -> str:
    return f"{word[:-3]}Y" if word.endswith("IES") else word.rstrip("S") or word


def _slips(name: str, known: str) -> int | None:
    """Return how many slips of the pen make one name of the other, if they are few for its length."""
    if abs(len(name) - len(known)) > 2 or name[-1].isdigit() != known[-1].isdigit():
        return None
    slips = _distance(name, known)
    length = min(len(name), len(known))
    if slips == 1 and length >= _ONE_LETTER_FROM:
        return 1
    if slips == 1 and len(name) == len(known) and sorted(name) == sorted(known) and length >= 5:
        return 1  # two letters changed places, which makes no other word
    return 2 if slips == 2 and _differ_in_one_long_word(name, known) else None


def _differ_in_one_long_word(name: str, known: str) -> bool:
    words = name.split("_"), known.split("_")
    different = [pair for pair in zip(*words, strict=False) if pair[0] != pair[1]]
    return len(words[0]) == len(words[1]) > len(different) == 1 and min(map(len, different[0])) >= _TWO_LETTERS_FROM


def _distance(first: str, second: str) -> int:
    """Return the optimal string alignment distance: letters put in, left out, changed, or two in the wrong order."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row = row, [i] + [0] * len(second)
        for j, b in enumerate(second, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        before = above
    return row[-1]
