"""The client as a package of its own: its wheel in an environment without the rest, on a real gateway."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from tests.stack import REPOSITORY, Stack
from tradewind_client import __version__

TRADE: Final = """
import importlib.metadata, importlib.util, sys, threading
import tradewind_client
from tradewind_client import OrderRequest, SyncTradewind

assert importlib.metadata.version("tradewind-client") == tradewind_client.__version__ == sys.argv[2]
assert not any(map(importlib.util.find_spec, ("gateway", "servicekit", "tradewind_cli", "typer", "rich", "grpc")))
assert "site-packages" in tradewind_client.__file__
order = OrderRequest(token_in="SOL", token_out="USDC", amount_in="0.1", slippage_bps=500)
with SyncTradewind(sys.argv[1]) as tradewind:
    first = tradewind.submit(order)
    statuses = [event.status for event in tradewind.watch(first.order_id, timeout=60)]
    many = [entry.submitted.order_id for entry in tradewind.batch([order] * 3)]
    ended = [event.order_id for event in tradewind.watch_many(many, timeout=60) if event.is_terminal]
    assert sorted(ended) == sorted(many)
    with tradewind.watch_all(timeout=60) as events:
        born = tradewind.submit(order).order_id
        assert next(event for event in events if event.order_id == born).sequence == 1
    assert tradewind.finish(born, timeout=60).status == "confirmed"
    assert {first.order_id, *many, born} <= {order.order_id for order in tradewind.orders(page_size=2)}
    assert tradewind.explain(first.order_id)["orderId"] == first.order_id
    assert tradewind.quote("SOL", "USDC", "1").amount_out > 0
    assert tradewind.history(first.order_id)[-1].status == statuses[-1]
    assert tradewind.order(first.order_id).status == "confirmed"
    assert tradewind.balances() and tradewind.tokens() and tradewind.status()["ready"]
print(statuses[-1])
"""


def test_its_wheel_trades_without_the_rest(stack: Stack, tmp_path: Path) -> None:
    def pip(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", *words],
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    source = tmp_path / "source"
    subprocess.run(["cp", "-r", REPOSITORY / "tradewind_client", source], check=True)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source))
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == f"tradewind_client-{__version__}-py3-none-any.whl"
    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip("--python", str(python), "install", "--quiet", str(wheel))
    (typed,) = home.glob("lib/*/site-packages/tradewind_client/py.typed")
    assert typed.exists()
    done = subprocess.run(
        [python, "-c", TRADE, stack.url, __version__],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "confirmed\n"), done.stderr
