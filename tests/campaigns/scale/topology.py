"""A deployment on loopback: several processes of each kind behind one name, balanced by their clients.

In a cluster the name is a headless service (`dns:///...`); here it is the list of addresses that such a name
stands for.
"""

import asyncio
import os
import signal
import sys
import urllib.request
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from deploy.local.folder import DataFolder
from deploy.local.health import grpc_serving, http_ok
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Check, ProcessSpec
from deploy.local.supervisor import Supervisor
from tests.stack import REPOSITORY

COMMANDS: Final = {
    "market": ("market_service",),
    "router": ("router_service",),
    "executor": ("executor_service", "server"),
    "worker": ("executor_service", "worker"),
    "gateway": ("gateway",),
}
PORT_NAMES: Final = {
    "market": "MARKET_PORT",
    "router": "ROUTER_PORT",
    "executor": "EXECUTOR_PORT",
    "worker": "UNUSED_PORT",
    "gateway": "PORT",
}
RESTART_SECONDS: Final = 20.0
_INHERITED: Final = ("PATH", "HOME", "PYTHONPATH", "TMPDIR")


class Topology:
    """Processes by name (`router-2`), each kept alive; their addresses stay the same over a restart."""

    def __init__(self, folder: Path, *, names: tuple[str, ...], **env: str) -> None:
        """Describe the processes; `env` is what all of them are told beside their addresses."""
        self.folder = DataFolder(folder)
        self._ports = _ports(names)
        self.told = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "GRPC_HOST": LOOPBACK,
            "MARKET_ADDRESS": self.target("market"),
            "ROUTER_ADDRESS": self.target("router"),
            "EXECUTOR_ADDRESS": self.target("executor"),
            **env,
        }
        self._specs = {name: self._spec(name) for name in names}
        self._supervisor = Supervisor(self.folder, self._report)
        self.restarts: list[str] = []
        # What each kind's processes have counted, also those that were killed since.
        self._counted: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def target(self, kind: str) -> str:
        """Return the gRPC target of all processes of a kind."""
        ports = [port for name, (port, _) in self._ports.items() if kind_of(name) == kind]
        return "ipv4:" + ",".join(f"{LOOPBACK}:{port}" for port in ports)

    def url(self, gateway: str) -> str:
        """Return the HTTP address of a gateway."""
        return f"http://{LOOPBACK}:{self._ports[gateway][0]}"

    async def start(self, *kinds: str) -> None:
        """Start every process of these kinds and return once each is ready."""
        await self.start_named(*(name for name in self._specs if kind_of(name) in kinds))

    async def start_named(self, *names: str) -> None:
        """Start these processes and return once each is ready."""
        await self._supervisor.start([self._specs[name] for name in names])

    async def kill(self, name: str) -> None:
        """End a process with -9 and return once its successor is ready."""
        self._count(name)
        before = self._pid(name)
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(RESTART_SECONDS):
            while self._pid(name) == before or not await self._answers(name)():
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop everything, in order."""
        await self._supervisor.stop()

    def logs(self, lines: int = 30) -> str:
        """Return the end of every log."""
        tails = {name: self.folder.log_path(name) for name in self._specs}
        return "".join(f"--- {name}\n{_tail(path, lines)}\n" for name, path in tails.items() if path.exists())

    def count_all(self) -> None:
        """Add what the living processes have counted to what the killed ones had."""
        for name in self._specs:
            self._count(name)

    def counted(self, name: str, sample: str) -> float:
        """Return the sum of a sample over the lives of a process, whatever its labels but those in `sample`."""
        metric, _, label = sample.partition("|")
        return sum(value for key, value in self._counted[name].items() if key.startswith(metric) and label in key)

    def _count(self, name: str) -> None:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self._metrics_port(name)}/metrics", timeout=30) as page:
            text = page.read().decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                self._counted[name][f"{sample.name}{sorted(sample.labels.items())}"] += sample.value

    def _spec(self, name: str) -> ProcessSpec:
        kind, (port, metrics_port) = kind_of(name), self._ports[name]
        own = {PORT_NAMES[kind]: str(port), "METRICS_PORT": str(metrics_port), "WORKER_NAME": name}
        spec = ProcessSpec(
            name=name,
            command=(sys.executable, "-m", *COMMANDS[kind]),
            env={**self.told, **own},
            healthy=None,
            cwd=REPOSITORY,
            stop_rank=list(COMMANDS).index(kind),
        )
        # A worker says itself when it is ready.
        return spec if kind == "worker" else replace(spec, healthy=self._answers(name))

    def _answers(self, name: str) -> Check:
        kind, (port, metrics_port) = kind_of(name), self._ports[name]
        if kind == "gateway":
            return http_ok(LOOPBACK, port, "/readyz")
        return http_ok(LOOPBACK, metrics_port, "/metrics") if kind == "worker" else grpc_serving(f"{LOOPBACK}:{port}")

    def _metrics_port(self, name: str) -> int:
        return self._ports[name][0 if kind_of(name) == "gateway" else 1]

    def _pid(self, name: str) -> int:
        return int((self.folder.path / "run" / f"{name}.pid").read_text())

    def _report(self, sentence: str) -> None:
        self.restarts.append(sentence)


def kind_of(name: str) -> str:
    """Return the kind of a process: `router` of `router-2`."""
    return name.partition("-")[0]


def _tail(path: Path, lines: int) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _ports(names: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Return two ports for each process: where it serves, and where its metrics are."""
    found: list[int] = []
    for _ in range(2 * len(names)):
        found.append(free_port(taken=frozenset(found)))
    return dict(zip(names, zip(found[::2], found[1::2], strict=True), strict=True))
