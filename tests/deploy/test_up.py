"""`make up` without a cluster: tools, names, passwords, the release, the retry rule, the account of a load."""

import json
import stat
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from deploy.up import release, rollout, smoke, trouble
from deploy.up.image import REPOSITORY
from deploy.up.load import Account, Load
from deploy.up.orders import Client, GaveUp, should_retry
from deploy.up.refusal import Refusal
from deploy.up.tools import TOOLS, problems, version_in
from tests.deploy.manifests import Overlay, read_overlay

SAID = {"docker": "Docker version 28.2.2, build e6534b4", "kind": "kind v0.33.0 go1.24.3 linux/amd64"}
SAID["kubectl"] = "Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0"


def ask(command: Sequence[str]) -> str:
    return SAID[command[0]]


def test_good_tools_are_no_problem() -> None:
    assert problems(find=lambda name: f"/usr/bin/{name}", ask=ask) == []


def test_every_missing_tool_is_named_with_its_address() -> None:
    found = problems(find=lambda name: None, ask=ask)

    assert [line.partition(" ")[0] for line in found] == ["docker", "kind", "kubectl"]
    assert all("https://" in line for line in found)


def test_an_old_tool_is_named_with_both_versions() -> None:
    def old(command: Sequence[str]) -> str:
        return "kind v0.20.0 go1.20" if command[0] == "kind" else ask(command)

    (line,) = problems(find=lambda name: name, ask=old)

    assert line.startswith("kind 0.20.0 is older than 0.24: https://")


@pytest.mark.parametrize(
    ("text", "version"),
    [("kind v0.33.0 go1.24", (0, 33, 0)), ("Docker version 20.10.24+dfsg1", (20, 10, 24)), ("who knows", None)],
)
def test_versions_are_read(text: str, version: tuple[int, ...] | None) -> None:
    assert version_in(text) == version


@pytest.mark.parametrize(
    ("image", "parts"),
    [("tradewind:0f3a", ("tradewind", "0f3a")), ("localhost:5000/pg:18", ("localhost:5000/pg", "18"))],
)
def test_an_image_has_a_name_and_a_tag(image: str, parts: tuple[str, str]) -> None:
    assert release.name_and_tag(image) == parts


def test_an_image_without_a_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="has no tag"):
        release.name_and_tag("localhost:5000/pg")


def test_a_release_names_its_image_and_its_own_job(tmp_path: Path) -> None:
    folder = release.write_release(
        "tradewind:0f3a", {"REDIS_IMAGE": "local/valkey:8", "POSTGRES_IMAGE": ""}, tmp_path, {"worker": 3}
    )

    written = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert written["images"] == [
        {"name": "tradewind", "newName": "tradewind", "newTag": "0f3a"},
        {"name": "redis", "newName": "local/valkey", "newTag": "8"},
    ]
    assert written["replicas"] == [{"name": "worker", "count": 3}]
    (patch,) = json.loads(written["patches"][0]["patch"])
    assert patch == {"op": "replace", "path": "/metadata/name", "value": release.job_name("tradewind:0f3a")}


def test_passwords_are_made_once_and_kept_private(tmp_path: Path, kind: Overlay) -> None:
    file = tmp_path / "secrets.env"

    assert release.ensure_secrets(file)
    first = file.read_text()
    assert not release.ensure_secrets(file)

    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    names = {line.partition("=")[0] for line in first.splitlines()}
    assert names == secret(kind, "tradewind-stores").keys(), "what overlays/kind is rendered with and `make up` writes"


def secret(kind: Overlay, name: str) -> dict[str, str]:
    (found,) = (thing["data"] for thing in kind.of("Secret") if thing["metadata"]["name"].startswith(f"{name}-"))
    return dict(found)


def test_the_pepper_is_made_once_and_kept_private(tmp_path: Path, kind: Overlay) -> None:
    file = tmp_path / "pepper.env"

    release.ensure_pepper(file)
    first = file.read_text()
    release.ensure_pepper(file)

    name, _, pepper = first.strip().partition("=")
    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(pepper) >= 32
    assert {name} == secret(kind, "tradewind-keys").keys()


def workloads(overlay: Overlay) -> set[str]:
    return {f"{thing['kind'].lower()}/{thing['metadata']['name']}" for thing in overlay.of("Deployment", "StatefulSet")}


def test_waited_for_is_what_is_applied(kind: Overlay) -> None:
    own = {*rollout.STORES, *rollout.SERVICES}

    assert workloads(kind) == own
    assert workloads(read_overlay("kind-observability")) == {*own, *rollout.OBSERVERS}


@pytest.mark.parametrize(
    ("environ", "overlay"),
    [({}, "kind"), ({"OBSERVABILITY": "off"}, "kind"), ({"OBSERVABILITY": "True"}, "kind-observability")],
)
def test_dashboards_come_when_asked_for(environ: dict[str, str], overlay: str) -> None:
    assert release.kustomization("tradewind:0f3a", environ, {})["resources"] == [f"../overlays/{overlay}"]


def test_a_word_that_is_no_switch_is_refused_like_any_setting() -> None:
    with pytest.raises(Refusal, match=r"^OBSERVABILITY=maybe: neither on nor off; allowed: on or off"):
        release.is_observed({"OBSERVABILITY": "maybe"})


def test_images_that_are_not_ours_are_those_of_compose() -> None:
    compose = yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"]
    by_compose = {service["image"].partition(":-")[2].removesuffix("}") for service in compose.values()}
    in_cluster = {container["image"] for _, container in read_overlay("kind-observability").containers()}

    assert in_cluster == by_compose
    assert in_cluster - set(release.DEFAULT_IMAGES) == {"tradewind:local"}
    assert {image.rpartition(":")[0] for image in in_cluster} == {"tradewind", *release.OTHER_IMAGES}
    assert {f"${{{name}" for name in release.OTHER_IMAGES.values()} <= {
        service["image"].partition(":-")[0] for service in compose.values()
    }


def test_the_cluster_maps_the_port_that_the_gateway_is_on(kind: Overlay) -> None:
    nodes = yaml.safe_load((REPOSITORY / "deploy" / "kind.yaml").read_text())["nodes"]
    (mapping,) = nodes[0]["extraPortMappings"]

    assert mapping["containerPort"] == kind.one("Service", "gateway")["spec"]["ports"][0]["nodePort"]
    assert (mapping["listenAddress"], mapping["hostPort"]) == ("127.0.0.1", 3000)
    assert all("image" not in node for node in nodes)


def test_pods_that_are_not_well_are_found() -> None:
    def pod(name: str, phase: str, ready: str) -> dict[str, object]:
        return {
            "metadata": {"name": name},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
        }

    pods = [pod("good", "Running", "True"), pod("done", "Succeeded", "False"), pod("bad", "Running", "False")]
    pods.append({"metadata": {"name": "new"}, "status": {}})

    pods.append(pod("failed job", "Failed", "False"))

    assert [found["metadata"]["name"] for found in trouble.unwell({"items": pods})] == ["bad", "new", "failed job"]


def test_what_keeps_its_number_is_what_the_manifests_number(kind: Overlay) -> None:
    numbered = {thing["metadata"]["name"] for thing in kind.of("Deployment") if "replicas" in thing["spec"]}

    assert numbered == set(rollout.SCALED_BY_HAND)


@pytest.mark.parametrize(("status", "again"), [(202, False), (404, False), (422, False), (429, True), (503, True)])
def test_the_retry_rule(status: int, again: bool) -> None:
    assert should_retry(status) is again


def test_closed_edges_must_be_closed_and_open_ones_open() -> None:
    as_it_should_be = {edge: 0 if edge.is_open else smoke.REFUSED for edge in smoke.EDGES}

    assert smoke.check_edges(ask=as_it_should_be.__getitem__) == []
    everything_open = smoke.check_edges(ask=lambda edge: 0)
    assert len(everything_open) == sum(not edge.is_open for edge in smoke.EDGES)
    assert "deployment/gateway to postgres:5432 is open" in everything_open
    assert len(smoke.check_edges(ask=lambda edge: smoke.REFUSED)) == sum(edge.is_open for edge in smoke.EDGES)
    assert len(smoke.check_edges(ask=lambda edge: 126)) == len(smoke.EDGES), "not tried is not passed"


def test_an_account_tells_what_was_broken() -> None:
    good = Account(submitted=3, retries=2, ended=Counter(confirmed=2, failed=1))
    bad = Account(submitted=2, given_up=["POST: 503"], ended=Counter(confirmed=1, routing=1))

    assert good.problems() == []
    assert str(good) == "3 orders: 2 confirmed, 1 failed; 2 requests sent again"
    assert bad.lost == 1
    assert len(bad.problems()) == 2
    assert Account().problems() == ["no order was sent: nothing is proven"]


class Shaky:
    """A gateway that answers 503 a few times, drops a connection, and knows an order by its identity."""

    def __init__(self, refusals: int, *, ends: bool = True) -> None:
        self.refusals = refusals
        self.ends = ends
        self.orders: dict[str, str] = {}
        self.lock = threading.Lock()

    def submit(self, client_order_id: str) -> tuple[int, dict[str, object]] | None:
        with self.lock:
            order_id = self.orders.setdefault(client_order_id, f"order-{len(self.orders) + 1}")
            if self.refusals:
                self.refusals -= 1
                # Every other time the order was taken and the answer is lost.
                return (503, {"code": "unavailable"}) if self.refusals % 2 else None
        return 202, {"orderId": order_id}

    def look(self, path: str) -> dict[str, object]:
        return {"orderId": path.rpartition("/")[2], "status": "confirmed" if self.ends else "routing"}


@contextmanager
def serving(gateway: Shaky) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.reply(gateway.submit(body["clientOrderId"]))

        def do_GET(self) -> None:
            self.reply((200, gateway.look(self.path)))

        def reply(self, answer: tuple[int, dict[str, object]] | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.end_headers()
            self.wfile.write(json.dumps(answer[1]).encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_lost_answer_is_asked_for_again_and_is_the_same_order() -> None:
    gateway = Shaky(refusals=4)
    with serving(gateway) as url:
        client = Client(url, within_s=10, again_after_s=0.01)

        order_id = client.submit()

        assert client.wait_end(order_id, within_s=5) == "confirmed"
    assert client.retries == 4
    assert len(gateway.orders) == 1


def test_a_gateway_that_never_recovers_is_noticed() -> None:
    with serving(Shaky(refusals=1_000_000)) as url:
        client = Client(url, within_s=0.3, again_after_s=0.01)

        with pytest.raises(GaveUp, match="POST /api/orders/execute"):
            client.submit()


def test_a_load_accounts_for_every_order() -> None:
    with serving(Shaky(refusals=3)) as url:
        load = Load(url, senders=2, pause_s=0.01)
        load.start()
        load.stop()
        account = load.settle(within_s=5)

    assert account.submitted == sum(account.ended.values()) >= 2
    assert account.retries == 3
    assert account.problems() == []


def test_orders_that_never_end_are_lost() -> None:
    with serving(Shaky(refusals=0, ends=False)) as url:
        load = Load(url, senders=1, pause_s=0.01)
        load.start()
        load.stop()
        account = load.settle(within_s=0.3)

    assert account.lost == account.submitted >= 1
    assert account.problems() == [f"{account.lost} accepted orders did not end"]


def test_a_command_that_is_not_there_is_told_by_the_check_first(monkeypatch: pytest.MonkeyPatch) -> None:
    from deploy.up import tools

    monkeypatch.setattr(tools, "problems", lambda: [f"{TOOLS[1].name} is missing: {TOOLS[1].get_it}"])

    with pytest.raises(Refusal, match=r"(?s)make up needs:.*kind is missing"):
        tools.check_tools()
