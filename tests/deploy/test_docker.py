"""The images and the compose stack on a real engine: built, started from nothing, killed under load, asked for keys.

Collected where a Docker engine and compose answer and PYTHON_IMAGE names a base image (see conftest). POSTGRES_IMAGE,
REDIS_IMAGE and the build's variables count as they do for compose and `make image`.
"""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.local.ports import free_port
from deploy.up.image import build_image
from deploy.up.load import under_load
from deploy.up.orders import ORDER, Client
from tests.deploy.engine import Project, docker, inspect
from tests.deploy.test_compose import ONCE, SERVERS

pytestmark = pytest.mark.timeout(900)
# What an image may add to its base.
ADDED_BYTES_MAX = 135_000_000
PEPPER = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def image() -> str:
    """The service image, built from this checkout."""
    return build_image(tag="tradewind-test:local")


@pytest.fixture(scope="module")
def project(image: str) -> Iterator[Project]:
    """The compose stack, started from nothing."""
    found = Project(
        f"tradewind-test-{os.getpid()}",
        {"TRADEWIND_IMAGE": image, "PORT": str(free_port()), "MARKET_PROFILE": "instant", "AUTH": "off"},
    )
    try:
        found.up()
        yield found
    finally:
        found.down()


@pytest.fixture
def url(project: Project) -> str:
    return f"http://127.0.0.1:{project.environ['PORT']}"


def submit(url: str, key: str = "") -> int:
    """Return the status that an order is answered with."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
    request = urllib.request.Request(f"{url}/api/orders/execute", json.dumps(ORDER).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_image_is_small_and_carries_no_installer(image: str) -> None:
    added = inspect(image)["Size"] - inspect(os.environ["PYTHON_IMAGE"])["Size"]
    pip = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", "import pip"],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert 0 < added < ADDED_BYTES_MAX, f"{added / 1e6:.0f} MB"
    assert b"No module named 'pip'" in pip.stderr
    assert inspect(image)["Config"]["User"] == "10001:10001"


def test_an_order_goes_through(url: str) -> None:
    client = Client(url)

    assert client.wait_end(client.submit(), within_s=30) == "confirmed"


def test_containers_have_no_more_rights_than_the_file_says(project: Project) -> None:
    for service in (*SERVERS, *ONCE):
        container = inspect(project.container(service))
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"] is True, service
        assert host["CapDrop"] == ["ALL"], service
        assert host["SecurityOpt"] == ["no-new-privileges:true"], service
        assert not host["Privileged"], service
        assert container["Config"]["User"] == "10001:10001", service
        published = [found for found in container["NetworkSettings"]["Ports"].values() if found]
        assert all(binding["HostIp"] == "127.0.0.1" for found in published for binding in found), service
        assert bool(published) is (service == "gateway"), service


def test_no_order_is_lost_whichever_container_is_killed(project: Project, url: str) -> None:
    with under_load(url) as load:
        project.kill(("worker", "router", "market", "redis", "executor", "postgres", "gateway"))
    account = load.settle()

    assert account.problems() == [], str(account)
    assert account.submitted > 50


def test_the_profile_for_observers_is_read(project: Project) -> None:
    services = project.run("--profile", "observability", "config", "--services").split()

    assert {"prometheus", "grafana", *SERVERS} <= set(services)
    assert {"prometheus", "grafana"}.isdisjoint(project.run("config", "--services").split())


def test_with_keys_only_their_holders_trade(project: Project, url: str) -> None:
    project.environ |= {"AUTH": "on", "KEY_PEPPER": PEPPER}
    project.up("executor", "gateway")
    create = ("executor", "python", "-m", "executor_service", "keys", "create", "--account", "alice")

    key = project.run("exec", "--no-TTY", *create, "--scopes", "trade,read")

    assert key.startswith("tw_")
    assert submit(url) == 401
    assert submit(url, f"{key[:-1]}x") == 401
    assert submit(url, key) == 202


def test_everything_ends_in_order(project: Project) -> None:
    project.run("stop", within_s=120.0)

    codes = {name: inspect(project.container(name))["State"]["ExitCode"] for name in SERVERS}

    assert codes == dict.fromkeys(SERVERS, 0)


@contextmanager
def one_container(image: str, port: int) -> Iterator[str]:
    options = ("--init", "--read-only", "--tmpfs", "/tmp", "--publish", f"127.0.0.1:{port}:3000")
    container = docker("run", "--detach", *options, "--env", "MARKET_PROFILE=instant", image)
    try:
        yield container
    finally:
        docker("rm", "--force", "--volumes", container)


def test_the_whole_stack_runs_in_one_container() -> None:
    port = free_port()
    with one_container(build_image(target="all-in-one", tag="tradewind-test-all-in-one:local"), port) as container:
        client = Client(f"http://127.0.0.1:{port}", within_s=90.0)
        client.wait_ready()

        assert client.wait_end(client.submit(), within_s=30) == "confirmed"

        began = time.monotonic()
        docker("stop", "--time", "30", container)
        assert inspect(container)["State"]["ExitCode"] == 0
        assert time.monotonic() - began < 30
