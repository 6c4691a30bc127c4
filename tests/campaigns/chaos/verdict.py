"""What must be true afterwards, read from the database, the market's ledger and the clients' own notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

from tests.campaigns.chaos.clients import Client
from tests.ledger_check import CHECKS, check


@dataclass(frozen=True)
class Told:
    """What was told: to everyone, among them the users of the client package, and to its `watch_all`."""

    clients: Sequence[Client]
    customers: Sequence[Client]
    observed: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Stored:
    """How an order ended, and with how many events."""

    status: str
    version: int

    @property
    def life(self) -> list[int]:
        """The sequences of all its events."""
        return list(range(1, self.version + 1))


def verdict(database_url: str, told: Told) -> dict[str, list[str]]:
    """Return every check with what breaks it; nothing means that it holds."""
    found = check(database_url)
    orders, clients = _orders(database_url), told.clients
    return {name: found.breaches.get(name, []) for name in CHECKS} | {
        "every accepted order is in the database": [
            order_id for client in clients for order_id in client.order_ids if order_id not in orders
        ],
        "one key is one order, whoever repeats it": [
            f"{client.key}: {len(client.order_ids)}" for client in clients if len(client.order_ids) != 1
        ],
        "the database holds no order that nobody was told of": _untold(orders, clients),
        "a watched stream is complete: each event once, in order, to the end": [
            _life(client) for client in clients if client.sequences and not _is_whole(client, orders)
        ],
        "the client package tells each of its orders whole, once, in order, to the end": [
            _life(client) for client in told.customers if not _is_whole(client, orders)
        ],
        "watch_all tells every order whole, once, in order, to the end": _unobserved(orders, told.observed),
        "a cancel is told who won": [
            f"{client.key}: {client.cancel_won} but {orders[order_id].status}"
            for client in clients
            for order_id in client.order_ids & orders.keys()
            if client.cancel_won is not None and client.cancel_won != (orders[order_id].status == "cancelled")
        ],
    }


def _is_whole(client: Client, orders: Mapping[str, Stored]) -> bool:
    stored = [orders[order_id] for order_id in client.order_ids if order_id in orders]
    return [(client.sequences, client.last_status)] == [(order.life, order.status) for order in stored]


def _life(client: Client) -> str:
    return f"{client.key}: {client.sequences} {client.last_status}"


def _untold(orders: Mapping[str, Stored], clients: Sequence[Client]) -> list[str]:
    told = {order_id for client in clients for order_id in client.order_ids}
    return [order_id for order_id in orders if order_id not in told]


def _unobserved(orders: Mapping[str, Stored], observed: Mapping[str, Sequence[int]]) -> list[str]:
    return [
        f"{order_id}: {list(observed.get(order_id, ()))} of {order.version}"
        for order_id, order in orders.items()
        if list(observed.get(order_id, ())) != order.life
    ]


def _orders(database_url: str) -> dict[str, Stored]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT id, status, version FROM orders")
        return {str(order_id): Stored(status, version) for order_id, status, version in rows}
