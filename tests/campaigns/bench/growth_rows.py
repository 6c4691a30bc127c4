"""Orders of the past, written by SQL: each a copy of one that was really executed, with all its rows."""

from typing import Final

from tests.campaigns.bench.database import Database

CHUNK: Final = 50_000

_ORIGINAL: Final = """
    CREATE TEMP TABLE original AS SELECT * FROM orders WHERE status = 'confirmed' AND attempt = 1 LIMIT 1
"""
_COPIES: Final = """
    CREATE TEMP TABLE copies AS
    SELECT n, uuidv7(-interval '30 days' + n * interval '1 millisecond') AS id, gen_random_uuid() AS swap_id
    FROM generate_series(%s::bigint + 1, %s::bigint) AS n
"""
_ORDERS: Final = """
    INSERT INTO orders
    SELECT copy.* FROM original o CROSS JOIN copies c
    CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object('id', c.id, 'swap_id', c.swap_id,
        'client_order_id', 'grown-' || c.n)) AS copy
"""
_EVENTS: Final = """
    INSERT INTO order_events (order_id, sequence, status, payload, created_at)
    SELECT c.id, e.sequence, e.status, e.payload, e.created_at
    FROM order_events e JOIN original o ON o.id = e.order_id CROSS JOIN copies c
"""
_ATTEMPTS: Final = """
    INSERT INTO order_attempts
    SELECT copy.* FROM order_attempts a JOIN original o ON o.id = a.order_id CROSS JOIN copies c
    CROSS JOIN LATERAL jsonb_populate_record(a, jsonb_build_object('order_id', c.id, 'swap_id', c.swap_id)) AS copy
"""
_SWAPS: Final = """
    INSERT INTO market.swaps
    SELECT copy.* FROM market.swaps s JOIN original o ON o.swap_id = s.swap_id CROSS JOIN copies c
    CROSS JOIN LATERAL jsonb_populate_record(s, jsonb_build_object('swap_id', c.swap_id, 'order_tag', c.id::text,
        'number', -c.n)) AS copy
"""


def grow_to(database: Database, size: int) -> None:
    """Fill up to `size` old orders. There must be one executed order to copy."""
    grown = database.grown_orders()
    if grown >= size:
        return
    database.execute(_ORIGINAL)
    for start in range(grown, size, CHUNK):
        database.execute(_COPIES, [start, min(size, start + CHUNK)])
        for statement in (_ORDERS, _EVENTS, _ATTEMPTS, _SWAPS):
            database.execute(statement)
        database.execute("DROP TABLE copies")
    database.execute("DROP TABLE original")
    for table in ("orders", "order_events", "order_attempts", "market.swaps"):
        database.execute(f"VACUUM ANALYZE {table}")
    database.execute("CHECKPOINT")
