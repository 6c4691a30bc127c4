"""The settings of the market process: environment variables, read once at start."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from market_service.outside.profiles import PROFILES
from servicekit.postgres import libpq_url

DEFAULT_MARKET_FILE: Final = Path(__file__).parent / "genesis" / "markets" / "default.toml"


class SettingsError(Exception):
    """A setting is missing or wrong. The text is one sentence that names it."""


def _known_profile(name: str) -> str:
    if name not in PROFILES:
        raise ValueError(f"must be one of {', '.join(PROFILES)}")
    return name


def _postgres_url(url: str) -> str:
    if not url.startswith(("postgres://", "postgresql://")):
        raise ValueError("must begin with postgresql://")
    return libpq_url(url)


DatabaseUrl = Annotated[str, AfterValidator(_postgres_url)]
ProfileName = Annotated[str, AfterValidator(_known_profile)]


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, case_sensitive=False, env_ignore_empty=True)


class LedgerSettings(_Settings):
    """What the commands that only touch the ledger need."""

    database_url: DatabaseUrl
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class MarketSettings(LedgerSettings):
    """What `python -m market_service` needs. Every field is the environment variable of its name."""

    grpc_host: str = "127.0.0.1"
    market_port: int = Field(default=50053, ge=0, le=65535)
    market_profile: ProfileName = "realistic"
    market_seed: int = Field(default=1, ge=0, lt=2**63)
    mock_fail_rate: float | None = Field(default=None, ge=0, le=1)
    market_outage_rate: float = Field(default=0, ge=0, le=1)
    market_file: Path = DEFAULT_MARKET_FILE
    metrics_port: int = Field(default=0, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    scenarios: Literal["on", "off"] = "off"
    grpc_reflection: Literal["on", "off"] = "on"
    grpc_connection_age_max_ms: int | None = Field(default=None, ge=1_000)


def read_market_settings() -> MarketSettings:
    """Return the settings of the environment. Raises SettingsError."""
    try:
        return MarketSettings()
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error


def read_ledger_settings() -> LedgerSettings:
    """Return the ledger's settings of the environment. Raises SettingsError."""
    try:
        return LedgerSettings()
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error


_REASONS: Final[Mapping[str, str]] = {"missing": "must be set"}


def _sentence(error: ValidationError) -> str:
    """Return the first problem as one sentence, without the value: it may be a secret."""
    problem = error.errors(include_input=False, include_url=False)[0]
    name = str(problem["loc"][0]).upper() if problem["loc"] else "The environment"
    reason = _REASONS.get(problem["type"]) or re.sub(r"^Value error, ", "", problem["msg"])
    return f"{name} is not usable: {reason[0].lower()}{reason[1:]}."
