"""Views with the tables and columns of an earlier engine, for its reports: schema legacy_s1, read only.

Nothing is stored twice and no writer does anything for them. Each begins with a WITH: Postgres looks through it, so
that `WHERE id = ...` finds its index, but lets nobody write to such a view. A migration that changes the type of a
column they read has to drop them first and make them again.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA legacy_s1")
    op.execute(_ORDERS)
    op.execute(_ORDER_EVENTS)
    op.execute(_ORDER_ATTEMPTS)


# Amounts in whole tokens and slippage in percent, both exact. The engine had no word for building, nor for orders that
# wait, were cancelled or expired.
_ORDERS = """
    CREATE VIEW legacy_s1.orders AS
    WITH every AS (SELECT * FROM orders)
    SELECT id, token_in, token_out,
        trim_scale(amount_in * ('1e-' || decimals_in)::numeric) AS amount_in,
        trim_scale(slippage_bps * 0.01) AS slippage_pct,
        CASE status
            WHEN 'open' THEN 'pending'
            WHEN 'building' THEN 'routing_complete'
            WHEN 'cancelled' THEN 'failed'
            WHEN 'expired' THEN 'failed'
            ELSE status
        END AS status,
        created_at
    FROM every
"""

# What the WebSocket at /ws/orders/{id} tells, row by row.
_ORDER_EVENTS = """
    CREATE VIEW legacy_s1.order_events AS
    WITH told AS (
        SELECT order_id, sequence, status, payload -> 'details' AS details, created_at
        FROM order_events
        WHERE status <> 'building'
    )
    SELECT order_id || ':' || sequence AS id, order_id,
        CASE status
            WHEN 'open' THEN 'pending'
            WHEN 'cancelled' THEN 'failed'
            WHEN 'expired' THEN 'failed'
            ELSE status
        END AS status,
        CASE status
            WHEN 'routing' THEN '{}'::json
            WHEN 'routing_complete' THEN json_build_object(
                'dex', initcap(details ->> 'dex'), 'amountOut', details -> 'amountOut', 'fee', details -> 'fee')
            WHEN 'submitted' THEN json_build_object('dex', initcap(details ->> 'dex'))
            WHEN 'confirmed' THEN json_build_object('txHash', details -> 'txHash', 'amountOut', details -> 'amountOut')
            WHEN 'cancelled' THEN json_build_object('reason', status)
            WHEN 'expired' THEN json_build_object('reason', status)
            ELSE details
        END AS details,
        created_at AS timestamp
    FROM told
"""

# The time of an attempt is its end, or its beginning while it goes on.
_ORDER_ATTEMPTS = """
    CREATE VIEW legacy_s1.order_attempts AS
    WITH every AS (SELECT * FROM order_attempts)
    SELECT order_id || ':' || attempt AS id, order_id, attempt AS attempt_no, result, tx_signature AS tx_hash, error,
        coalesce(ended_at, started_at) AS timestamp
    FROM every
"""
