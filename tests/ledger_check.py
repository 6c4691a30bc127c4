"""What must hold in the database once every order has ended, read with plain SQL from orders, events and ledger."""

from dataclasses import dataclass, field

import psycopg

from tradewind_client.orders import TERMINAL

_ENDS = ", ".join(f"'{status}'" for status in sorted(TERMINAL))

CHECKS = {
    "every accepted order has ended": """
        SELECT id::text || ' is ' || status FROM orders WHERE ended_at IS NULL
    """,
    "an ended order is in a terminal status": f"""
        SELECT id::text || ' ended as ' || status FROM orders
        WHERE (ended_at IS NOT NULL) <> (status IN ({_ENDS}))
    """,
    "events are numbered 1 to version without a gap": """
        SELECT o.id::text || ': version ' || o.version || ', events ' || count(e.sequence)
        FROM orders o LEFT JOIN order_events e ON e.order_id = o.id
        GROUP BY o.id HAVING count(e.sequence) <> o.version OR max(e.sequence) <> o.version OR min(e.sequence) <> 1
    """,
    "the last event tells the order's status": """
        SELECT o.id::text FROM orders o JOIN order_events e ON e.order_id = o.id AND e.sequence = o.version
        WHERE e.status <> o.status
    """,
    "every order has exactly one terminal event": f"""
        SELECT order_id::text FROM order_events
        GROUP BY order_id
        HAVING count(*) FILTER (WHERE status IN ({_ENDS})) <> 1
    """,
    "every confirmed order has exactly one landed swap": """
        SELECT o.id::text || ': ' || count(s.swap_id) FROM orders o
        LEFT JOIN market.swaps s ON s.order_tag = o.id::text AND s.state = 'landed'
        WHERE o.status = 'confirmed' GROUP BY o.id HAVING count(s.swap_id) <> 1
    """,
    "no other order has a landed swap": """
        SELECT o.id::text || ' is ' || o.status FROM orders o
        JOIN market.swaps s ON s.order_tag = o.id::text AND s.state = 'landed' WHERE o.status <> 'confirmed'
    """,
    "every landed swap belongs to an order": """
        SELECT s.swap_id::text FROM market.swaps s LEFT JOIN orders o ON o.id::text = s.order_tag
        WHERE s.state = 'landed' AND s.submitter LIKE 'worker%' AND o.id IS NULL
    """,
    "order and ledger agree on the amounts, to the unit": """
        SELECT o.id::text FROM orders o
        JOIN market.swaps s ON s.order_tag = o.id::text AND s.state = 'landed'
        WHERE o.status = 'confirmed' AND (s.amount_out <> o.executed_amount_out OR s.amount_in <> o.amount_in
            OR s.signature <> o.tx_signature OR s.swap_id <> o.swap_id OR s.amount_out < o.min_amount_out)
    """,
    "no attempt runs on after its order": """
        SELECT o.id::text || ' attempt ' || a.attempt FROM order_attempts a JOIN orders o ON o.id = a.order_id
        WHERE o.ended_at IS NOT NULL AND a.ended_at IS NULL
    """,
    "attempts are numbered 1 to the order's count": """
        SELECT o.id::text FROM orders o JOIN order_attempts a ON a.order_id = o.id
        GROUP BY o.id HAVING count(*) > o.attempt OR max(a.attempt) > o.attempt
    """,
    "tokens are conserved": """
        SELECT t.symbol FROM market.tokens t
        WHERE t.minted <> t.outside
            + coalesce((SELECT sum(amount) FROM market.wallets w WHERE w.mint = t.mint), 0)
            + coalesce((SELECT sum(liquidity_0 + fees_0) FROM market.pools p WHERE p.mint_0 = t.mint), 0)
            + coalesce((SELECT sum(liquidity_1 + fees_1) FROM market.pools p WHERE p.mint_1 = t.mint), 0)
    """,
}


@dataclass
class Findings:
    """What was counted, and for each check the rows that break it."""

    orders: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    breaches: dict[str, list[str]] = field(default_factory=dict)

    def require_none(self) -> "Findings":
        """Raise AssertionError with everything that is broken."""
        assert not self.breaches, "\n".join(f"{name}: {rows[:5]}" for name, rows in self.breaches.items())
        return self


def check(database_url: str) -> Findings:
    """Run every check and return what was found."""
    findings = Findings()
    with psycopg.connect(database_url, autocommit=True) as connection:
        rows = connection.execute("SELECT status, count(*) FROM orders GROUP BY status").fetchall()
        findings.by_status = dict(rows)
        findings.orders = sum(findings.by_status.values())
        for name, statement in CHECKS.items():
            broken = [row[0] for row in connection.execute(statement.encode()).fetchall()]
            if broken:
                findings.breaches[name] = broken
    return findings


def all_ended(database_url: str) -> bool:
    """Tell whether every order has ended; not so while the database does not answer."""
    try:
        return open_orders(database_url) == 0
    except psycopg.OperationalError:
        return False


def open_orders(database_url: str) -> int:
    """Return how many orders have not ended."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM orders WHERE ended_at IS NULL").fetchone()
        assert row is not None
        return int(row[0])
