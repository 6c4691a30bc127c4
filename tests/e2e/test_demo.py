"""The demonstration shows every order and every scenario, and its exit code can be believed."""

import os
import subprocess
import sys

import pytest

from market_service.chain.scenarios import SCENARIOS as SCRIPTED
from tests.stack import REPOSITORY, Stack
from tradewind_cli.demo_acts import BODIES, ROUTES, SCENARIOS


@pytest.mark.parametrize("columns", ["80"])
def test_the_demonstration_keeps_its_promises(stack: Stack, columns: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tradewind_cli", "demo"],
        env={**os.environ, "TRADEWIND_URL": stack.url, "COLUMNS": columns},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    acts = [act for chapter in (BODIES, ROUTES, SCENARIOS) for act in chapter.acts]
    summary = done.stdout.split("Summary")[1]
    assert summary.count("kept") == len(acts)
    assert f"All {len(acts)} lives came out as promised." in summary
    for act in acts:
        assert act.comment in done.stdout
        assert f"{act.name}  " in summary


def test_every_scenario_of_the_market_is_shown() -> None:
    shown = {act.body["scenario"] for act in SCENARIOS.acts}
    assert shown == set(SCRIPTED)
