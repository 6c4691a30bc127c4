"""The wait for the schema, against real Postgres; the worker's launcher, as a process."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.container import postgres, schema
from deploy.up.image import REPOSITORY
from executor_service.migrations.upgrade import upgrade
from market_service.migrations.apply import migrate


def test_an_empty_database_is_behind_twice(database_url: str) -> None:
    assert list(schema.behind(database_url)) == [
        "the executor schema is not up to date",
        "the market schema is not up to date",
    ]


def test_a_migrated_database_is_good_and_a_newer_one_too(database_url: str) -> None:
    upgrade(database_url)
    assert list(schema.behind(database_url)) == ["the market schema is not up to date"]
    migrate(database_url)
    assert list(schema.behind(database_url)) == []

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE executor_migrations SET version_num = 'of a later release'")
    assert list(schema.behind(database_url)) == []

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM market.alembic_version")
    assert list(schema.behind(database_url)) == ["the market schema is not up to date"]


def test_a_database_that_does_not_answer_is_waited_for() -> None:
    (obstacle,) = schema.behind("postgresql://nobody@127.0.0.1:1/nothing")

    assert obstacle.startswith("Postgres does not answer: ")


def test_waiting_ends_as_soon_as_the_schema_is_there(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def migrate_meanwhile(seconds: float) -> None:
        upgrade(database_url)
        migrate(database_url)

    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr("time.sleep", migrate_meanwhile)

    assert schema.main() == 0
    said = capsys.readouterr().err
    assert said.count("waiting: ") == 1
    assert database_url not in said


def test_waiting_has_an_end(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(schema, "_WITHIN_S", 0.0)

    assert schema.main() == 1


def test_the_migration_waits_until_postgres_answers(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    urls = iter(["postgresql://nobody:secret@127.0.0.1:1/nothing"] * 2 + [database_url])

    assert postgres.wait(lambda: postgres.obstacle(next(urls)), within_s=30, again_after_s=0.0) == 0

    said = capsys.readouterr().err
    assert said.startswith("waiting: Postgres does not answer: ")
    assert said.count("waiting: ") == 1
    assert "secret" not in said


def test_a_postgres_that_never_answers_is_given_up_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    never = "postgresql://nobody@127.0.0.1:1/nothing"

    assert postgres.wait(lambda: postgres.obstacle(never), within_s=0.0, again_after_s=0.0) == 1

    assert "gave up after 0 s: Postgres does not answer" in capsys.readouterr().err


def test_the_launcher_becomes_the_worker_and_hands_it_the_file(tmp_path: Path) -> None:
    # Without an address of state the worker ends at once, in its own words and with its own exit code.
    (tmp_path / "ready").write_text("ready\n")
    environ = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}

    done = subprocess.run(
        [sys.executable, "-m", "deploy.container.worker"],
        env={**environ, "TMPDIR": str(tmp_path), "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'protos' / 'gen'}"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert "DATABASE_URL: not set; allowed: " in done.stderr
    assert (tmp_path / "ready").read_text() == "", "what an earlier process said counts no more"
