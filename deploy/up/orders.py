"""A client that submits orders safely: with a client order id, and again when it does not know the outcome."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

ORDER: Final = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "0.01", "slippageBps": 1000}
TERMINAL: Final = frozenset({"confirmed", "failed", "cancelled"})
_ASK_S: Final = 10.0
_AGAIN_AFTER_S: Final = 0.2


class GaveUp(Exception):
    """No good answer in time: what a client with the retry rule notices."""


class Client:
    """Speaks HTTP with one gateway. The retry rule: no answer, 429 and 5xx mean ask again, with the same identity."""

    def __init__(self, url: str, *, within_s: float = 30.0, again_after_s: float = _AGAIN_AFTER_S) -> None:
        self._host = urlsplit(url).netloc
        self._within_s = within_s
        self._again_after_s = again_after_s
        self.retries = 0

    def submit(self, order: Mapping[str, object] = ORDER) -> str:
        """Submit an order and return its id. Raises GaveUp."""
        status, answer = self._ask("POST", "/api/orders/execute", {**order, "clientOrderId": str(uuid4())})
        if status != 202:
            raise GaveUp(f"submit answered {status}: {answer}")
        return str(answer["orderId"])

    def status(self, order_id: str) -> str:
        """Return where an order stands. Raises GaveUp."""
        return str(self._ask("GET", f"/api/orders/{order_id}")[1].get("status"))

    def life(self, order_id: str) -> list[dict[str, Any]]:
        """Return an order's events so far. Raises GaveUp."""
        return list(self._ask("GET", f"/api/orders/{order_id}/events")[1]["events"])

    def wait_ready(self) -> None:
        """Return when the gateway and everything behind it is ready. Raises GaveUp."""
        self._ask("GET", "/readyz")

    def wait_end(self, order_id: str, *, within_s: float) -> str:
        """Return the status an order ended with, or the one it still has when the time is over."""
        deadline = time.monotonic() + within_s
        while (status := self.status(order_id)) not in TERMINAL and time.monotonic() < deadline:
            time.sleep(self._again_after_s)
        return status

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, dict[str, Any]]:
        deadline, trouble = time.monotonic() + self._within_s, "no answer"
        while time.monotonic() < deadline:
            try:
                status, answer = self._ask_once(method, path, body)
            except (OSError, HTTPException, ValueError) as error:
                trouble = f"{type(error).__name__}: {error}"
            else:
                if not should_retry(status):
                    return status, answer
                trouble = f"{status}: {answer}"
            self.retries += 1
            time.sleep(self._again_after_s)
        raise GaveUp(f"{method} {path}: {trouble}")

    def _ask_once(self, method: str, path: str, body: Mapping[str, object] | None) -> tuple[int, dict[str, Any]]:
        # A connection each: a proxy or a node may forget a kept one with the pod behind it.
        connection = HTTPConnection(self._host, timeout=_ASK_S)
        try:
            headers = {"content-type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        finally:
            connection.close()


def should_retry(status: int) -> bool:
    """Return whether the same request may succeed later."""
    return status == 429 or status >= 500
