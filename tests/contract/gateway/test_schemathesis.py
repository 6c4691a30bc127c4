"""schemathesis reads the published document and holds the live gateway against it: every check, stateful links too."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.contract.gateway.conftest import World
from tests.contract.gateway.fake_orders import LIFE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECONDS = 12
# Whether an order is good is for the market to say: which tokens there are, how many decimals each has. And DELETE
# cancels an order; it stays there to be read.
DO_NOT_APPLY = "positive_data_acceptance,use_after_free"


async def test_the_gateway_does_what_its_document_says(world: World, tmp_path: Path) -> None:
    for _ in range(3):
        world.orders.add(*LIFE)
    await holds(world, tmp_path)


async def test_with_keys_too_and_no_operation_ignores_them(keyed: World, tmp_path: Path) -> None:
    for _ in range(3):
        keyed.orders.add(*LIFE)
    key = keyed.accounts.make_key(right="admin")
    await holds(keyed, tmp_path, "--header", f"Authorization: Bearer {key}", query="?aliases=true")


async def holds(world: World, folder: Path, *options: str, query: str = "") -> None:
    """Run every check against the gateway. Raises AssertionError with the report when one fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{world.port}/openapi.json{query}"),
        *("--checks", "all", "--exclude-checks", DO_NOT_APPLY, "--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-time", str(SECONDS), "--max-examples", "10", "--seed", "1", "--continue-on-failure", "--no-color"),
        *("--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none"),
        *options,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()

    report = said.decode()
    assert process.returncode == 0, report
    assert "Stateful" in report
    assert "Tested: " in report
    assert (await world.http.get("/health")).status_code == 200
