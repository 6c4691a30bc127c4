"""Reading settings: every problem is found at once, and said in one sentence."""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from servicekit.settings.fields import FieldKind
from servicekit.settings.postgres_url import EXAMPLE as POSTGRES_EXAMPLE
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.redis_url import EXAMPLE as REDIS_EXAMPLE
from servicekit.settings.redis_url import read_redis_url
from servicekit.settings.sentences import Contradictions, SettingsError, Unusable, sentence, shown
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.tracing import TracingSettings

_OUT_OF_RANGE: Final = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}
)
# The settings that have no default, and what stands for one while the others are compared with each other.
_WITHOUT_DEFAULT: Final = {"database_url": POSTGRES_EXAMPLE, "redis_url": REDIS_EXAMPLE}
_REMARKS: Final[Mapping[str, Callable[[str], tuple[str, ...]]]] = {
    "DATABASE_URL": lambda url: read_postgres_url(url).remarks,
    "REDIS_URL": lambda url: read_redis_url(url).remarks,
    "BROKER_URL": lambda url: read_redis_url(url).remarks,
}

_Settings = TypeVar("_Settings", bound=ServiceSettings)


class Problem(NamedTuple):
    """One refusal: the variables that it is about, and its sentence."""

    names: tuple[str, ...]
    text: str


def read_settings(kind: type[_Settings], environ: Mapping[str, str]) -> _Settings:
    """Return the settings in an environment, and say on standard error what of them is ignored.

    Raises SettingsError with all that is wrong, a line each. Names are those in capitals alone.
    """
    problems = [*check_settings(kind, environ), *check_settings(TracingSettings, environ)]
    if problems:
        raise SettingsError("\n".join(texts_of(problems)))
    for remark in remarks_on({name.upper() for name in kind.model_fields}, environ):
        sys.stderr.write(f"{remark}\n")
    return read_checked(kind, environ)


def read_checked(kind: type[_Settings], environ: Mapping[str, str]) -> _Settings:
    """Return the settings in an environment that `check_settings` has found nothing wrong with."""
    return _made(kind, _given(kind, environ))


def check_settings(kind: type[ServiceSettings], environ: Mapping[str, str], **supplied: str) -> Iterator[Problem]:
    """Yield what `kind` would refuse in an environment; `supplied` stands for what its process is given later."""
    values: dict[str, Any] = {name: value for name, value in supplied.items() if name in kind.model_fields}
    values |= _given(kind, environ)
    found = _problems(kind, values, environ)
    yield from found
    bad = {name for problem in found for name in problem.names}
    if bad and all(len(problem.names) == 1 for problem in found):
        # What is good is compared all the same, so that nothing is left for the next try.
        good = {name: value for name, value in values.items() if name.upper() not in bad}
        left = {
            name: url for name, url in _WITHOUT_DEFAULT.items() if name.upper() in bad and name in kind.model_fields
        }
        yield from (p for p in _problems(kind, {**good, **left}, environ) if not bad.intersection(p.names))


def texts_of(problems: Sequence[Problem]) -> list[str]:
    """Return the sentences, one for each variable that is wrong by itself, and none twice."""
    alone: dict[tuple[str, ...], str] = {}
    for problem in problems:
        if len(problem.names) == 1:
            alone.setdefault(problem.names, problem.text)
    return list(dict.fromkeys(alone.get(problem.names, problem.text) for problem in problems))


def remarks_on(names: Collection[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each part of the addresses that is read by nobody. The addresses are good."""
    for name, read in _REMARKS.items():
        if name in names and (url := environ.get(name)):
            yield from (f"{shown(name, url)}: {remark}" for remark in read(url))


def _given(kind: type[ServiceSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    return {name: environ[name.upper()] for name in kind.model_fields if environ.get(name.upper())}


def _made(kind: type[_Settings], values: Mapping[str, Any]) -> _Settings:
    # No variable has a = in its name: nothing is read but what is given here.
    return kind(_env_prefix="=", **values)


def _problems(kind: type[ServiceSettings], values: Mapping[str, Any], environ: Mapping[str, str]) -> list[Problem]:
    try:
        _made(kind, values)
    except ValidationError as error:
        return [
            found
            for detail in error.errors(include_url=False, include_input=False)
            for found in _told(kind, detail, environ)
        ]
    return []


def _told(kind: type[ServiceSettings], detail: Any, environ: Mapping[str, str]) -> Iterator[Problem]:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, Contradictions):
        yield from (Problem(each.names, sentence(each.names, environ, each)) for each in cause.found)
        return
    field = str(detail["loc"][0])
    names = (field.upper(),)
    yield Problem(names, sentence(names, environ, _reason(kind.model_fields[field], field, detail, cause)))


def _reason(field: FieldInfo, name: str, detail: Any, cause: object) -> object:
    if isinstance(cause, Unusable):
        return cause
    if detail["type"] == "missing":
        return Unusable("not set", f"an address such as {_WITHOUT_DEFAULT.get(name, 'the documented one')}")
    why = "out of range" if detail["type"] in _OUT_OF_RANGE else _own_words(detail["msg"])
    return Unusable(why, FieldKind.of(field).allowed or "see docs/operations.md")


def _own_words(message: str) -> str:
    text = re.sub(r"^(?:Value error, |Input should )", "", message)
    return text[:1].lower() + text[1:]
