"""The checkout may lie in a folder of any name."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from executor_service.migrations.upgrade import upgrade
from market_service.migrations.apply import migrate

if TYPE_CHECKING:
    from tests.conftest import DatabaseMaker

REPOSITORY = Path(__file__).resolve().parents[3]
_MIGRATE = """
import sys
from {module} import {name} as migrate
migrate(sys.argv[1])
print(sys.modules["{module}"].__file__)
"""


@pytest.mark.parametrize("migration", [upgrade, migrate])
def test_migrations_run_from_a_folder_with_signs_in_its_name(
    databases: "DatabaseMaker", tmp_path: Path, migration: Callable[..., None]
) -> None:
    program = _MIGRATE.format(module=migration.__module__, name=migration.__name__)
    odd = tmp_path / "50% off, it's #1"
    odd.symlink_to(REPOSITORY)
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, databases.new()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(odd)},
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(odd))
