"""The probes of the manifests, put to the servers that they will be put to."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.container import probe
from deploy.local.ports import free_port
from deploy.up.image import REPOSITORY
from tests.deploy.manifests import Overlay
from tests.stack import Stack

PORTS = {50051: "ROUTER_ADDRESS", 50052: "EXECUTOR_ADDRESS", 50053: "MARKET_ADDRESS"}


def clean_environ() -> dict[str, str]:
    """Return an environment in which nobody told our processes anything."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def grpc_probes(overlay: Overlay) -> Iterator[tuple[int, str]]:
    for _, container in overlay.containers():
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            if asked := container.get(name, {}).get("grpc"):
                yield asked["port"], asked.get("service", "")


async def test_servers_answer_the_services_that_probes_ask_for(kind: Overlay, stack: Stack) -> None:
    asked = set(grpc_probes(kind))
    addresses = stack.env()

    assert {port for port, _ in asked} == set(PORTS)
    for port, service in asked:
        async with grpc.aio.insecure_channel(addresses[PORTS[port]]) as channel:
            answer = await health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service=service), timeout=5
            )
            assert answer.status == health_pb2.HealthCheckResponse.SERVING, (port, service)


async def test_a_router_without_a_market_has_started_lives_and_is_not_ready(kind: Overlay) -> None:
    (container,) = kind.one("Deployment", "router")["spec"]["template"]["spec"]["containers"]
    ports = free_port(), free_port(), free_port()
    settings = dict(zip(("ROUTER_PORT", "METRICS_PORT", "MARKET_ADDRESS"), map(str, ports), strict=True))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *container["args"]),
        env={**clean_environ(), **settings, "MARKET_ADDRESS": f"127.0.0.1:{settings['MARKET_ADDRESS']}"},
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{ports[0]}") as channel:
            health = health_pb2_grpc.HealthStub(channel)
            answers = {
                name: (
                    await health.Check(
                        health_pb2.HealthCheckRequest(service=container[name]["grpc"]["service"]),
                        timeout=30,
                        wait_for_ready=True,
                    )
                ).status
                for name in ("startupProbe", "livenessProbe", "readinessProbe")
            }
    finally:
        process.terminate()
        code = await asyncio.wait_for(process.wait(), 20)

    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    assert answers == {"startupProbe": serving, "livenessProbe": serving, "readinessProbe": not_serving}
    assert code == 0


async def test_the_compose_probes_tell_a_server_from_none(stack: Stack) -> None:
    addresses = stack.env()
    port = int(addresses["EXECUTOR_ADDRESS"].rpartition(":")[2])
    http_port = int(stack.url.rpartition(":")[2])

    assert await asyncio.to_thread(probe.grpc_serving, port)
    assert not await asyncio.to_thread(probe.grpc_serving, http_port)
    assert probe.http_ok("/readyz", http_port)
    assert not probe.http_ok("/no-such-page", http_port)
    assert not probe.http_ok("/readyz", 1)


def test_a_worker_is_ready_when_it_said_so(tmp_path: Path) -> None:
    file = tmp_path / "ready"
    answers = [probe.is_ready(file)]

    for text in ("", "ready\n"):
        file.write_text(text)
        answers.append(probe.is_ready(file))

    assert answers == [False, False, True]


def test_a_main_thread_that_never_sleeps_again_is_dead(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nvoluntary_ctxt_switches:\t17\nnonvoluntary_ctxt_switches:\t3\n")

    assert not probe.is_alive(status, within_s=0.5)
    if sys.platform == "linux":  # where containers run
        assert probe.is_alive(Path("/proc/thread-self/status"), within_s=2.0)


def test_probes_answer_with_an_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert probe.main(["ready"]) == 1

    (tmp_path / "ready").write_text("ready\n")
    assert probe.main(["ready"]) == 0
