"""The tables, as SQLAlchemy Core sees them: the source of the migrations' check and of the queries that are not hot."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from executor_service.domain.lifecycle import OrderStatus

metadata: Final = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_name)s",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
        "pk": "%(table_name)s_pkey",
    }
)

_BASE_UNITS = Numeric(20, 0)
_MOMENT = DateTime(timezone=True)
_STATUSES = ", ".join(f"'{status}'" for status in OrderStatus)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("client_order_id", Text),
    Column("body_hash", LargeBinary),
    Column("order_type", Text, nullable=False),
    Column("token_in", Text, nullable=False),
    Column("token_out", Text, nullable=False),
    Column("decimals_in", SmallInteger, nullable=False),
    Column("decimals_out", SmallInteger, nullable=False),
    Column("amount_in", _BASE_UNITS, nullable=False),
    Column("slippage_bps", Integer, nullable=False),
    Column("scenario", Text, nullable=False, server_default=""),
    Column("constraints", JSONB),
    Column("traceparent", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("swap_id", Uuid),
    Column("route", JSON),
    Column("quoted_amount_out", _BASE_UNITS),
    Column("min_amount_out", _BASE_UNITS),
    Column("executed_amount_out", _BASE_UNITS),
    Column("tx_signature", Text),
    Column("failure_reason", Text),
    Column("owner", Uuid),
    Column("owner_token", BigInteger, nullable=False, server_default="0"),
    # The trade's clock: when the next attempt is due, when the order runs out, when it came, moved and ended.
    Column("next_attempt_at", _MOMENT),
    Column("deadline_at", _MOMENT),
    Column("created_at", _MOMENT, nullable=False),
    Column("updated_at", _MOMENT, nullable=False),
    Column("ended_at", _MOMENT),
    # The database's clock: how long a stored order has been waiting for a worker.
    Column("stored_at", _MOMENT, nullable=False, server_default=func.clock_timestamp()),
    UniqueConstraint("account_id", "client_order_id", name="orders_client_order_id_key"),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("amount_in > 0", name="amount_in"),
    CheckConstraint("slippage_bps BETWEEN 0 AND 10000", name="slippage_bps"),
)

# The sweeper's list. Its columns change only at an order's birth and end, so the updates between stay heap-only.
Index("orders_open", orders.c.id, postgresql_where=text("ended_at IS NULL"))
Index("orders_account", orders.c.account_id, orders.c.id)
Index("orders_open_account", orders.c.account_id, postgresql_where=text("ended_at IS NULL"))

# No foreign key: an event is only ever written by the statement that moves its order, and the check costs a fifth
# of that statement.
order_events = Table(
    "order_events",
    metadata,
    Column("order_id", Uuid, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", _MOMENT, nullable=False),
    PrimaryKeyConstraint("order_id", "sequence"),
)

order_attempts = Table(
    "order_attempts",
    metadata,
    Column("order_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("swap_id", Uuid),
    Column("route", JSON),
    Column("result", Text),
    Column("error", Text),
    Column("tx_signature", Text),
    Column("started_at", _MOMENT, nullable=False),
    Column("ended_at", _MOMENT),
    PrimaryKeyConstraint("order_id", "attempt"),
    UniqueConstraint("swap_id", name="order_attempts_swap_id_key"),
)

# One lease a worker process, renewed each second by the database's clock. An order names its owner.
workers = Table(
    "workers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("started_at", _MOMENT, nullable=False, server_default=func.clock_timestamp()),
    Column("lease_until", _MOMENT, nullable=False),
)

# Of a key's secret only a digest, under a pepper that is not in the database.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_hmac", LargeBinary, nullable=False),
    Column("created_at", _MOMENT, nullable=False),
    Column("expires_at", _MOMENT),
    Column("revoked_at", _MOMENT),
    CheckConstraint("scopes <@ ARRAY['read', 'trade', 'admin'] AND cardinality(scopes) > 0", name="scopes"),
    CheckConstraint("octet_length(secret_hmac) = 32", name="secret_hmac"),
)

# A row is made when an account is set up, or when the server's limits need one to lock. Without `own_limits` the
# server's limits hold.
accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("trading_state", Text, nullable=False, server_default="active"),
    Column("own_limits", Boolean, nullable=False, server_default=text("false")),
    Column("order_usd_micros_max", _BASE_UNITS),
    Column("orders_in_flight_max", BigInteger),
    Column("orders_per_minute_max", BigInteger),
    Column("slippage_bps_max", Integer),
    Column("mints_allowed", ARRAY(Text), nullable=False, server_default="{}"),
    Column("updated_at", _MOMENT),
    CheckConstraint("trading_state IN ('active', 'halted')", name="trading_state"),
    CheckConstraint("order_usd_micros_max > 0", name="order_usd_micros_max"),
    CheckConstraint("orders_in_flight_max > 0", name="orders_in_flight_max"),
    CheckConstraint("orders_per_minute_max > 0", name="orders_per_minute_max"),
    CheckConstraint("slippage_bps_max BETWEEN 0 AND 10000", name="slippage_bps_max"),
    CheckConstraint("cardinality(mints_allowed) <= 256", name="mints_allowed"),
    CheckConstraint(
        "own_limits OR (order_usd_micros_max IS NULL AND orders_in_flight_max IS NULL"
        " AND orders_per_minute_max IS NULL AND slippage_bps_max IS NULL AND cardinality(mints_allowed) = 0)",
        name="own_limits",
    ),
)
