"""The orders that are sent: small, alternately in both directions, no two in a row alike.

Both directions, so that the pools stay where they are; different amounts, so that no route is answered from memory.
"""

from typing import Final

PATH: Final = "/api/orders/execute"
_SLIPPAGE_BPS: Final = 500


def body(number: int) -> bytes:
    """Return the JSON of the order with this number."""
    step = number // 2 % 1000
    token_in, token_out, amount = (
        ("USDC", "SOL", f"{15 + step / 10:.1f}")
        if number % 2
        else (
            "SOL",
            "USDC",
            f"{0.1 + step / 1000:.3f}",
        )
    )
    return (
        f'{{"type":"market","tokenIn":"{token_in}","tokenOut":"{token_out}",'
        f'"amountIn":"{amount}","slippageBps":{_SLIPPAGE_BPS}}}'
    ).encode()


def post(host: str, number: int) -> bytes:
    """Return the whole HTTP request of the order with this number."""
    content = body(number)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
