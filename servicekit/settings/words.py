"""Words in settings: on and off, and choices of a few. One meaning for each, everywhere, in any case."""

from collections.abc import Callable
from typing import Final

from pydantic import AfterValidator, BeforeValidator

from servicekit.settings.sentences import Unusable, listed

ON_OFF: Final = "on or off (also true, yes, 1; false, no, 0)"
ON: Final = frozenset({"on", "true", "yes", "1"})
OFF: Final = frozenset({"off", "false", "no", "0"})


def on_off(value: object) -> bool:
    """Return what a word means. Raises Unusable for any other word."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ON:
        return True
    if word in OFF:
        return False
    raise Unusable("neither on nor off", ON_OFF)


def one_of(*words: str, case: Callable[[str], str] = str.lower) -> BeforeValidator:
    """Return a validator that takes one of the words, in any case."""

    def known(value: object) -> str:
        word = case(str(value).strip())
        if word not in words:
            raise Unusable("not a known word", f"{listed(words)}, in any case")
        return word

    return BeforeValidator(known)


def exactly(*words: str) -> AfterValidator:
    """Return a validator that takes one of the words as it is written: a library reads it after us."""

    def known(word: str) -> str:
        if word not in words:
            raise Unusable("not a known word", f"{listed(words)}")
        return word

    return AfterValidator(known)
