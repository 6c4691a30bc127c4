"""Channels: one for each target and process, made on the running event loop and closed before it."""

import json
from typing import Final

import grpc

from servicekit.client_calls import ClientCalls

MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024

# Only UNAVAILABLE is retried. Every rpc may be repeated, because submits and swaps carry an identity.
_SERVICE_CONFIG: Final = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
    }
)

_OPTIONS: Final[tuple[tuple[str, int | str], ...]] = (
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # The channel finds a restarted server within a second; the default is two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # The channel finds new servers behind a name when an old one disconnects; the default is half a minute later.
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    # Services reach each other directly: an http_proxy in their environment must not be used.
    ("grpc.enable_http_proxy", 0),
    # Bounds the transport's buffer for a slowly read stream: 95 KiB instead of 4.2 MiB.
    ("grpc.http2.bdp_probe", 0),
)


def open_channel(address: str) -> grpc.aio.Channel:
    """Return a channel to `host:port`, `dns:///name:port` or `unix:/path`. Call it on the event loop that uses it."""
    return grpc.aio.insecure_channel(address, options=_OPTIONS, interceptors=[ClientCalls()])
