"""The alert rules: asking for what there is, loaded by Prometheus, each with its paragraph in the runbook."""

import re
from typing import Any

import pytest
import yaml

from deploy.up.image import REPOSITORY
from tests.deploy.manifests import read_overlay
from tests.deploy.metric_use import faults, labels_of
from tests.deploy.promql import Selector, parse, walk

FOLDER = REPOSITORY / "deploy" / "observability"
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())
GROUPS = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
RUNBOOK = (REPOSITORY / "docs" / "operations.md").read_text().partition("\n## When an alert fires\n")[2]
PARAGRAPHS = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=\n\n###|\n\n## |\Z)", RUNBOOK.rstrip(), re.MULTILINE | re.DOTALL))
DURATION = re.compile(r"(\d+(ms|[smhdwy]))+")
RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
# What has to be watched, each by the metric or the absence that shows it.
WATCHED = {
    "up": {"TargetDown", "ProcessMissing", "NoReadyWorker", "ExecutorUnavailable"},
    "tradewind_queue_messages": {"QueueGrowing", "DeadLetters"},
    "tradewind_orders_oldest_open_seconds": {"OldestOpenOrder", "DatabaseUnavailable"},
    "tradewind_orders_taken_over_total": {"OrdersTakenOver"},
    "tradewind_leases_in_doubt_total": {"LeasesInDoubt"},
    "tradewind_fenced_writes_total": {"FencedWrites"},
    "tradewind_venue_breaker": {"BreakerOpen"},
    "tradewind_venue_failures_total": {"VenueFailing"},
    "tradewind_http_seconds_bucket": {"SlowSubmits"},
    "tradewind_http_answers_total": {"ServerErrors"},
    "tradewind_slow_readers_dropped_total": {"SlowReadersDropped"},
    "tradewind_rate_limits_unreachable_total": {"RateLimitsUncounted"},
    "tradewind_market_state_age_seconds": {"MarketStale"},
}


@RULE
def test_every_rule_asks_for_what_there_is(rule: dict[str, Any]) -> None:
    assert faults(rule["expr"]) == [], rule["expr"]


@RULE
def test_every_rule_is_one_that_prometheus_loads(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z]\w+", rule["alert"])
    assert rule["labels"].keys() == {"severity"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "runbook_url"}
    if "for" in rule:
        assert DURATION.fullmatch(rule["for"])


@RULE
def test_summaries_use_labels_that_the_expression_keeps(rule: dict[str, Any]) -> None:
    summary = rule["annotations"]["summary"]
    named = set(re.findall(r"\$labels\.(\w+)", summary))

    assert named <= labels_of(parse(rule["expr"]))
    assert re.sub(r"\{\{ \$(labels\.\w+|value( \| humanize\w*)?) \}\}", "", summary).count("{") == 0


def test_names_are_given_once() -> None:
    names = [rule["alert"] for rule in RULES]

    assert len(set(names)) == len(names)
    assert len({group["name"] for group in GROUPS}) == len(GROUPS)


def test_what_has_to_be_watched_is_watched() -> None:
    asked: dict[str, set[str]] = {}
    for rule in RULES:
        for node in walk(parse(rule["expr"])):
            if isinstance(node, Selector):
                asked.setdefault(node.metric, set()).add(rule["alert"])

    assert {metric: asked.get(metric) for metric in WATCHED} == WATCHED
    assert "FewOrdersConfirmed" in asked["tradewind_order_events_total"]


def test_the_runbook_has_a_paragraph_for_each_alert_and_no_other() -> None:
    assert list(PARAGRAPHS) == [rule["alert"] for rule in RULES], "in the order of the rules"
    for name, text in PARAGRAPHS.items():
        assert re.search(r"\*Look\*:\s.+\*Do\*:\s", text, re.DOTALL), (
            f"{name}: what it means, what to look at, what to do"
        )


@RULE
def test_the_runbook_is_found_where_the_alert_says(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_jobs_are_the_processes() -> None:
    jobs = {job["job_name"] for job in PROMETHEUS["scrape_configs"]}
    meant = {
        name
        for rule in RULES
        for node in walk(parse(rule["expr"]))
        if isinstance(node, Selector)
        for matcher in node.matchers
        if matcher.label == "job"
        for name in matcher.value.split("|")
    }

    assert meant <= jobs
    assert jobs == {"prometheus", "gateway", "executor", "worker", "router", "market"}


def test_methods_are_those_of_the_contract() -> None:
    protos = "".join(path.read_text() for path in (REPOSITORY / "protos/tradewind").rglob("*.proto"))
    calls = set(re.findall(r"\brpc (\w+)\(", protos))
    meant = {
        name
        for rule in RULES
        for node in walk(parse(rule["expr"]))
        if isinstance(node, Selector) and node.metric.startswith("tradewind_rpc_")
        for matcher in node.matchers
        if matcher.label == "method"
        for name in matcher.value.split("|")
    }

    assert meant
    assert meant <= calls


def test_prometheus_loads_the_rules_under_compose_and_in_a_cluster() -> None:
    compose = yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"]["prometheus"]
    overlay = read_overlay("kind-observability")
    (data,) = (
        thing["data"] for thing in overlay.of("ConfigMap") if thing["metadata"]["name"].startswith("prometheus-")
    )

    assert PROMETHEUS["rule_files"] == ["alerts.yaml"], "beside the configuration"
    assert "./observability/alerts.yaml:/etc/prometheus/alerts.yaml:ro" in compose["volumes"]
    assert data == {name: (FOLDER / name).read_text() for name in ("prometheus.yaml", "alerts.yaml")}
