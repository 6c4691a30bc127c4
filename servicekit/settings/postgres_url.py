"""The address of a Postgres as users write it: read in one place, with every option accounted for."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict

from servicekit.settings import postgres_options as options
from servicekit.settings.sentences import Unusable, bounded, listed
from servicekit.settings.words import on_off

EXAMPLE: Final = "postgresql://user:password@host:5432/name"
_SCHEMES: Final = frozenset({"postgres", "postgresql"})
_ESCAPES: Final = "in a password / is written %2F, @ %40, ? %3F, # %23, % %25 and a space %20"
_WRITTEN: Final = f"one such as {EXAMPLE}; {_ESCAPES}"
_SHORT: Final = 40
_HIGHEST_PORT: Final = 65_535
# What says in an address where the server is.
_WHERE: Final = ("host", "hostaddr", "service")
_SEARCH_PATH_IN_OPTIONS: Final = re.compile(r"(?:-c\s*|--)search[_-]path\s*=\s*((?:\\.|\S)+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """What an address says. `url` is for libpq, which refuses what it does not know."""

    url: str
    parts: Mapping[str, str]
    is_pooled: bool = False
    """Behind a pooler in transaction mode (`pgbouncer=true`): the next transaction may run in another session."""
    is_prepared: bool = True
    """False: no prepared statements, because of a pooler or because an option says so."""
    search_path: str | None = None
    """As SET takes it; None when the address names no schema."""
    remarks: tuple[str, ...] = ()
    """A line for each option that nobody reads."""

    def arguments(self, **ours: Any) -> dict[str, Any]:
        """Return those of our own connection arguments that the address does not say itself."""
        return {name: value for name, value in ours.items() if name == "client_encoding" or name not in self.parts}


def libpq_url(database_url: str) -> str:
    """Return the address for libpq. Raises Unusable, without a password in it, when the address cannot be used."""
    return read_postgres_url(database_url).url


def read_postgres_url(database_url: str) -> PostgresAddress:
    """Return what an address says. Raises Unusable, whose text holds no password, when it cannot be used.

    The schemes postgres:// and postgresql+driver:// are read too.
    """
    if re.search(r"\s", database_url):
        raise Unusable("has a space or a line's end in it", _WRITTEN)
    scheme, found, rest = database_url.partition("://")
    if not found or scheme.lower().partition("+")[0] not in _SCHEMES:
        begins = f"begins with {bounded(scheme, _SHORT)}://" if found else "not an address"
        raise Unusable(begins, EXAMPLE)
    address, _, query = rest.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    if any("=" not in pair for pair in pairs) or ("@" in query and "@" not in address):
        # An unescaped ? in a password: what follows is its rest, and is not repeated.
        raise Unusable("cannot be read", _WRITTEN)
    read = _Options()
    for pair in pairs:
        read.take(pair)
    if read.refused:
        raise _together(read.refused)
    url = f"postgresql://{address}{'?' if read.kept else ''}{'&'.join(read.kept)}"
    parts = _parts(url)
    chosen = _SEARCH_PATH_IN_OPTIONS.findall(parts.get("options", ""))
    path = re.sub(r"\\(.)", r"\1", chosen[-1]) if chosen else None
    if path and read.search_path and path != read.search_path:
        raise Unusable("names two search paths", "one schema, in schema=... or in options=...")
    return PostgresAddress(
        url=url,
        parts=parts,
        is_pooled=read.is_pooled,
        is_prepared=read.is_prepared and not read.is_pooled,
        search_path=path or read.search_path,
        remarks=tuple(read.remarks),
    )


class _Options:
    """What the options of one address come to."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.remarks: list[str] = []
        self.refused: list[Unusable] = []
        self.is_pooled = False
        self.is_prepared = True
        self.search_path: str | None = None

    def take(self, pair: str) -> None:
        """Read one `name=value`."""
        written, _, text = pair.partition("=")
        name, value = unquote(written), unquote(text)
        lower = name.lower()
        if name in _libpq_names() and name not in {*options.OVERRULED, *options.UNUSABLE}:
            self._take_own(name, value, pair)
        elif name == "ssl" and value == "true":
            self.kept.append(pair)  # libpq reads it as sslmode=require
        elif lower in {"ssl", "sslaccept"}:
            self._take_ssl(lower, value)
        elif lower == "pgbouncer":
            self._take_pooled(value)
        elif lower in options.SCHEMA:
            self._take_schema(name, value)
        elif lower in options.UNPREPARED and value.lower() in options.UNPREPARED[lower]:
            self.is_prepared = False
        elif lower in options.UNPREPARED:
            self._pass_over(name, value, "statements are prepared when they are first used")
        elif lower in options.IGNORED or lower in options.OVERRULED:
            self._pass_over(name, value, {**options.IGNORED, **options.OVERRULED}[lower])
        else:
            self._refuse_unknown(name)

    def _take_own(self, name: str, value: str, pair: str) -> None:
        words, bounds = options.WORDS.get(name), options.NUMBERS.get(name)
        if value and words and value not in words:
            self._refuse(
                name, value, " or ".join(f"{name}={word}" for word in words) if len(words) < 3 else listed(words)
            )
        elif value and bounds and not _is_within(value, *bounds):
            self._refuse(name, value, f"a whole number from {bounds[0]} to {bounds[1]}")
        else:
            self.kept.append(pair)

    def _take_ssl(self, name: str, value: str) -> None:
        if name == "sslaccept" and value == "accept_invalid_certs":
            self._pass_over(name, value, "sslmode=require encrypts without looking at the certificate")
        elif name == "sslaccept":
            self._refuse(name, value, "sslmode=verify-full (with sslrootcert=system for a public authority)")
        else:
            self._refuse(name, value, f"sslmode={' or sslmode='.join(('disable', 'require', 'verify-full'))}")

    def _take_pooled(self, value: str) -> None:
        try:
            self.is_pooled = on_off(value)
        except Unusable:
            self._refuse("pgbouncer", value, "pgbouncer=true or pgbouncer=false")

    def _take_schema(self, name: str, value: str) -> None:
        schemas = [schema.strip().strip('"') for schema in value.split(",")]
        if not all(schemas):
            self._refuse(name, value, "the name of a schema, or several with commas between")
            return
        path = ", ".join(sql.Identifier(schema).as_string() for schema in schemas)
        if self.search_path not in (None, path):
            self._refuse(name, value, "one schema, named once")
        self.search_path = path

    def _pass_over(self, name: str, value: str, why: str) -> None:
        said = f"{bounded(name, _SHORT)}={bounded(value, _SHORT)}"
        self.remarks.append(f"the option {said} is ignored: {why}")

    def _refuse(self, name: str, value: str, allowed: str) -> None:
        self.refused.append(
            Unusable(f"the option {bounded(name, _SHORT)}={bounded(value, _SHORT)} cannot be used", allowed)
        )

    def _refuse_unknown(self, name: str) -> None:
        instead = options.UNUSABLE.get(name.lower()) or _nearest(name)
        why = "cannot be used" if name.lower() in options.UNUSABLE else "is unknown"
        self.refused.append(Unusable(f"the option {bounded(name, _SHORT)} {why}", instead))


def _together(refused: list[Unusable]) -> Unusable:
    if len(refused) == 1:
        return refused[0]
    whys, alloweds = zip(*(str(each).split("; allowed: ", 1) for each in refused), strict=True)
    return Unusable(", and ".join(whys), ", and ".join(alloweds))


def _libpq_names() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def _nearest(name: str) -> str:
    known = sorted(_libpq_names())
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    return f"{near[0]}, written so" if near else "the address without it, or an option of libpq such as sslmode"


def _is_within(text: str, lowest: int, highest: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and lowest <= int(text) <= highest


def _parts(url: str) -> dict[str, str]:
    # libpq's own words repeat what it cannot read: the whole address, the password, or the part it takes for a port.
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    except psycopg.ProgrammingError:
        raise Unusable("cannot be read", _WRITTEN) from None
    ports = [port for port in parts.get("port", "").split(",") if port]
    if not all(port.isdecimal() for port in ports):
        raise Unusable("has a port that is no number", _WRITTEN)
    if not all(_is_within(port, 1, _HIGHEST_PORT) for port in ports):
        raise Unusable(f"has port {bounded(','.join(ports), _SHORT)}", f"a port from 1 to {_HIGHEST_PORT}")
    if not any(parts.get(name) for name in _WHERE):
        raise Unusable("names no host", f"{EXAMPLE}, or postgresql:///name?host=/folder for a Unix socket")
    return parts
