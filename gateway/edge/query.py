"""Query parameters, read strictly."""

import difflib
from collections.abc import Awaitable, Sequence
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from servicekit.errors import FieldViolation, Rejected

SEQUENCE_MAX: Final = 2**31 - 1


def invalid_parameter(name: str, detail: str, code: str = "invalid_value") -> Rejected:
    """Return the error for one bad parameter; the pointer names it as ?name."""
    return Rejected("INVALID_REQUEST", detail, violations=[FieldViolation(f"?{name}", detail, code)])


def parameters(scope: Scope) -> list[tuple[str, str]]:
    """Return the parameters in their order. Raises Rejected("INVALID_REQUEST") for more than 64."""
    try:
        return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=64)
    except ValueError:
        raise Rejected("INVALID_REQUEST", "The query has too many parameters.") from None


def known_parameters(scope: Scope, known: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each parameter. Raises Rejected("INVALID_REQUEST") for one that is not `known`."""
    found: dict[str, list[str]] = {}
    for name, value in parameters(scope):
        if name not in known:
            near = difflib.get_close_matches(name[:64], known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(known) or 'none'}."
            raise invalid_parameter(
                name[:64], f"{name[:64]!a} is not a parameter of this address.{hint}", "unknown_field"
            )
        found.setdefault(name, []).append(value)
    return found


class StrictQuery:
    """Refuses parameters that an address does not know: an ASGI app before another."""

    def __init__(self, app: ASGIApp, known: Sequence[str]) -> None:
        self._app = app
        self._known = known

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on. Raises Rejected("INVALID_REQUEST") that names the nearest parameter."""
        if scope["query_string"]:
            known_parameters(scope, self._known)
        return self._app(scope, receive, send)


def sequence_after(scope: Scope) -> int:
    """Return `after`: the last sequence the caller has; 0 when it is not given."""
    for name, value in parameters(scope):
        if name == "after":
            return sequence_in(value, "after")
    return 0


def sequence_in(value: str, name: str) -> int:
    """Return the sequence that a text holds. Raises Rejected("INVALID_REQUEST") when it holds none."""
    if len(value) <= 10 and value.isascii() and value.isdigit() and int(value) <= SEQUENCE_MAX:
        return int(value)
    raise invalid_parameter(name, f"{name} must be the sequence of an event, from 0 to {SEQUENCE_MAX}.")
