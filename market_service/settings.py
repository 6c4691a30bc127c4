"""The settings of the market process: environment variables, read once at start."""

import os
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from market_service.genesis.definition import DefinitionError, read_definition
from market_service.outside.profiles import PROFILES
from servicekit.settings.kinds import HostName, LogLevel, OnOff, PostgresUrl, UserPath
from servicekit.settings.reading import read_settings
from servicekit.settings.sentences import Unusable, bounded, shown
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.words import one_of

DEFAULT_MARKET_FILE: Final = Path(__file__).parent / "genesis" / "markets" / "default.toml"
_REASON_MAX: Final = 200


def _readable(path: Path) -> Path:
    try:
        read_definition(path)
    except DefinitionError as error:
        # Further lines say more of the same; the first is enough to find the place. The path is shown before it.
        cause, said = error.__cause__, str(error).splitlines()[0].removeprefix(f"{path}: ")
        why = f"cannot be read ({cause.strerror})" if isinstance(cause, OSError) else bounded(said, _REASON_MAX)
        raise Unusable(why, "a market's definition (docs/market.md)") from None
    return path


ProfileName = Annotated[str, one_of(*PROFILES)]
MarketFile = Annotated[UserPath, AfterValidator(_readable)]


class LedgerSettings(ServiceSettings):
    """What the commands that only touch the ledger need."""

    database_url: PostgresUrl
    log_level: LogLevel = "INFO"


class MarketSettings(LedgerSettings):
    """What `python -m market_service` needs. Every field is the environment variable of its name."""

    grpc_host: HostName = "127.0.0.1"
    market_port: int = Field(default=50053, ge=0, le=65535)
    market_profile: ProfileName = "realistic"
    market_seed: int = Field(default=1, ge=0, lt=2**63)
    mock_fail_rate: float | None = Field(default=None, ge=0, le=1)
    market_outage_rate: float = Field(default=0, ge=0, le=1)
    market_file: MarketFile = DEFAULT_MARKET_FILE
    metrics_port: int = Field(default=0, ge=0, le=65535)
    metrics_host: HostName = "127.0.0.1"
    scenarios: OnOff = False
    grpc_reflection: OnOff = True
    grpc_connection_age_max_ms: int | None = Field(default=None, ge=1_000)


def pooled_market_remark(database_url: str) -> str:
    """Return what to know of a market behind a pooler in transaction mode."""
    return (
        f"{shown('DATABASE_URL', database_url)}: behind a pooler nothing keeps two markets apart; give the market the "
        "address of Postgres itself (docs/scaling.md)"
    )


def read_market_settings() -> MarketSettings:
    """Return the settings of the environment. Raises SettingsError."""
    return read_settings(MarketSettings, os.environ)


def read_ledger_settings() -> LedgerSettings:
    """Return the ledger's settings of the environment. Raises SettingsError."""
    return read_settings(LedgerSettings, os.environ)
