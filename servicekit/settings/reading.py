"""Reading settings: every number and word checked, every problem found at once, each in one sentence."""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple, Self, TypeVar, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BeforeValidator, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.settings.postgres_url import EXAMPLE as POSTGRES_EXAMPLE
from servicekit.settings.postgres_url import read_postgres_url
from servicekit.settings.redis_url import EXAMPLE as REDIS_EXAMPLE
from servicekit.settings.redis_url import read_redis_url
from servicekit.settings.sentences import Contradictions, SettingsError, Unusable, sentence, shown

_WHOLE: Final = re.compile(r"-?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
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

# A whole number without a bound of its own ends here: what it is handed to takes no more.
INTEGER_MAX: Final = 2**31 - 1

_Settings = TypeVar("_Settings", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """What every class of settings has in common. Fields are the variables of their names, in capitals there."""

    # An empty value counts as not given, everywhere.
    model_config = SettingsConfigDict(
        allow_inf_nan=False, frozen=True, extra="ignore", env_ignore_empty=True, arbitrary_types_allowed=True
    )

    def contradictions(self) -> Iterator[Unusable]:
        """Yield what does not agree among settings that are good by themselves, with the names of all involved."""
        yield from ()

    @field_validator("*", mode="before")
    @classmethod
    def _is_written_well(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        field = _Field.of(cls.model_fields[str(info.field_name)])
        if field.kind is int and not _WHOLE.fullmatch(value.strip()):
            raise Unusable("not a whole number", field.allowed)
        if field.kind is int and field.is_open and int(value) > INTEGER_MAX:
            raise Unusable("out of range", field.allowed)
        if field.kind in (float, Decimal) and not _NUMBER.fullmatch(value.strip()):
            raise Unusable("not a number", field.allowed)
        if field.reads_words:
            return value
        if field.allowed:
            return value.strip()
        if field.kind is SecretStr:
            return value  # a password may have spaces; addresses say themselves what they may have
        if value != value.strip():
            raise Unusable("begins or ends with a space", "the value without the space")
        if not value.isprintable():
            raise Unusable("has characters that cannot be printed", "the value without them")
        return value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if found := list(self.contradictions()):
            raise Contradictions(found)
        return self


class Problem(NamedTuple):
    """One refusal: the variables that it is about, and its sentence."""

    names: tuple[str, ...]
    text: str


def read_settings(kind: type[_Settings], environ: Mapping[str, str]) -> _Settings:
    """Return the settings in an environment, and say on standard error what of them is ignored.

    Raises SettingsError with all that is wrong, a line each. Names are those in capitals alone.
    """
    from servicekit.settings.tracing import TracingSettings  # noqa: PLC0415 - it is a class of settings itself

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


def texts_of(problems: "list[Problem]") -> list[str]:
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
    return Unusable(why, _Field.of(field).allowed or "see docs/operations.md")


def _own_words(message: str) -> str:
    text = re.sub(r"^(?:Value error, |Input should )", "", message)
    return text[:1].lower() + text[1:]


class _Field(NamedTuple):
    """What a field's type says: the plain type, which numbers it takes in words, whether it reads words itself,
    and whether its numbers have no upper bound."""

    kind: Any
    allowed: str
    reads_words: bool
    is_open: bool

    @classmethod
    def of(cls, field: FieldInfo) -> "_Field":
        kind, metadata = _plain(field.annotation)
        metadata += field.metadata
        reads_words = any(isinstance(each, BeforeValidator) for each in metadata)
        allowed = _range(kind, metadata) if kind in (int, float, Decimal) else ""
        is_open = not any(isinstance(each, Le | Lt) for each in metadata)
        return cls(kind, allowed, reads_words, is_open)


def _plain(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type without Optional and Annotated, and what was annotated."""
    if get_origin(annotation) is Annotated:
        kind, *metadata = get_args(annotation)
        inner, more = _plain(kind)
        return inner, [
            *(m for each in metadata for m in (each.metadata if isinstance(each, FieldInfo) else [each])),
            *more,
        ]
    options = [option for option in get_args(annotation) if option is not type(None)]
    if len(options) == 1 and type(None) in get_args(annotation):
        return _plain(options[0])
    return annotation, []


def _range(kind: type, metadata: list[Any]) -> str:
    """Return the bounds of a number in words."""
    lowest, highest, above, below, places = None, None, None, None, None
    for each in metadata:
        lowest = each.ge if isinstance(each, Ge) else lowest
        highest = each.le if isinstance(each, Le) else highest
        above = each.gt if isinstance(each, Gt) else above
        below = each.lt if isinstance(each, Lt) else below
        places = getattr(each, "decimal_places", places)
    if kind is int:
        lowest = above + 1 if isinstance(above, int) else lowest
        highest = below - 1 if isinstance(below, int) else INTEGER_MAX if highest is None else highest
        above = below = None
    words = ["a whole number" if kind is int else "a number"]
    words += [f"above {above}"] if above is not None else []
    words += [f"from {lowest} to {highest}"] if lowest is not None and highest is not None else []
    words += [f"of {lowest} or more"] if lowest is not None and highest is None else []
    words += [f"up to {highest}"] if lowest is None and highest is not None else []
    words += [f"with at most {places} decimals"] if places is not None else []
    return " ".join(words)
