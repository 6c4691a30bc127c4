"""The tables as SQLAlchemy declares them. A test compares them with the migrated schema."""

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
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from executor_service.adapters.attempt_rows import ATTEMPT_COLUMNS
from executor_service.adapters.order_columns import ORDER_COLUMNS
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
    *(column.for_table(primary_key=column.name == "id") for column in ORDER_COLUMNS),
    UniqueConstraint("account_id", "client_order_id", name="orders_client_order_id_key"),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("amount_in > 0", name="amount_in"),
    CheckConstraint("slippage_bps BETWEEN 0 AND 10000", name="slippage_bps"),
)

# The sweeper reads this index. Its columns change only when an order is stored and when it ends, so all other updates
# stay heap-only.
Index("orders_open", orders.c.id, postgresql_where=text("ended_at IS NULL"))
Index("orders_account", orders.c.account_id, orders.c.id)
Index("orders_open_account", orders.c.account_id, postgresql_where=text("ended_at IS NULL"))

# No foreign key: only the statement that moves an order writes its event, and the check costs a fifth of that
# statement.
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
    *(column.for_table() for column in ATTEMPT_COLUMNS),
    PrimaryKeyConstraint("order_id", "attempt"),
    UniqueConstraint("swap_id", name="order_attempts_swap_id_key"),
)

# One lease for each worker process, renewed each second on the database's clock. An order names its owner.
workers = Table(
    "workers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("started_at", _MOMENT, nullable=False, server_default=func.clock_timestamp()),
    Column("lease_until", _MOMENT, nullable=False),
)

# Of a key's secret the table has only a digest, made with a pepper that is not in the database.
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

# An account gets a row when its switch or limits are set, or when measuring needs a row to lock. Without `own_limits`
# the server's limits hold.
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
