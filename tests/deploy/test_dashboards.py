"""The dashboards: made from their code, laid out without overlap, asking for what there is."""

import json
from typing import Any

import pytest
import yaml

from deploy.dashboards.__main__ import DASHBOARDS, FOLDER, text_of
from deploy.dashboards.queries import WINDOW
from deploy.up.image import REPOSITORY
from tests.deploy.manifests import read_overlay
from tests.deploy.metric_use import METRICS, faults
from tests.deploy.promql import Selector, parse, walk

READ: dict[str, dict[str, Any]] = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
PANELS = [
    pytest.param(panel, id=f"{document['uid']}/{panel['title']}")
    for document in READ.values()
    for panel in document["panels"]
    if panel["type"] != "row"
]


def expressions(panel: dict[str, Any]) -> list[str]:
    return [target["expr"].replace(WINDOW, "1m") for target in panel["targets"]]


def test_files_are_made_from_the_present_code() -> None:
    assert {name: (FOLDER / name).read_text() for name in READ} == {
        name: text_of(dashboard) for name, dashboard in DASHBOARDS.items()
    }, "run `make dashboards`"


@pytest.mark.parametrize("panel", PANELS)
def test_every_query_asks_for_what_there_is(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for expression in expressions(panel):
        assert faults(expression) == [], expression


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_says_what_it_means(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in {"reqps", "ops", "s", "short", "percentunit", "bytes", "none"}
    assert [target["refId"] for target in panel["targets"]] == list("ABCDEFGH")[: len(panel["targets"])]
    assert all(target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize("panel", PANELS)
def test_legends_name_labels_that_the_query_keeps(panel: dict[str, Any]) -> None:
    from tests.deploy.metric_use import labels_of

    for target, expression in zip(panel["targets"], expressions(panel), strict=True):
        named = {part.partition("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
        assert named <= labels_of(parse(expression)), target["legendFormat"]


def test_panels_lie_side_by_side() -> None:
    for name, document in READ.items():
        taken: set[tuple[int, int]] = set()
        for panel in document["panels"]:
            place = panel["gridPos"]
            cells = {
                (column, line)
                for column in range(place["x"], place["x"] + place["w"])
                for line in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, (name, panel["title"])
            assert place["x"] + place["w"] <= 24
            taken |= cells


def test_numbers_and_addresses_are_given_once() -> None:
    assert len({document["uid"] for document in READ.values()}) == len(READ) == 2
    for document in READ.values():
        numbers = [panel["id"] for panel in document["panels"]]
        assert len(set(numbers)) == len(numbers)
        assert document["editable"] is False


def test_every_metric_is_on_a_dashboard_or_left_out_for_a_reason() -> None:
    left_out = {
        "tradewind_rpc_refused_total",  # the client's side is shown, by code
        "tradewind_orders_open",  # shown by status
        "tradewind_market_slot",  # grows by itself; the age of the state tells when it does not
        "tradewind_market_swaps_in_flight",  # the land stage tells
        "tradewind_market_ledger_lost_total",  # an alert
        "tradewind_rate_limits_unreachable_total",  # an alert
        "tradewind_spans_total",  # of interest to the collector alone
    }
    asked = {
        node.metric.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        for parameter in PANELS
        for expression in expressions(parameter.values[0])  # type: ignore[arg-type] # pytest types a parameter as object
        for node in walk(parse(expression))
        if isinstance(node, Selector)
    }

    assert METRICS.keys() - asked == left_out


def test_grafana_finds_them_where_they_are_mounted() -> None:
    folder = REPOSITORY / "deploy/observability/grafana/provisioning"
    (provider,) = yaml.safe_load((folder / "dashboards/folder.yaml").read_text())["providers"]
    compose = yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"]["grafana"]
    pod = read_overlay("kind-observability").one("StatefulSet", "grafana")["spec"]["template"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}

    assert f"./observability/grafana/dashboards:{provider['options']['path']}:ro" in compose["volumes"]
    assert mounts["dashboards"] == provider["options"]["path"]
    (maps,) = (
        thing["data"]
        for thing in read_overlay("kind-observability").of("ConfigMap")
        if thing["metadata"]["name"].startswith("grafana-dashboards")
    )
    assert {name: json.loads(text) for name, text in maps.items()} == READ
