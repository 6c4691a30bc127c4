"""The release's migration job: waited for until it is complete or failed, and taken away when it failed before."""

import json
import time
from typing import Any, Final

from deploy.up.cluster import kubectl
from deploy.up.commands import answer, say
from deploy.up.refusal import Refusal

# Longer than the job's own deadline (migrate.yaml), so that the job has the last word.
WITHIN_S: Final = 660.0
_ASK_AGAIN_S: Final = 2.0


def clear_failed(name: str) -> None:
    """Delete the job when an earlier run left it failed: applied again, a failed job stays what it is."""
    job = find(name)
    if job is not None and (reason := failure_of(job)):
        say(f"job {name} failed before ({reason}): deleted, to be tried again")
        answer(kubectl("delete", f"job/{name}", "--cascade=foreground", "--wait"), within_s=120.0)


def wait_complete(name: str, *, within_s: float = WITHIN_S, again_after_s: float = _ASK_AGAIN_S) -> None:
    """Return when the job is complete. Raises Refusal as soon as it failed, or when it is neither in time."""
    deadline, failures = time.monotonic() + within_s, 0
    while True:
        job = find(name)
        if job is not None and "Complete" in _conditions(job):
            return
        if job is not None and (reason := failure_of(job)):
            raise Refusal(f"the migration job {name} failed ({reason}); `make up` tries it again")
        if job is not None and job["status"].get("failed", 0) > failures:
            failures = job["status"]["failed"]
            say(f"job {name}: {failures} failed so far, tried again (`{' '.join(kubectl('logs', f'job/{name}'))}`)")
        if time.monotonic() > deadline:
            raise Refusal(f"the migration job {name} is neither complete nor failed after {within_s:.0f} s")
        time.sleep(again_after_s)


def find(name: str) -> dict[str, Any] | None:
    """Return the job as the API server has it, or None when there is none."""
    found = answer(kubectl("get", f"job/{name}", "--ignore-not-found", "--output", "json"))
    return dict(json.loads(found)) if found.strip() else None


def failure_of(job: dict[str, Any]) -> str:
    """Return why the job failed, or nothing."""
    failed = _conditions(job).get("Failed")
    return "" if failed is None else failed.get("reason") or "no reason given"


def _conditions(job: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {found["type"]: found for found in job["status"].get("conditions", []) if found["status"] == "True"}
