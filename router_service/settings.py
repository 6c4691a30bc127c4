"""The router's settings: environment variables, read once at start."""

from pydantic import Field

from servicekit.settings.kinds import HostName, LogLevel, OnOff, ServiceAddress
from servicekit.settings.service_settings import ServiceSettings


class RouterSettings(ServiceSettings):
    """What `python -m router_service` needs. Every field is the environment variable of its name."""

    grpc_host: HostName = "127.0.0.1"
    router_port: int = Field(default=50051, ge=0, le=65535)
    market_address: ServiceAddress = "127.0.0.1:50053"
    log_level: LogLevel = "INFO"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where /metrics is served; 0: nowhere."""
    metrics_host: HostName = "127.0.0.1"
    scenarios: OnOff = False
    grpc_reflection: OnOff = True
    grpc_connection_age_max_ms: int | None = Field(default=None, ge=1_000)

    router_deadline_ms: int = Field(default=1_000, gt=0, le=60_000)
    """How long venues have to quote. Raised to the market's announced maximum and a margin, so that it can be met."""
    router_deadline_margin_ms: int = Field(default=250, ge=0, le=10_000)
    router_deadline_max_ms: int = Field(default=5_000, gt=0, le=60_000)
    """The deadline never goes above this, whatever the market announces."""
    router_state_age_max_ms: int = Field(default=2_000, gt=0)
    """Older state is refused, never quoted."""

    router_leg_cost_lamports: int = Field(default=5_000, ge=0, le=10**12)
    """Network fee charged against each leg when routes are compared."""
    router_legs_max: int = Field(default=8, ge=1, le=16)

    router_quote_ttl_ms: int = Field(default=5_000, gt=0, le=600_000)
    router_quotes_kept_max: int = Field(default=20_000, gt=0)

    router_breaker_failures_max: int = Field(default=5, gt=0)
    router_breaker_retry_ms: int = Field(default=2_000, gt=0)
    router_seed: int = Field(default=1, ge=0, lt=2**63)
    """Seeds the draws of simulated quote latencies."""
