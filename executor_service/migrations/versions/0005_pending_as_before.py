"""The view of an earlier engine's events keeps its words for a new order: tokens by mint, the amount in one form.

Events of this release tell more, under names of their own. CREATE OR REPLACE keeps the view's grants.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
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
                WHEN 'pending' THEN json_build_object(
                    'type', details -> 'type',
                    'tokenIn', coalesce(details -> 'tokenInMint', details -> 'tokenIn'),
                    'tokenOut', coalesce(details -> 'tokenOutMint', details -> 'tokenOut'),
                    'amountIn', details -> 'amountIn', 'slippageBps', details -> 'slippageBps')
                WHEN 'routing' THEN '{}'::json
                WHEN 'routing_complete' THEN json_build_object(
                    'dex', initcap(details ->> 'dex'), 'amountOut', details -> 'amountOut', 'fee', details -> 'fee')
                WHEN 'submitted' THEN json_build_object('dex', initcap(details ->> 'dex'))
                WHEN 'confirmed' THEN json_build_object(
                    'txHash', details -> 'txHash', 'amountOut', details -> 'amountOut')
                WHEN 'cancelled' THEN json_build_object('reason', status)
                ELSE details
            END AS details,
            created_at AS timestamp
        FROM told
        """
    )
