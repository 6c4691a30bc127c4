"""Statuses that nothing leads to go: open, expired, and the column of the deadline that would have led to one.

The views name what they read, so that they no longer hold on to every column. CREATE OR REPLACE keeps their grants.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_LEGACY_ORDERS)
    op.execute(_LEGACY_ORDER_EVENTS)
    op.execute(
        """
        ALTER TABLE orders
            DROP COLUMN deadline_at,
            DROP CONSTRAINT orders_status,
            ADD CONSTRAINT orders_status CHECK (status IN ('pending', 'routing', 'routing_complete', 'building',
                'submitted', 'retrying', 'confirmed', 'failed', 'cancelled'))
        """
    )


_LEGACY_ORDERS = """
    CREATE OR REPLACE VIEW legacy_s1.orders AS
    WITH every AS (
        SELECT id, token_in, token_out, amount_in, decimals_in, slippage_bps, status, created_at FROM orders
    )
    SELECT id, token_in, token_out,
        trim_scale(amount_in * ('1e-' || decimals_in)::numeric) AS amount_in,
        trim_scale(slippage_bps * 0.01) AS slippage_pct,
        CASE status
            WHEN 'building' THEN 'routing_complete'
            WHEN 'cancelled' THEN 'failed'
            ELSE status
        END AS status,
        created_at
    FROM every
"""

_LEGACY_ORDER_EVENTS = """
    CREATE OR REPLACE VIEW legacy_s1.order_events AS
    WITH told AS (
        SELECT order_id, sequence, status, payload -> 'details' AS details, created_at
        FROM order_events
        WHERE status <> 'building'
    )
    SELECT order_id || ':' || sequence AS id, order_id,
        CASE status
            WHEN 'cancelled' THEN 'failed'
            ELSE status
        END AS status,
        CASE status
            WHEN 'routing' THEN '{}'::json
            WHEN 'routing_complete' THEN json_build_object(
                'dex', initcap(details ->> 'dex'), 'amountOut', details -> 'amountOut', 'fee', details -> 'fee')
            WHEN 'submitted' THEN json_build_object('dex', initcap(details ->> 'dex'))
            WHEN 'confirmed' THEN json_build_object('txHash', details -> 'txHash', 'amountOut', details -> 'amountOut')
            WHEN 'cancelled' THEN json_build_object('reason', status)
            ELSE details
        END AS details,
        created_at AS timestamp
    FROM told
"""
