import pytest

from deploy.up.rendered import OVERLAYS
from tests.deploy import engine
from tests.deploy.manifests import Overlay, read_overlay
from tests.deploy.stand_in import cluster
from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder

__all__ = ["cluster", "kind", "overlay", "pytest_runtest_makereport", "stack", "stack_folder"]

# What needs a Docker engine is collected where there is one, with a base image to build on.
collect_ignore = [] if engine.is_here() else ["test_docker.py"]


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    """Each overlay in turn, rendered."""
    return read_overlay(request.param)


@pytest.fixture
def kind() -> Overlay:
    """The overlay of `make up`."""
    return read_overlay("kind")
