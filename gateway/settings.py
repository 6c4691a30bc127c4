"""What the gateway is told by its environment, checked once at the start."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from gateway.access.host_names import hosts_in
from gateway.access.origin_patterns import LOCAL_PAGES, OriginPattern, origins_in
from gateway.access.rate_policies import Limits, limits_in
from gateway.edge.public_path import normal_prefix
from servicekit.settings.kinds import HostName, LogLevel, OnOff, RedisUrl, Seconds, ServiceAddress
from servicekit.settings.sentences import Unusable, bounded, open_part
from servicekit.settings.service_settings import ServiceSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
RateLimitName = Literal["submits", "reads", "address", "failures"]
# A bot that trades on every slot stays far below; one that runs wild does not.
_RATE_LIMITS_WITH_KEYS: Final[dict[RateLimitName, str]] = {
    "submits": "100/second",
    "reads": "200/second",
    "address": "500/second",
    "failures": "20/minute",
}


class GatewaySettings(ServiceSettings):
    """Names are those of the environment, in capitals there. Limits protect the process, not a business rule."""

    host: HostName = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    executor_address: ServiceAddress = "127.0.0.1:50052"
    router_address: ServiceAddress = "127.0.0.1:50051"
    market_address: ServiceAddress = "127.0.0.1:50053"
    log_level: LogLevel = "INFO"

    auth: OnOff = False
    # For tickets and rate limits; the URL holds a password.
    redis_url: RedisUrl | None = None
    # Networks whose X-Forwarded-For, -Proto, -Host and -Prefix are believed.
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    # What the proxy in front takes off each path, where it says no X-Forwarded-Prefix.
    path_prefix: str = ""
    # Origins whose pages may use this gateway, beside its own; not given: `page_origins`.
    allowed_origins: Annotated[tuple[OriginPattern, ...] | None, NoDecode] = None
    # Hosts that it is served as, beside its own; not given: `served_hosts`.
    allowed_hosts: Annotated[tuple[str, ...] | None, NoDecode] = None
    scenarios: OnOff = False

    # Of one key, and of one client address; not given: none without keys, else those of _RATE_LIMITS_WITH_KEYS.
    rate_limit_submits: Annotated[Limits | None, NoDecode] = None
    rate_limit_reads: Annotated[Limits | None, NoDecode] = None
    rate_limit_address: Annotated[Limits | None, NoDecode] = None
    # Wrong keys and tickets that one address may show.
    rate_limit_failures: Annotated[Limits | None, NoDecode] = None
    # A request waits no longer for Redis to count it.
    rate_limit_deadline_seconds: Seconds = 0.1
    # How soon an open stream ends after its key was revoked or has expired.
    key_recheck_seconds: Seconds = 10.0

    default_slippage_bps: int = Field(default=50, ge=0, le=10_000)
    max_slippage_bps: int = Field(default=1_000, ge=0, le=10_000)

    body_bytes_max: int = Field(default=16 * 1024, gt=0)
    batch_body_bytes_max: int = Field(default=256 * 1024, gt=0)
    # Whole tokens that one airdrop may mint.
    airdrop_tokens_max: int = Field(default=1_000_000, gt=0)
    batch_orders_max: int = Field(default=500, gt=0, le=512)
    header_bytes_max: int = Field(default=16 * 1024, gt=0)
    header_read_seconds: Seconds = 10.0
    body_read_seconds: Seconds = 10.0
    # How long a connection may be idle between two requests: longer than the proxies in front keep theirs, or they meet
    # a connection that has just been closed.
    keep_alive_seconds: float = Field(default=75.0, ge=1, le=86_400)
    # How long a client may take nothing of what is on its way to it.
    stall_seconds: Seconds = 30.0
    submits_waiting_max: int = Field(default=10_000, gt=0)
    rpc_deadline_seconds: Seconds = 5.0
    watch_deadline_seconds: Seconds = 2.0
    frames_waiting_max: int = Field(default=256, gt=0)
    # On a socket that carries many orders.
    stream_frames_waiting_max: int = Field(default=20_000, gt=0)
    stream_orders_max: int = Field(default=5_000, gt=0)
    stream_commands_per_second_max: int = Field(default=1_000, gt=0)
    # All open connections, as far as the limit on open files allows.
    connections_max: int = Field(default=20_000, gt=0)
    sockets_per_address_max: int = Field(default=10_000, gt=0)
    sockets_per_key_max: int = Field(default=5_000, gt=0)
    ping_seconds: Seconds = 20.0
    tokens_refresh_seconds: Seconds = 30.0

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_network(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("path_prefix")
    @classmethod
    def _one_prefix(cls, value: str) -> str:
        prefix = normal_prefix(value)
        if prefix is None:
            raise Unusable("not a prefix of paths", "such as /tradewind or /desk/orders")
        return prefix

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        return origins_in(value) if isinstance(value, str) else value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        return hosts_in(value) if isinstance(value, str) else value

    @field_validator(
        "rate_limit_submits", "rate_limit_reads", "rate_limit_address", "rate_limit_failures", mode="before"
    )
    @classmethod
    def _rate_limits(cls, value: object) -> object:
        try:
            return limits_in(value) if isinstance(value, str) else value
        except ValueError:
            raise Unusable("not a rate", "such as 100/second or 100/second;2000/minute, or off for none") from None

    def rate_limits(self, name: RateLimitName) -> Limits:
        """Return the limits in force of RATE_LIMIT_<name>."""
        given: Limits | None = getattr(self, f"rate_limit_{name}")
        if given is not None:
            return given
        return limits_in(_RATE_LIMITS_WITH_KEYS[name]) if self.auth else ()

    @property
    def has_rate_limits(self) -> bool:
        """True when anything is limited by rate."""
        return any(self.rate_limits(name) for name in _RATE_LIMITS_WITH_KEYS)

    @property
    def page_origins(self) -> tuple[OriginPattern, ...]:
        """The origins whose pages may use this gateway beside its own: those given, else this machine's or none."""
        if self.allowed_origins is not None:
            return self.allowed_origins
        return LOCAL_PAGES if self._is_for_this_machine else ()

    @property
    def served_hosts(self) -> tuple[str, ...] | None:
        """The hosts that this gateway is served as beside its own; None: any.

        Without keys on loopback only its own, lest a page rebinds its name to us. Elsewhere nobody but the operator
        knows the names, and keys are what protects.
        """
        if self.allowed_hosts is not None:
            return self.allowed_hosts
        return () if self._is_for_this_machine else None

    @property
    def _is_for_this_machine(self) -> bool:
        return not self.auth and _is_loopback(self.host)

    def contradictions(self) -> Iterator[Unusable]:
        """Yield what is open to others without a word about it, and what has nowhere to be kept."""
        if self.redis_url is None and self.auth:
            why = "needs REDIS_URL, where tickets and rate limits are kept"
            yield Unusable(why, "AUTH=on with REDIS_URL, or AUTH=off", "AUTH", "REDIS_URL")
        limited = [name for name in _RATE_LIMITS_WITH_KEYS if getattr(self, f"rate_limit_{name}")]
        if self.redis_url is None and limited:
            names = [f"RATE_LIMIT_{name.upper()}" for name in limited]
            why = "needs REDIS_URL, where what callers do is counted"
            yield Unusable(why, "a limit with REDIS_URL, or off", *names, "REDIS_URL")
        if not _is_loopback(self.host) and "auth" not in self.model_fields_set:
            why = "open to others without keys"
            yield Unusable(why, "127.0.0.1, or AUTH=on (with REDIS_URL), or AUTH=off to accept that", "HOST", "AUTH")
        if self.default_slippage_bps > self.max_slippage_bps:
            why = f"orders that name no tolerance would have {self.default_slippage_bps}, more than one may name"
            allowed = f"DEFAULT_SLIPPAGE_BPS up to {self.max_slippage_bps}, or a higher MAX_SLIPPAGE_BPS"
            yield Unusable(why, allowed, "DEFAULT_SLIPPAGE_BPS", "MAX_SLIPPAGE_BPS")


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        allowed = "addresses and networks such as 10.0.0.0/8 or ::1, with commas between"
        raise Unusable(f'"{bounded(open_part(text))}" is neither an address nor a network', allowed) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
