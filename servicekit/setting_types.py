"""Settings as all services read and refuse them: one meaning for a word, one sentence for a mistake."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings

_ON: Final = frozenset({"on", "true", "yes", "1"})
_OFF: Final = frozenset({"off", "false", "no", "0"})
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
# Only these hold something that must not be repeated: a password in an address, a key.
_SECRET_NAMES: Final = re.compile(r"(?i)_url$|pepper|password|secret")
_SHOWN_CHARACTERS_MAX: Final = 64


class SettingsError(Exception):
    """Settings are missing or wrong: one sentence for each, with its name, its value and what is allowed."""


def _on_off(value: object) -> object:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    raise ValueError("must be on or off (also: true, yes, 1; false, no, 0)")


def _level(value: object) -> object:
    word = str(value).strip().upper()
    if word not in _LEVELS:
        raise ValueError(f"must be {', '.join(_LEVELS[:-1])} or {_LEVELS[-1]}, in any case")
    return word


_Settings = TypeVar("_Settings", bound=BaseSettings)
OnOff = Annotated[bool, BeforeValidator(_on_off)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_level)]


def problems_of(error: ValidationError, given: Mapping[str, str]) -> list[str]:
    """Return one sentence for each thing that is wrong; `given` is the environment it was read from."""
    return [_sentence(problem, given) for problem in error.errors(include_url=False)]


def read_settings(kind: type[_Settings], environ: Mapping[str, str]) -> _Settings:
    """Return settings of the process's environment. Raises SettingsError with all that is wrong, a line each.

    `environ` is the environment, for the values in the sentences.
    """
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("\n".join(problems_of(error, environ))) from error


def check_settings(kind: type[BaseSettings], environ: Mapping[str, str], **supplied: str) -> Iterator[str]:
    """Yield what `kind` would refuse in an environment; `supplied` stands for what its process is given later."""
    given = {name: environ[name.upper()] for name in kind.model_fields if environ.get(name.upper())}
    later = {name: value for name, value in supplied.items() if name in kind.model_fields}
    values: dict[str, Any] = {**later, **given}
    try:
        kind(**values)
    except ValidationError as error:
        yield from problems_of(error, environ)


def _sentence(problem: Any, given: Mapping[str, str]) -> str:
    reason = re.sub(r"^Value error, ", "", problem["msg"])
    if not problem["loc"]:
        # About several settings together; it names them.
        return reason if reason.endswith(".") else f"{reason}."
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"{name} must be set."
    if problem["type"] != "value_error":
        # The library's own words begin with a capital; ours may begin with a name.
        reason = _ALLOWED.sub(lambda found: f"must {found[1]}", reason)
        reason = reason[0].lower() + reason[1:]
    return f"{_shown(name, given)}: {reason}{'' if reason.endswith('.') else '.'}"


_ALLOWED: Final = re.compile(r"^Input should (be .*)$")


def _shown(name: str, given: Mapping[str, str]) -> str:
    value = given.get(name)
    if value is None or _SECRET_NAMES.search(name):
        return name
    printable = value if value.isprintable() else ascii(value)
    return f"{name}={printable[:_SHOWN_CHARACTERS_MAX]}"
