"""What tools and tests leave behind is ignored by git and deleted by `make clean`."""

import subprocess

from deploy.up.image import REPOSITORY

# A person's own: settings, a stack's data (`make reset`), runs of the benchmark.
KEPT = {".env", ".tradewind/", "bench-results/"}


def test_what_git_ignores_is_what_clean_deletes() -> None:
    ignored = {line for line in (REPOSITORY / ".gitignore").read_text().splitlines() if line and line[0] != "#"}
    recipe = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "clean"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()

    assert ignored > KEPT
    assert {name.rstrip("/") for name in ignored - KEPT} - set(recipe) == set()
    assert not {name.rstrip("/") for name in KEPT} & set(recipe)


def test_what_schemathesis_leaves_is_ignored() -> None:
    asked = ["git", "check-ignore", "--quiet", "--no-index", ".schemathesis/cache"]

    assert subprocess.run(asked, cwd=REPOSITORY, check=False, timeout=60).returncode == 0
