"""Orders, their events and attempts, and the workers' leases."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE orders (
            id uuid NOT NULL,
            account_id text NOT NULL,
            client_order_id text,
            body_hash bytea,
            order_type text NOT NULL,
            token_in text NOT NULL,
            token_out text NOT NULL,
            decimals_in smallint NOT NULL,
            decimals_out smallint NOT NULL,
            amount_in numeric(20, 0) NOT NULL,
            slippage_bps integer NOT NULL,
            scenario text NOT NULL DEFAULT '',
            constraints jsonb,
            traceparent text NOT NULL DEFAULT '',
            status text NOT NULL,
            version integer NOT NULL,
            attempt integer NOT NULL DEFAULT 0,
            swap_id uuid,
            route json,
            quoted_amount_out numeric(20, 0),
            min_amount_out numeric(20, 0),
            executed_amount_out numeric(20, 0),
            tx_signature text,
            failure_reason text,
            owner uuid,
            owner_token bigint NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            deadline_at timestamptz,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            ended_at timestamptz,
            stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT orders_pkey PRIMARY KEY (id),
            CONSTRAINT orders_client_order_id_key UNIQUE (account_id, client_order_id),
            CONSTRAINT orders_status CHECK (status IN ('open', 'pending', 'routing', 'routing_complete', 'building',
                'submitted', 'retrying', 'confirmed', 'failed', 'cancelled', 'expired')),
            CONSTRAINT orders_amount_in CHECK (amount_in > 0),
            CONSTRAINT orders_slippage_bps CHECK (slippage_bps BETWEEN 0 AND 10000)
        ) WITH (fillfactor = 70)
        """
    )
    op.execute("CREATE INDEX orders_open ON orders (id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX orders_account ON orders (account_id, id)")
    op.execute(
        """
        CREATE TABLE order_events (
            order_id uuid NOT NULL,
            sequence integer NOT NULL,
            status text NOT NULL,
            payload json NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT order_events_pkey PRIMARY KEY (order_id, sequence)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE order_attempts (
            order_id uuid NOT NULL,
            attempt integer NOT NULL,
            swap_id uuid,
            route json,
            result text,
            error text,
            tx_signature text,
            started_at timestamptz NOT NULL,
            ended_at timestamptz,
            CONSTRAINT order_attempts_pkey PRIMARY KEY (order_id, attempt),
            CONSTRAINT order_attempts_swap_id_key UNIQUE (swap_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE workers (
            id uuid NOT NULL,
            name text NOT NULL,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            lease_until timestamptz NOT NULL,
            CONSTRAINT workers_pkey PRIMARY KEY (id)
        )
        """
    )
