"""The settings of the executor and its workers, from environment variables. They are read once, at the start."""

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator

from executor_service.domain.risk import RiskLimits
from servicekit.settings.kinds import HostName, LogLevel, OnOff, PostgresUrl, RedisUrl, ServiceAddress, ShortName
from servicekit.settings.sentences import Unusable
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.words import one_of

PEPPER_CHARACTERS_MIN: Final = 32


class MigrationSettings(ServiceSettings):
    """What a migration needs."""

    database_url: PostgresUrl
    log_level: LogLevel = "INFO"


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
            raise Unusable(f"shorter than {PEPPER_CHARACTERS_MIN} characters", "so many, or more")
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

    redis_url: RedisUrl
    # The queue of hints alone on another Redis; None: beside the events on `redis_url`.
    broker_url: RedisUrl | None = None
    router_address: ServiceAddress = "127.0.0.1:50051"
    market_address: ServiceAddress = "127.0.0.1:50053"
    executor_port: Annotated[int, Field(ge=0, le=65535)] = 50052
    grpc_host: HostName = "127.0.0.1"
    grpc_reflection: OnOff = True
    grpc_connection_age_max_ms: Annotated[int, Field(ge=1_000)] | None = None
    database_connections: Annotated[int, Field(ge=2, le=100)] = 6
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_host: HostName = "127.0.0.1"
    worker_name: ShortName = "worker"
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    open_orders_max: Annotated[int, Field(ge=1)] = 50_000
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_base_ms: Annotated[int, Field(ge=1, le=60_000)] = 500
    scenarios: OnOff = False
    # Which orders are logged when they go well: none, those whose trace is sampled, or all.
    log_orders: Annotated[Literal["off", "sampled", "all"], one_of("off", "sampled", "all")] = "sampled"
    order_channels: OnOff = False

    @property
    def queue_url(self) -> str:
        """Where the queue of hints is."""
        return (self.broker_url or self.redis_url).get_secret_value()
