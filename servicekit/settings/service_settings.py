"""What every class of settings has in common."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Self

from pydantic import SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.settings.fields import INTEGER_MAX, FieldKind
from servicekit.settings.sentences import Contradictions, Unusable

# Digits alone: what pydantic takes besides (1_000, 5.0) no other reader of the same variable takes.
_WHOLE: Final = re.compile(r"-?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")


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
        field = FieldKind.of(cls.model_fields[str(info.field_name)])
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
