"""Whose sessions the contract suites use: an ordinary role's, and once more one's whose every setting is against us."""

from typing import Final

import pytest

from deploy.local.servers.postgres import EmbeddedPostgres
from tests.hostile_role import HOSTILE_SETTINGS, make_hostile

HOSTILE: Final = "hostile"


@pytest.fixture(scope="session")
def hostile_role(postgres_server: EmbeddedPostgres) -> str:
    """Made once: pytest may go from one role to the other several times."""
    make_hostile(postgres_server.url_of("postgres"), HOSTILE, HOSTILE_SETTINGS)
    return HOSTILE


@pytest.fixture(scope="session", params=[False, True], ids=["ordinary role", "hostile role"])
def role(request: pytest.FixtureRequest, hostile_role: str) -> str | None:
    """The role that makes and uses the databases; None: the server's own."""
    return hostile_role if request.param else None
