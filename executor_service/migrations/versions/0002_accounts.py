"""API keys, and the switch and limits of accounts."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE api_keys (
            id text NOT NULL,
            account_id text NOT NULL,
            name text NOT NULL DEFAULT '',
            scopes text[] NOT NULL,
            secret_hmac bytea NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            revoked_at timestamptz,
            CONSTRAINT api_keys_pkey PRIMARY KEY (id),
            CONSTRAINT api_keys_scopes CHECK (scopes <@ ARRAY['read', 'trade', 'admin'] AND cardinality(scopes) > 0),
            CONSTRAINT api_keys_secret_hmac CHECK (octet_length(secret_hmac) = 32)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE accounts (
            account_id text NOT NULL,
            trading_state text NOT NULL DEFAULT 'active',
            own_limits boolean NOT NULL DEFAULT false,
            order_usd_micros_max numeric(20, 0),
            orders_in_flight_max bigint,
            orders_per_minute_max bigint,
            slippage_bps_max integer,
            mints_allowed text[] NOT NULL DEFAULT '{}',
            updated_at timestamptz,
            CONSTRAINT accounts_pkey PRIMARY KEY (account_id),
            CONSTRAINT accounts_trading_state CHECK (trading_state IN ('active', 'halted')),
            CONSTRAINT accounts_order_usd_micros_max CHECK (order_usd_micros_max > 0),
            CONSTRAINT accounts_orders_in_flight_max CHECK (orders_in_flight_max > 0),
            CONSTRAINT accounts_orders_per_minute_max CHECK (orders_per_minute_max > 0),
            CONSTRAINT accounts_slippage_bps_max CHECK (slippage_bps_max BETWEEN 0 AND 10000),
            CONSTRAINT accounts_mints_allowed CHECK (cardinality(mints_allowed) <= 256),
            CONSTRAINT accounts_own_limits CHECK (own_limits OR (
                order_usd_micros_max IS NULL AND orders_in_flight_max IS NULL AND orders_per_minute_max IS NULL
                AND slippage_bps_max IS NULL AND cardinality(mints_allowed) = 0))
        )
        """
    )
    # For the count of an account's orders in flight, taken while its row is locked. An ended order leaves the index.
    op.execute("CREATE INDEX orders_open_account ON orders (account_id) WHERE ended_at IS NULL")
