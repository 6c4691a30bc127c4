import pytest

from deploy.up.rendered import OVERLAYS
from tests.deploy import engine
from tests.deploy.manifests import HERE, Overlay, read_overlay
from tests.deploy.stand_in import cluster
from tests.e2e.conftest import pytest_runtest_makereport, stack, stack_folder

__all__ = ["cluster", "kind", "overlay", "pytest_runtest_makereport", "stack", "stack_folder"]

# What needs a Docker engine is collected where there is one, with a base image to build on.
collect_ignore = [] if engine.is_here() else ["test_docker.py"]


def pytest_report_header() -> list[str]:
    """Say what cannot be tested on this machine."""
    missing = [name for name in OVERLAYS if name not in HERE]
    return [f"overlays NOT tested, for want of kubectl or kustomize: {', '.join(missing)}"] if missing else []


@pytest.fixture(params=HERE)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    """Each overlay in turn, rendered."""
    return read_overlay(request.param)


@pytest.fixture
def kind() -> Overlay:
    """The overlay of `make up`."""
    return read_overlay("kind")
