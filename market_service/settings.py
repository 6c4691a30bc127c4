"""The settings of the market process: environment variables, read once at start."""

import os
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from market_service.outside.profiles import PROFILES
from servicekit.postgres import libpq_url
from servicekit.setting_types import LogLevel, OnOff, read_settings

DEFAULT_MARKET_FILE: Final = Path(__file__).parent / "genesis" / "markets" / "default.toml"


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
    model_config = SettingsConfigDict(allow_inf_nan=False, frozen=True, case_sensitive=False, env_ignore_empty=True)


class LedgerSettings(_Settings):
    """What the commands that only touch the ledger need."""

    database_url: DatabaseUrl
    log_level: LogLevel = "INFO"


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
    scenarios: OnOff = False
    grpc_reflection: OnOff = True
    grpc_connection_age_max_ms: int | None = Field(default=None, ge=1_000)


def read_market_settings() -> MarketSettings:
    """Return the settings of the environment. Raises SettingsError."""
    return read_settings(MarketSettings, os.environ)


def read_ledger_settings() -> LedgerSettings:
    """Return the ledger's settings of the environment. Raises SettingsError."""
    return read_settings(LedgerSettings, os.environ)
