"""What the type of a field says about its values, in words."""

from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

# A whole number without a bound of its own ends here: what it is handed to takes no more.
INTEGER_MAX: Final = 2**31 - 1


class FieldKind(NamedTuple):
    """The plain type, without Optional and Annotated, and what is annotated."""

    kind: Any
    allowed: str
    """Which numbers it takes; empty for what is no number."""
    reads_words: bool
    """It turns words into values itself."""
    is_open: bool
    """Its numbers have no upper bound of their own."""

    @classmethod
    def of(cls, field: FieldInfo) -> "FieldKind":
        """Return what a field's type says."""
        kind, metadata = _plain(field.annotation)
        metadata = [*metadata, *field.metadata]
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
