"""Options of a Postgres address: libpq's own, and those that other drivers and providers add to it.

Each foreign option is understood, or has a line that says why nobody reads it, or is refused with what to write
instead. What is in no table is refused: an option that nobody reads may be one that somebody relies on.
"""

from collections.abc import Mapping
from typing import Final

_POOL: Final = "DATABASE_CONNECTIONS says how many connections a process opens"
_AGE: Final = "connections are kept as long as they work"
_LIMITS: Final = "Tradewind ends its statements by itself, after 2.5 s at most where a client waits"
_WAITING: Final = "a request waits at most 2 s for a connection"
_OTHERS: Final = "it is for another driver and changes nothing here"
_UTF8: Final = "sessions use UTF8"

# libpq's own options whose value is one of a few words.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "sslcertmode": ("disable", "allow", "require"),
    "ssl_min_protocol_version": ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
    "ssl_max_protocol_version": ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "primary"),
    "load_balance_hosts": ("disable", "random"),
    "keepalives": ("0", "1"),
    "sslcompression": ("0", "1"),
    "sslsni": ("0", "1"),
}
# libpq's own options that are whole numbers, with the least and the most.
NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "connect_timeout": (1, 600),
    "keepalives_idle": (0, 86_400),
    "keepalives_interval": (0, 86_400),
    "keepalives_count": (0, 1_000),
    "tcp_user_timeout": (0, 86_400_000),
}
# Of libpq's own, but what they ask for cannot be had here.
OVERRULED: Final[Mapping[str, str]] = {
    "client_encoding": _UTF8,
    "fallback_application_name": "sessions have a name; say application_name",
}
UNUSABLE: Final[Mapping[str, str]] = {
    "replication": "the address without it",
    "sslidentity": "sslcert and sslkey, two PEM files",
    "sslfactory": "sslmode, such as sslmode=verify-full",
    "sslhostnameverifier": "sslmode, such as sslmode=verify-full",
    "targetservertype": "target_session_attrs=primary, or no such option",
    "loadbalancehosts": "load_balance_hosts=random, or no such option",
    "readonly": "the address without it, of a server that can be written to",
    "read_only": "the address without it, of a server that can be written to",
    "tls": "sslmode, such as sslmode=require",
    "usessl": "sslmode, such as sslmode=require",
}

# Names of one schema, or several with commas between, in which the tables are.
SCHEMA: Final = frozenset({"schema", "currentschema", "search_path", "searchpath"})
# Of each, the value that turns prepared statements off. Any other one says only how another driver prepares.
UNPREPARED: Final[Mapping[str, tuple[str, ...]]] = {
    "statement_cache_size": ("0",),
    "prepared_statement_cache_size": ("0",),
    "statement_cache_capacity": ("0",),
    "preparethreshold": ("0",),
    "prepared_statements": ("false", "off", "no", "0"),
    "default_query_exec_mode": ("simple_protocol", "exec"),
    "preferquerymode": ("simple",),
}
IGNORED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("connection_limit", "pool_size", "max_overflow", "pool_max_conns", "pool_min_conns"), _POOL),
    **dict.fromkeys(("max", "min", "maximumpoolsize", "minimumidle", "poolsize", "pool"), _POOL),
    **dict.fromkeys(("pool_recycle", "pool_max_conn_lifetime", "pool_max_conn_idle_time", "idle_timeout"), _AGE),
    **dict.fromkeys(("max_idle_connection_lifetime", "pool_health_check_period", "pool_pre_ping"), _AGE),
    **dict.fromkeys(("pool_timeout", "acquire_timeout"), _WAITING),
    **dict.fromkeys(("socket_timeout", "sockettimeout", "statement_timeout", "query_timeout"), _LIMITS),
    **dict.fromkeys(("command_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), _LIMITS),
    **dict.fromkeys(("connecttimeout", "logintimeout"), "say connect_timeout with a number of seconds"),
    "applicationname": "say application_name",
    "supa": "it is a mark of Supabase's own, which no server reads",
    "workaround": "it is a mark of Vercel's own, which no server reads",
    "uselibpqcompat": "sslmode is read as libpq reads it in any case",
    **dict.fromkeys(("charset", "encoding"), _UTF8),
    **dict.fromkeys(("serverversion", "server_version"), "the server says its version itself"),
    **dict.fromkeys(("timezone",), "sessions use UTC"),
    **dict.fromkeys(("tcpkeepalive", "keepalive", "keep_alive"), "a dead server is noticed within seconds in any case"),
    **dict.fromkeys(("binary_parameters", "binarytransfer", "stringtype", "rewritebatchedinserts"), _OTHERS),
    **dict.fromkeys(
        ("defaultrowfetchsize", "autosave", "reconnect", "driver", "dialect", "assumeminserverversion"), _OTHERS
    ),
    **dict.fromkeys(
        ("preparedstatementcachequeries", "preparedstatementcachesizemib", "prefer_simple_protocol"), _OTHERS
    ),
}
