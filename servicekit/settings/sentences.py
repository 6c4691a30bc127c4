"""The one form in which a setting is refused: `VARIABLE=value: why; allowed: what`. Secrets are masked."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

# A value longer than this is cut: a sentence stays a sentence.
SHOWN_CHARACTERS_MAX: Final = 64
MASK: Final = "***"

_SECRET_NAMES: Final = re.compile(r"pepper|password|passwd|secret|(?:^|_)pass$|_headers$|api_key$", re.IGNORECASE)
_ADDRESS_NAMES: Final = re.compile(r"_url$", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]{0,24}")
# Hosts, a port that is a number, a name: what may follow an address's password. Anything else may be part of one.
_BEHIND_PASSWORD: Final = re.compile(r"(?:[\w.-]*|\[[0-9A-Fa-f:.%\w]*\])(?::[0-9]*)?(?:/[\w.%-]*)?", re.ASCII)


class SettingsError(Exception):
    """Settings are missing or wrong: a line for each, in the form of `sentence`."""


class Unusable(ValueError):
    """A value cannot be used. `names` are the variables, in capitals, when it is about several together."""

    def __init__(self, why: str, allowed: str, *names: str) -> None:
        super().__init__(f"{why}; allowed: {allowed}")
        self.names = names


class Contradictions(ValueError):
    """Settings that are good by themselves do not agree; `found` has one entry for each reason."""

    def __init__(self, found: Iterable[Unusable]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(map(str, self.found)))


def sentence(names: Iterable[str], given: Mapping[str, str], reason: object) -> str:
    """Return the refusal of one variable, or of several together; `reason` is an Unusable or such a text."""
    named = list(names)
    told = [name for name in named if given.get(name)] or named[:1]
    return f"{' and '.join(shown(name, given.get(name)) for name in told)}: {reason}"


def shown(name: str, value: str | None) -> str:
    """Return `NAME=value` as it may be printed: bounded, printable, without a secret. `NAME` when there is no value."""
    if not value:
        return name
    if _SECRET_NAMES.search(name):
        return f"{name}={MASK}"
    if _ADDRESS_NAMES.search(name):
        return f"{name}={_quoted(masked(value))}"
    return f"{name}={_quoted(open_part(value))}"


def open_part(value: str) -> str:
    """Return a value, or a part of one, without what may be a password in it."""
    return masked(value) if "://" in value else value


def masked(address: str) -> str:
    """Return an address without user, password and options, which may hold passwords too."""
    scheme, found, rest = address.strip().partition("://")
    if not found:
        scheme, rest = "", scheme
    elif not _SCHEME.fullmatch(scheme):
        return MASK
    before, _, behind = rest.rpartition("@")
    if "?" in before or "#" in before:  # in a password or in an option: nobody can say which part is the host
        return f"{scheme}{found}{MASK}"
    hosts, asked, _ = behind.partition("?")
    if not all(_BEHIND_PASSWORD.fullmatch(host) for host in hosts.split(",")):
        return f"{scheme}{found}{MASK}"
    spaces = address[len(address.rstrip()) :]
    return f"{scheme}{found}{MASK + '@' if before else ''}{hosts}{'?' + MASK if asked else ''}{spaces}"


def bounded(text: str, most: int = SHOWN_CHARACTERS_MAX) -> str:
    """Return a text of any kind as it may stand in a sentence: printable, and cut where it is long."""
    printable = text[: most + 1] if text[: most + 1].isprintable() else ascii(text[: most + 1])[1:-1]
    return printable if len(text) <= most else f"{printable[:most]}... ({len(text)} characters)"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Return `a, b or c`."""
    *before, end = words
    return f"{', '.join(before)} {last} {end}" if before else end


def _quoted(value: str) -> str:
    return f'"{bounded(value)}"' if value != value.strip() else bounded(value)
