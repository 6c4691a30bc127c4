"""Postgres alone: the rows of an order's life, in batches, in the four transactions that the product needs."""

import asyncio
import time
import uuid
from typing import LiteralString

import psycopg

BATCH = 64
WRITERS = 2
_PAYLOAD = '{"padding":"' + "x" * 400 + '"}'

_TABLES: LiteralString = """
    DROP SCHEMA IF EXISTS bench_limit CASCADE;
    CREATE SCHEMA bench_limit;
    CREATE TABLE bench_limit.orders (LIKE public.orders INCLUDING ALL);
    CREATE TABLE bench_limit.order_events (LIKE public.order_events INCLUDING ALL);
"""
_INSERT: LiteralString = """
    WITH added AS (
        INSERT INTO bench_limit.orders (id, account_id, client_order_id, order_type, token_in, token_out, decimals_in,
            decimals_out, amount_in, slippage_bps, status, version, created_at, updated_at)
        SELECT id, 'bench', id::text, 'market', 'in', 'out', 9, 6, 1, 50, 'pending', 1, now(), now()
        FROM unnest(%(ids)s::uuid[]) AS i(id) RETURNING id)
    INSERT INTO bench_limit.order_events (order_id, sequence, status, payload, created_at)
    SELECT id, 1, 'pending', %(payload)s::json, now() FROM added
"""
_MOVE: LiteralString = """
    WITH moved AS (
        UPDATE bench_limit.orders o SET status = %(status)s, version = version + %(events)s, updated_at = now(),
            ended_at = CASE WHEN %(status)s = 'confirmed' THEN now() END
        FROM unnest(%(ids)s::uuid[]) AS i(id) WHERE o.id = i.id RETURNING o.id, o.version)
    INSERT INTO bench_limit.order_events (order_id, sequence, status, payload, created_at)
    SELECT id, version - n, %(status)s, %(payload)s::json, now()
    FROM moved CROSS JOIN generate_series(0, %(events)s - 1) AS n
"""


async def group_commit_rate(url: str, orders: int) -> float:
    """Return orders a second: one row, six events, three updates each, synchronous_commit as the server has it."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(_TABLES)
    began = time.perf_counter()
    await asyncio.gather(*(_write(url, orders // WRITERS) for _ in range(WRITERS)))
    took = time.perf_counter() - began
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("DROP SCHEMA bench_limit CASCADE")
    return orders / took


async def _write(url: str, orders: int) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=0) as connection:
        for done in range(0, orders, BATCH):
            ids = [uuid.uuid4() for _ in range(min(BATCH, orders - done))]
            await connection.execute(_INSERT, {"ids": ids, "payload": _PAYLOAD})
            for status, events in (("routing", 1), ("submitted", 3), ("confirmed", 1)):
                parameters = {"ids": ids, "status": status, "events": events, "payload": _PAYLOAD}
                await connection.execute(_MOVE, parameters)
