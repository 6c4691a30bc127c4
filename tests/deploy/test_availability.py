"""Budgets, scalers and names: what keeps the stack up while nodes go and load comes."""

from tests.deploy.manifests import Overlay, read_overlay, selects

AUTOSCALED_BY_CPU = {"gateway", "router", "executor"}


def test_every_deployment_has_a_budget_that_lets_drains_pass(overlay: Overlay) -> None:
    budgets = overlay.of("PodDisruptionBudget")

    for deployment in overlay.of("Deployment"):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        (budget,) = (thing for thing in budgets if selects(thing["spec"]["selector"], labels))
        assert budget["spec"] == {"maxUnavailable": 1, "selector": budget["spec"]["selector"]}


def test_single_pods_have_none(overlay: Overlay) -> None:
    budgets = overlay.of("PodDisruptionBudget")

    for single in overlay.of("StatefulSet"):
        labels = single["spec"]["template"]["metadata"]["labels"]
        assert single["spec"]["replicas"] == 1
        assert not [thing for thing in budgets if selects(thing["spec"]["selector"], labels)]


def test_autoscalers_and_deployments_do_not_quarrel(overlay: Overlay) -> None:
    scaled = {thing["spec"]["scaleTargetRef"]["name"]: thing["spec"] for thing in overlay.of("HorizontalPodAutoscaler")}

    assert scaled.keys() == AUTOSCALED_BY_CPU
    for name, spec in scaled.items():
        assert 2 <= spec["minReplicas"] < spec["maxReplicas"]
        assert "replicas" not in overlay.one("Deployment", name)["spec"]


def test_workers_are_scaled_by_the_queue_where_keda_runs() -> None:
    keda, plain = read_overlay("production-keda"), read_overlay("production")
    scaler = keda.one("ScaledObject", "worker")["spec"]
    (trigger,) = scaler["triggers"]

    assert scaler["scaleTargetRef"] == {"name": "worker"}
    assert "replicas" not in keda.one("Deployment", "worker")["spec"]
    assert plain.one("Deployment", "worker")["spec"]["replicas"] == 2
    assert keda.one("TriggerAuthentication", trigger["authenticationRef"]["name"])


def test_keda_reads_the_list_that_the_product_fills() -> None:
    from executor_service.adapters.dramatiq_queue import QUEUE

    (trigger,) = read_overlay("production-keda").one("ScaledObject", "worker")["spec"]["triggers"]

    assert trigger["metadata"]["listName"] == f"dramatiq:{QUEUE}"


def test_grpc_services_are_headless(overlay: Overlay) -> None:
    for service in overlay.of("Service"):
        if service["metadata"]["name"] in {"executor", "router", "market"}:
            assert service["spec"]["clusterIP"] == "None"


def test_services_lead_to_ports_of_pods(overlay: Overlay) -> None:
    for service in overlay.of("Service"):
        spec = service["spec"]
        (template,) = (
            pod for _, pod in overlay.pods() if selects({"matchLabels": spec["selector"]}, pod["metadata"]["labels"])
        )
        named = {port["name"]: port["containerPort"] for c in template["spec"]["containers"] for port in c["ports"]}
        for port in spec["ports"]:
            assert named[port["targetPort"]] == port["port"], service["metadata"]["name"]
