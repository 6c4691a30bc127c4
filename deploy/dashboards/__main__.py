"""`python -m deploy.dashboards`: write each dashboard into its file."""

import json
from pathlib import Path
from typing import Final

from deploy.dashboards.execution_quality import EXECUTION_QUALITY
from deploy.dashboards.operations import OPERATIONS
from deploy.dashboards.panels import Dashboard

FOLDER: Final = Path(__file__).resolve().parents[1] / "observability" / "grafana" / "dashboards"
DASHBOARDS: Final = {"operations.json": OPERATIONS, "execution-quality.json": EXECUTION_QUALITY}


def text_of(dashboard: Dashboard) -> str:
    """Return the file's text."""
    return json.dumps(dashboard.as_json(), indent=1) + "\n"


def write_all() -> None:
    """Write every dashboard."""
    FOLDER.mkdir(exist_ok=True)
    for name, dashboard in DASHBOARDS.items():
        (FOLDER / name).write_text(text_of(dashboard))


if __name__ == "__main__":
    write_all()
