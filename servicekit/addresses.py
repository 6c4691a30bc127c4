"""Addresses with passwords in them: an error about one never quotes it."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

_ESCAPES: Final = "in a password / is written %2F, @ %40, ? %3F, # %23 and % %25"
UNREADABLE: Final = f"must be a URL; {_ESCAPES}"
PORT_IS_NO_NUMBER: Final = f"must have a number as its port; {_ESCAPES}"


def split_address(url: str) -> SplitResult:
    """Return the parts of a URL, whose port can be read. Raises ValueError, whose text may follow the setting's name.

    An unescaped / in a password ends the host there: what urllib then calls the port is the beginning of the password.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(UNREADABLE) from None
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(PORT_IS_NO_NUMBER) from None
    return parts
