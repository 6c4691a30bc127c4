"""What a bad request is: its bytes and its documented answer."""

import json
from dataclasses import dataclass
from typing import Any

from tests.hostile.wire import request

EXECUTE = "/api/orders/execute"
GOOD = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5"}


@dataclass(frozen=True)
class Case:
    """A request and its answer: the status, the problem's code, and for bad fields the code and pointer of one.

    Status 200 stands for a batch, each of whose results must carry the code. Status 0: the server hangs up.
    """

    name: str
    sent: bytes
    status: int
    code: str = ""
    fault: str = ""
    pointer: str = ""
    hang_up: bool = False


def order_text(field: str, raw: str, *, without: tuple[str, ...] = ()) -> bytes:
    """Return a good order's JSON text with one field set to raw JSON text."""
    values = {name: json.dumps(value) for name, value in GOOD.items() if name not in without}
    values[field] = raw
    return ("{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in values.items()) + "}").encode()


def posted(name: str, path: str, body: bytes | dict[str, Any] | list[Any], status: int, code: str, **more: Any) -> Case:
    """Return the case of a body posted as JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = more.pop("headers", None)
    return Case(f"{path} {name}", request("POST", path, text, headers), status, code, **more)


def short(text: str) -> str:
    """Return a text that fits a test's name."""
    return ascii(text)[1:-1][:80] + (f"...{len(text)}" if len(text) > 80 else "")
