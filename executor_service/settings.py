"""The settings of the executor and its workers, from environment variables. They are read once, at the start."""

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from executor_service.domain.risk import RiskLimits
from servicekit.addresses import split_address
from servicekit.postgres import libpq_url
from servicekit.setting_types import LogLevel, OnOff

PEPPER_CHARACTERS_MIN: Final = 32
_POSTGRES: Final = ("postgres://", "postgresql://", "postgresql+")
_REDIS: Final = ("redis://", "rediss://", "unix://")
_RABBIT: Final = ("amqp://", "amqps://")


class MigrationSettings(BaseSettings):
    """What a migration needs."""

    # An empty value counts as not given, as it does for `make run`.
    model_config = SettingsConfigDict(allow_inf_nan=False, frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr
    log_level: LogLevel = "INFO"

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(_POSTGRES):
            raise ValueError("must be an address such as postgresql://user:password@host:5432/name")
        libpq_url(url.get_secret_value())
        return url


class AccountSettings(MigrationSettings):
    """What the commands for keys and accounts need, and the server too."""

    # Hashed into every key; another pepper makes all keys invalid.
    key_pepper: SecretStr | None = None
    # Limits of the accounts that have none of their own; not set: no limit.
    risk_order_usd_max: Annotated[Decimal, Field(gt=0, le=10**12, decimal_places=6)] | None = None
    risk_orders_in_flight_max: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    risk_orders_per_minute_max: Annotated[int, Field(ge=1, lt=2**32)] | None = None
    risk_slippage_bps_max: Annotated[int, Field(ge=0, le=10_000)] | None = None

    @field_validator("key_pepper")
    @classmethod
    def _is_long(cls, pepper: SecretStr | None) -> SecretStr | None:
        if pepper is not None and len(pepper.get_secret_value()) < PEPPER_CHARACTERS_MIN:
            raise ValueError(f"must have at least {PEPPER_CHARACTERS_MIN} characters")
        return pepper

    @property
    def pepper(self) -> bytes | None:
        """The pepper as it is hashed."""
        return None if self.key_pepper is None else self.key_pepper.get_secret_value().encode()

    @property
    def risk_limits(self) -> RiskLimits:
        """Limits of the accounts that have none of their own."""
        usd = self.risk_order_usd_max
        return RiskLimits(
            order_usd_micros_max=None if usd is None else int(usd * 1_000_000),
            orders_in_flight_max=self.risk_orders_in_flight_max,
            orders_per_minute_max=self.risk_orders_per_minute_max,
            slippage_bps_max=self.risk_slippage_bps_max,
        )


class ExecutorSettings(AccountSettings):
    """Frozen. Addresses of state have no default; everything with a unit has it in its name."""

    redis_url: SecretStr
    # The queue of hints alone on another Redis; None: beside the events on `redis_url`.
    broker_url: SecretStr | None = None
    router_address: str = "127.0.0.1:50051"
    market_address: str = "127.0.0.1:50053"
    executor_port: Annotated[int, Field(ge=0, le=65535)] = 50052
    grpc_host: str = "127.0.0.1"
    grpc_reflection: OnOff = True
    grpc_connection_age_max_ms: Annotated[int, Field(ge=1_000)] | None = None
    database_connections: Annotated[int, Field(ge=2, le=100)] = 6
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_host: str = "127.0.0.1"
    worker_name: str = "worker"
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    open_orders_max: Annotated[int, Field(ge=1)] = 50_000
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_base_ms: Annotated[int, Field(ge=1, le=60_000)] = 500
    scenarios: OnOff = False
    # Which orders are logged when they go well: none, those whose trace is sampled, or all.
    log_orders: Literal["off", "sampled", "all"] = "sampled"
    order_channels: OnOff = False

    @field_validator("redis_url", "broker_url")
    @classmethod
    def _is_readable(cls, url: SecretStr | None) -> SecretStr | None:
        split_address(url.get_secret_value() if url else "")
        return url

    @field_validator("broker_url")
    @classmethod
    def _is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        address = url.get_secret_value() if url else ""
        if address.startswith(_RABBIT):
            raise ValueError("RabbitMQ cannot be the broker in this version: give redis:// (docs/scaling.md says why)")
        if address and not address.startswith(_REDIS):
            raise ValueError("must be an address such as redis://:password@host:6379/0")
        return url if address else None

    @property
    def queue_url(self) -> str:
        """Where the queue of hints is."""
        return (self.broker_url or self.redis_url).get_secret_value()
