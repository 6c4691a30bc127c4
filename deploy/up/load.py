"""A steady load of orders during an operation on the cluster, and a report on the orders afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from deploy.up.orders import TERMINAL, Client, GaveUp

SENDERS: Final = 4
PAUSE_S: Final = 0.1
_END_WITHIN_S: Final = 120.0


@dataclass(slots=True)
class Account:
    """The report on the orders of a load."""

    submitted: int = 0
    retries: int = 0
    given_up: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """Orders that were accepted and have not ended."""
        return sum(count for status, count in self.ended.items() if status not in TERMINAL)

    def problems(self) -> list[str]:
        """Return one sentence for each promise that was broken."""
        found = []
        if not self.submitted:
            found.append("no order was sent: nothing is proven")
        if self.given_up:
            found.append(f"{len(self.given_up)} requests failed in spite of the retry rule, first: {self.given_up[0]}")
        if self.lost:
            found.append(f"{self.lost} accepted orders did not end")
        return found

    def __str__(self) -> str:
        """Return the account on one line."""
        ends = ", ".join(f"{count} {status}" for status, count in sorted(self.ended.items()))
        return f"{self.submitted} orders: {ends or 'none'}; {self.retries} requests sent again"


class Load:
    """Sends orders from a few threads until `stop` is called."""

    def __init__(self, url: str, *, senders: int = SENDERS, pause_s: float = PAUSE_S, within_s: float = 60.0) -> None:
        self._clients = [Client(url, within_s=within_s) for _ in range(senders)]
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._orders: list[str] = []
        self._given_up: list[str] = []
        self._threads = [threading.Thread(target=self._send, args=(client,)) for client in self._clients]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send no more, and return when the last answer is there."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def settle(self, *, within_s: float = _END_WITHIN_S) -> Account:
        """Wait for the orders' ends and return the account."""
        client, deadline = self._clients[0], time.monotonic() + within_s
        account = Account(
            submitted=len(self._orders), retries=sum(c.retries for c in self._clients), given_up=self._given_up
        )
        for order_id in self._orders:
            left = max(0.0, deadline - time.monotonic())
            account.ended[client.wait_end(order_id, within_s=left)] += 1
        return account

    def _send(self, client: Client) -> None:
        while not self._stopping.is_set():
            try:
                self._orders.append(client.submit())
            except GaveUp as trouble:
                self._given_up.append(str(trouble))
            self._stopping.wait(self._pause_s)


@contextmanager
def under_load(url: str) -> Iterator[Load]:
    """Send orders while the block runs."""
    load = Load(url)
    load.start()
    try:
        yield load
    finally:
        load.stop()
