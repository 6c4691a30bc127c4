"""What must be true afterwards, read from the database, the market's ledger and the clients' own notes."""

from collections.abc import Sequence

import psycopg

from tests.chaos.clients import Client
from tests.ledger_check import CHECKS, check


def verdict(database_url: str, clients: Sequence[Client]) -> dict[str, list[str]]:
    """Return every check with what breaks it; nothing means that it holds."""
    found = check(database_url)
    results = {name: found.breaches.get(name, []) for name in CHECKS}
    statuses = _statuses(database_url)
    results |= {
        "every accepted order is in the database": [
            order_id for client in clients for order_id in client.order_ids if order_id not in statuses
        ],
        "one key is one order, whoever repeats it": [
            f"{client.key}: {len(client.order_ids)}" for client in clients if len(client.order_ids) != 1
        ],
        "the database holds no order that nobody was told of": _untold(statuses, clients),
        "a watched stream is complete: each event once, in order, to the end": [
            f"{client.key}: {client.sequences} {client.last_status}"
            for client in clients
            if client.sequences and not _is_complete(client, statuses)
        ],
        "a cancel is told who won": [
            f"{client.key}: {client.cancel_won} but {statuses[order_id]}"
            for client in clients
            for order_id in client.order_ids
            if client.cancel_won is not None and client.cancel_won != (statuses.get(order_id) == "cancelled")
        ],
    }
    return results


def _is_complete(client: Client, statuses: dict[str, str]) -> bool:
    in_order = client.sequences == list(range(1, len(client.sequences) + 1))
    return in_order and {client.last_status} == {statuses.get(order_id) for order_id in client.order_ids}


def _untold(statuses: dict[str, str], clients: Sequence[Client]) -> list[str]:
    told = {order_id for client in clients for order_id in client.order_ids}
    return [order_id for order_id in statuses if order_id not in told]


def _statuses(database_url: str) -> dict[str, str]:
    with psycopg.connect(database_url) as connection:
        return {str(order_id): status for order_id, status in connection.execute("SELECT id, status FROM orders")}
