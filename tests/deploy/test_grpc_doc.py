"""Every command of docs/grpc.md, run as written against a running stack: the document cannot lie."""

import re
import shlex
from dataclasses import dataclass, field
from typing import Any

import pytest

from deploy.up.image import REPOSITORY
from tests.deploy.grpcurl import Answer, run_grpcurl
from tests.stack import Stack

DOC = (REPOSITORY / "docs" / "grpc.md").read_text()
SERVICES = {
    "localhost:50051": ("tradewind.router.v1.RouterService",),
    "localhost:50052": ("tradewind.accounts.v1.AccountService", "tradewind.orders.v1.OrderService"),
    "localhost:50053": ("tradewind.market.v1.MarketService",),
}
_ASSIGNMENT = re.compile(
    r"(?P<name>[A-Z]+)=(?:\$\((?P<command>grpcurl .*) \| jq -r '(?P<path>[^']+)'\)|(?P<value>\S+))"
)


@dataclass
class Session:
    """A shell that knows grpcurl, variables and the paths that jq is asked for."""

    addresses: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, line: str) -> Answer | None:
        """Run one line and return what came of it; None for a plain assignment."""
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment is None:
            return self._grpcurl(line)
        if assignment["value"]:
            self.variables[assignment["name"]] = assignment["value"]
            return None
        answer = self._grpcurl(assignment["command"])
        value = pick(answer.messages[0], assignment["path"])
        assert isinstance(value, str)
        assert value
        self.variables[assignment["name"]] = value
        return answer

    def _grpcurl(self, line: str) -> Answer:
        program, *arguments = shlex.split(self._expand(line), comments=True)
        assert program == "grpcurl"
        return run_grpcurl(arguments, self.addresses)

    def _expand(self, line: str) -> str:
        # As a shell does, except that no example has a dollar in single quotes.
        return re.sub(r"\$([A-Z]+)", lambda found: self.variables[found[1]], line)


def pick(message: Any, path: str) -> Any:
    """Follow a path such as `.answers[0].response.orderId`."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        message = message[name] if name else message[int(index)]
    return message


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", DOC, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def expected_status(line: str) -> str:
    comment = line.partition("  # ")[2]
    return comment or ("OK" if "-max-time" not in line else "OK or DEADLINE_EXCEEDED")


@pytest.fixture
def addresses(stack: Stack) -> dict[str, str]:
    written = stack.env()
    names = dict(zip(SERVICES, ("ROUTER_ADDRESS", "EXECUTOR_ADDRESS", "MARKET_ADDRESS"), strict=True))
    return {address: written[name] for address, name in names.items()}


def test_every_example_does_what_the_document_says(addresses: dict[str, str]) -> None:
    session = Session(addresses)

    for line in commands():
        answer = session.run(line)

        if answer is None:
            continue
        assert answer.status in expected_status(line).split(" or "), f"{line}\n{answer}"
        if answer.status == "OK" and "/" in line.split()[-1]:
            assert answer.messages, line


def test_every_rpc_of_every_service_is_called(addresses: dict[str, str]) -> None:
    called = set(re.findall(r"localhost:\d+ ([\w.]+/\w+)", DOC))

    for address, services in SERVICES.items():
        for service in services:
            listed = run_grpcurl(["-plaintext", address, "list", service], addresses).lines
            assert listed
            missing = {name.rpartition(".")[2] for name in listed if "/".join(name.rsplit(".", 1)) not in called}
            assert not missing, f"docs/grpc.md calls no {missing} of {service}"


def test_every_service_lists_itself_health_and_reflection(addresses: dict[str, str]) -> None:
    for address, services in SERVICES.items():
        listed = run_grpcurl(["-plaintext", address, "list"], addresses).lines
        ours = (
            "grpc.health.v1.Health",
            "tradewind.status.v1.StatusService",
            *(f"grpc.reflection.{name}.ServerReflection" for name in ("v1", "v1alpha")),
        )
        assert listed == sorted([*services, *ours])


def test_a_watched_order_comes_to_its_end(addresses: dict[str, str]) -> None:
    session = Session(addresses)
    lines = commands()
    watch = next(line for line in lines if line.endswith("/WatchOrder"))
    for line in lines[: lines.index(watch)]:
        if "=" in line.split()[0]:
            session.run(line)

    answer = session.run(watch)

    assert answer is not None
    events = [event for message in answer.messages for event in message["events"]]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["status"] == "ORDER_STATUS_PENDING"
    assert all(event["orderId"] == session.variables["ORDER"] for event in events)


def test_a_misspelt_command_would_be_noticed(addresses: dict[str, str]) -> None:
    wrong = "grpcurl -plaintext localhost:50051 tradewind.router.v1.RouterService/ListCoins"

    with pytest.raises(KeyError):
        Session(addresses).run(wrong)
