"""What the executor and its workers are told, by environment variables. Read once, in bootstrap."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MigrationSettings(BaseSettings):
    """What a migration needs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr
    log_level: str = "INFO"


class Settings(MigrationSettings):
    """Frozen. Addresses of state have no default; everything with a unit has it in its name."""

    redis_url: SecretStr
    router_address: str = "127.0.0.1:50051"
    market_address: str = "127.0.0.1:50053"
    executor_port: Annotated[int, Field(ge=0, le=65535)] = 50052
    grpc_host: str = "127.0.0.1"
    grpc_reflection: bool = True
    grpc_connection_age_max_ms: Annotated[int, Field(ge=1_000)] | None = None
    database_connections: Annotated[int, Field(ge=2, le=100)] = 6
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_host: str = "127.0.0.1"
    worker_name: str = "worker"
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    open_orders_max: Annotated[int, Field(ge=1)] = 50_000
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_base_ms: Annotated[int, Field(ge=1, le=60_000)] = 500
    scenarios: bool = False
