"""The chart makes objects that Kubernetes takes, and gives each process its own secrets and its own ways alone."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, get_args

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr

from settings import Mode, Settings, variable, variables
from tests.deploy.chart import (
    CHART,
    README,
    SETS,
    TABLE,
    HelmRefused,
    Json,
    Process,
    files,
    helm,
    objects,
    processes,
    rendered,
    values_table,
)
from tests.deploy.compose import ROOT, SERVICES, environment

OF_OTHERS = {"ScaledObject", "ServiceMonitor"}
"""Kinds of KEDA and of the Prometheus Operator, whose schemas Kubernetes doesn't have."""

EVERY_SET = pytest.mark.parametrize("name", sorted(SETS))


def _types(annotation: object) -> set[object]:
    """The type, and those that it is made of."""
    return {annotation, *(deeper for part in get_args(annotation) for deeper in _types(part))}


SECRETS = sorted(name for name, field in Settings.model_fields.items() if SecretStr in _types(field.annotation))
APIS_OWN = {"PRODGATE_AWX_CALLBACK_SECRET", "PRODGATE_AWX_POLICY_TOKEN"}
WORKERS_OWN = {"PRODGATE_AWX_TOKEN", "PRODGATE_AWX_USER", "PRODGATE_AWX_PASSWORD"}
DEFAULTLESS = {
    *("TEMPORAL_ADDRESS", "PRODGATE_GIT_REPO", "PRODGATE_OIDC_ISSUER", "PRODGATE_SIGNING_KEY"),
    *("PRODGATE_WORKER_KEY", "PRODGATE_AWX_TOKEN", "PRODGATE_PAYLOAD_KEYS"),
}


def workers(name: str) -> list[Process]:
    return [each for each in processes(objects(name)) if each.component == "worker"]


@EVERY_SET
def test_helms_linter_finds_nothing(name: str) -> None:
    """Warnings count, too."""
    assert "0 chart(s) failed" in helm("lint", "--strict", CHART, *files(name))


@EVERY_SET
def test_kubernetes_takes_every_object(name: str) -> None:
    """By the schemas of its API, of which each key has to be one."""
    for each in objects(name):
        if each["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(each, "1.37", strict=True)
    names = [(each["kind"], each["metadata"]["name"]) for each in objects(name)]
    assert len(names) == len(set(names))


def test_what_is_lacking_is_told_before_anything_is_installed() -> None:
    """The schema names each value that has no default."""
    with pytest.raises(HelmRefused) as error:
        helm("template", "prod", CHART)
    assert {name for name in DEFAULTLESS if f"'{name}'" in str(error.value)} == DEFAULTLESS


@EVERY_SET
def test_every_setting_exists_and_is_accepted(name: str) -> None:
    """With something for each secret, both processes load their settings, in production mode as the image has it."""
    for process in processes(objects(name)):
        given = process.clear | dict.fromkeys(process.referred, "redis://example:6379")
        assert {each for each in given if each.startswith("PRODGATE_")} <= variables().keys()
        assert Settings.from_environment(given | {"PRODGATE_MODE": "production"}).mode is Mode.PRODUCTION


# -- secrets ----------------------------------------------------------------------------------------------------------


@EVERY_SET
def test_secrets_are_references_alone(name: str) -> None:
    """No object is a Secret, and no secret setting has a value in clear."""
    assert not [each for each in objects(name) if each["kind"] in {"Secret", "ConfigMap"}]
    for process in processes(objects(name)):
        assert not process.clear.keys() & {variable(each) for each in SECRETS}


@pytest.mark.parametrize("part", ["settings", "api__settings", "worker__settings"])
def test_a_secret_in_clear_is_refused(part: str) -> None:
    """Values lie in repositories and in Helm's own records."""
    names = {variable(name) for name in SECRETS}
    assert refused(part, names, "in clear") == names


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("secrets", {*WORKERS_OWN, *APIS_OWN}),
        ("api__secrets", WORKERS_OWN),
        ("worker__secrets", APIS_OWN),
        ("files", {"PRODGATE_WORKER_KEY", "PRODGATE_SIGNING_KEY"}),
        ("api__files", {"PRODGATE_WORKER_KEY", "PRODGATE_AWX_CLIENT_KEY"}),
        ("worker__files", {"PRODGATE_SIGNING_KEY"}),
    ],
)
def test_nobody_can_give_a_process_what_is_the_others(part: str, names: set[str]) -> None:
    """What answers people can't launch jobs, nor sign what the service does; and the other way round."""
    assert refused(part, names, {"name": "a-secret", "key": "key"}) == names


def refused(part: str, names: set[str], value: object) -> set[str]:
    """Those of the names that the chart names when it refuses them there."""
    with pytest.raises(HelmRefused) as error:
        rendered("least", **{f"{part}__{name}": value for name in names})
    return {name for name in names if f"'{name}'" in str(error.value)}


@EVERY_SET
def test_each_process_holds_its_own_secrets(name: str) -> None:
    """AWX's token is the worker's, the key of decisions the API's, and payload keys are both's."""
    for process in processes(objects(name)):
        held = {*process.clear, *process.referred}
        worker = process.component == "worker"
        assert {each: each in held for each in ("PRODGATE_AWX_TOKEN", "PRODGATE_AWX_URL", "PRODGATE_WORKER_KEY")} == (
            dict.fromkeys(("PRODGATE_AWX_TOKEN", "PRODGATE_AWX_URL", "PRODGATE_WORKER_KEY"), worker)
        )
        assert ("PRODGATE_SIGNING_KEY" in held, "PRODGATE_OIDC_ISSUER" in held) == (not worker, not worker)
        assert "PRODGATE_PAYLOAD_KEYS" in held
        assert ("PRODGATE_AWX_POLICY_TOKEN" in process.referred) is (not worker and name == "builds")


@EVERY_SET
def test_each_file_is_mounted_where_its_variable_says(name: str) -> None:
    """As a whole folder, which follows the Secret; each file is a folder of its own, and nobody else can read it."""
    for process in processes(objects(name)):
        volumes = {each["name"]: each["secret"] for each in process.pod["volumes"] if "secret" in each}
        mounts = {each["name"]: each for each in process.container["volumeMounts"]}
        paths = set()
        for volume, secret in volumes.items():
            assert mounts[volume]["readOnly"]
            assert "subPath" not in mounts[volume]
            assert secret["defaultMode"] == 0o440
            paths |= {f"{mounts[volume]['mountPath']}/{item['path']}" for item in secret["items"]}
        assert paths == {value for value in process.clear.values() if value.startswith("/etc/prodgate/")}


# -- what a pod may do ------------------------------------------------------------------------------------------------


@EVERY_SET
def test_pods_pass_kubernetes_restricted_standard(name: str) -> None:
    """No root, no privilege, nothing of the host, a file system that is read; no token of Kubernetes."""
    for process in processes(objects(name)):
        pod, confined = process.pod, process.container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert confined == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {kind for each in pod["volumes"] for kind in each} <= {"name", "emptyDir", "ephemeral", "secret"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
    accounts = {each["metadata"]["name"]: each for each in objects(name) if each["kind"] == "ServiceAccount"}
    assert {each.pod["serviceAccountName"] for each in processes(objects(name))} == set(accounts)
    assert not any(each["automountServiceAccountToken"] for each in accounts.values())


@EVERY_SET
def test_pods_have_probes_bounds_and_a_name_of_an_image(name: str) -> None:
    """A process that hangs is ended, and one that grows is too; `latest` is no image."""
    for process in processes(objects(name)):
        container = process.container
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            port = container[probe]["httpGet"]["port"]
            assert port in {each["name"] for each in container["ports"]}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert re.fullmatch(r"prodgate(:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})", container["image"])
        spread = [each["topologyKey"] for each in process.pod["topologySpreadConstraints"]]
        assert spread == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


@EVERY_SET
def test_processes_are_started_as_the_compose_file_does(name: str) -> None:
    """By the same commands, at the same ports."""
    for process in processes(objects(name)):
        assert process.container["command"] == SERVICES[process.component]["command"]
    health = {each.clear["PRODGATE_WORKER_HEALTH_PORT"] for each in workers(name)}
    assert health == {environment("worker")["PRODGATE_WORKER_HEALTH_PORT"]}


def test_an_api_that_stands_goes_on_answering_while_git_is_away() -> None:
    """`/readyz` holds back an API that starts, and no other; it judges a worker all along, to which no call goes."""
    probes = {
        each.component: [each.container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness")]
        for each in processes(objects("least"))
    }
    assert probes == {"api": ["/readyz", "/healthz"], "worker": ["/healthz", "/readyz"]}


@EVERY_SET
def test_every_selector_finds_pods(name: str) -> None:
    """Services, budgets, policies and scalers are about pods and deployments that exist, a budget about one only."""
    found = objects(name)
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in found if each["kind"] == "Deployment"]
    for each in found:
        for selector in _selectors(each):
            chosen = [pod for pod in labels if selector.items() <= pod.items()]
            assert chosen, each["metadata"]["name"]
            assert each["kind"] not in {"PodDisruptionBudget", "Deployment"} or len(chosen) == 1
    deployments = {each["metadata"]["name"] for each in found if each["kind"] == "Deployment"}
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in found if "scaleTargetRef" in each.get("spec", {})}
    assert scaled <= deployments
    budgets = {each["metadata"]["name"] for each in found if each["kind"] == "PodDisruptionBudget"}
    assert budgets == deployments


def _selectors(each: Json) -> Iterator[Json]:
    spec = each.get("spec", {})
    if each["kind"] == "Service":
        yield spec["selector"]
    elif each["kind"] == "NetworkPolicy":
        yield spec["podSelector"]["matchLabels"]
    elif "matchLabels" in spec.get("selector", {}) and each["kind"] != "ServiceMonitor":
        yield spec["selector"]["matchLabels"]


# -- the network ------------------------------------------------------------------------------------------------------


def policies(name: str) -> dict[str, Json]:
    return {each["metadata"]["name"]: each["spec"] for each in objects(name) if each["kind"] == "NetworkPolicy"}


def _reached(spec: Json) -> set[str]:
    """The addresses and namespaces that the policy lets its pods call."""
    text = [each for rule in spec["egress"] for each in rule["to"]]
    return {_peer(each) for each in text}


def _peer(peer: Json) -> str:
    if "ipBlock" in peer:
        return str(peer["ipBlock"]["cidr"])
    labels: dict[str, Any] = peer.get("podSelector", {}).get("matchLabels") or peer["namespaceSelector"]["matchLabels"]
    return str(next(iter(labels.values())))


def test_nothing_is_allowed_but_what_is_named() -> None:
    """One policy refuses both ways, for every pod of the release."""
    assert policies("least")["prod-nothing"]["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & policies("least")["prod-nothing"].keys()


def test_only_the_worker_reaches_awx() -> None:
    """And only the API the provider of identities; both reach record, Temporal, store, names and collector."""
    both = {"kube-dns", "192.0.2.10/32", "temporal", "192.0.2.20/32"}
    assert _reached(policies("least")["prod-api"]) == both | {"192.0.2.30/32"}
    assert _reached(policies("least")["prod-worker"]) == both | {"192.0.2.40/32"}
    both |= {"192.0.2.60/32"}
    assert _reached(policies("builds")["prod-api"]) == both | {"192.0.2.30/32", "valkey"}
    assert _reached(policies("builds")["prod-worker"]) == both | {"192.0.2.40/32", "192.0.2.50/32"}


def test_only_the_proxy_calls_the_api_and_only_metrics_are_read_of_a_worker() -> None:
    """Nobody comes past what limits callers."""
    (api,) = policies("builds")["prod-api"]["ingress"]
    (worker,) = policies("builds")["prod-worker"]["ingress"]
    assert {_peer(each) for each in api["from"]} == {"ingress", "monitoring"}
    assert {_peer(each) for each in worker["from"]} == {"monitoring"}
    assert "ingress" not in policies("least")["prod-worker"]


@pytest.mark.parametrize("rule", [{"ports": [{"port": 443}]}, {"to": [{"ipBlock": {"cidr": "192.0.2.1/32"}}]}])
def test_a_rule_that_would_allow_everything_is_refused(rule: Json) -> None:
    """Without a peer it means every address, without a port every port."""
    with pytest.raises(HelmRefused, match="awx"):
        rendered("least", networkPolicy__to__awx=[rule])


def test_not_everybody_is_believed_about_the_callers_address() -> None:
    """Who is limited is whom the proxy names, and nobody else names anybody."""
    with pytest.raises(HelmRefused, match="trustedProxies"):
        rendered("least", api__trustedProxies=["*"])


# -- builds and scaling -----------------------------------------------------------------------------------------------


def test_each_build_has_workers_of_its_own() -> None:
    """So that two run beside each other while operators choose; each takes part under its own name."""
    assert {each.name for each in workers("builds")} == {"prod-worker-0-2-0", "prod-worker-0-1-9"}
    told = {each.clear["PRODGATE_BUILD_ID"]: each.container["image"] for each in workers("builds")}
    assert told == {"0.2.0": "prodgate:0.2.0", "0.1.9": f"prodgate@sha256:{'0' * 64}"}
    assert {each.clear["PRODGATE_WORKER_DEPLOYMENT"] for each in workers("builds")} == {"prodgate"}


@pytest.mark.parametrize("values", [{"worker__deployment": "prodgate"}, {"worker__builds": [{"id": "1"}]}])
def test_a_deployment_and_builds_go_together(values: dict[str, object]) -> None:
    """Workers of a named deployment get no work without a build that can be chosen."""
    with pytest.raises(HelmRefused, match="builds"):
        rendered("least", **values)


def test_workers_are_scaled_by_what_waits_for_their_build() -> None:
    """KEDA asks for the build's own backlog, at the server and in the queue that the workers have; never to none."""
    scaled = [each["spec"] for each in objects("builds") if each["kind"] == "ScaledObject"]
    asked = [each["triggers"][0]["metadata"] for each in scaled]
    assert {each["workerDeploymentBuildId"] for each in asked} == {"0.2.0", "0.1.9"}
    assert {each["taskQueue"] for each in asked} == {Settings.model_fields["task_queue"].default}
    assert all(each["minReplicaCount"] >= 1 for each in scaled)
    with pytest.raises(HelmRefused, match="min"):
        rendered("builds", worker__autoscaling__min=0)


def test_the_external_metric_is_one_that_the_adapters_example_makes() -> None:
    """By the same name, with the label by which the chart chooses."""
    adapter = yaml.safe_load((CHART.parent / "prometheus-adapter.yaml").read_text(encoding="utf-8"))
    (rule,) = adapter["rules"]["external"]
    (scaler,) = [each for each in objects("metric") if each["kind"] == "HorizontalPodAutoscaler"]
    (metric,) = [each["external"]["metric"] for each in scaler["spec"]["metrics"]]
    assert metric["name"] == rule["name"]["as"]
    assert f"by ({next(iter(metric['selector']['matchLabels']))})" in rule["metricsQuery"]


def test_builds_are_not_scaled_by_a_metric_that_they_share() -> None:
    """It counts a task queue: old and new would each be scaled by the sum of both."""
    builds: list[dict[str, str]] = [{"id": "1"}, {"id": "2"}]
    assert rendered("least", worker__deployment="prodgate", worker__builds=builds)
    with pytest.raises(HelmRefused, match="builds"):
        rendered("metric", worker__deployment="prodgate", worker__builds=builds)


@EVERY_SET
def test_who_is_scaled_has_no_fixed_number(name: str) -> None:
    """Or each upgrade would set it back."""
    scalers = [each for each in objects(name) if each["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}]
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in scalers}
    fixed = {each.name for each in processes(objects(name)) if "replicas" in each.deployment["spec"]}
    everything = {each.name for each in processes(objects(name))}
    assert (scaled | fixed, scaled & fixed) == (everything, set())


def test_the_chart_is_of_this_release() -> None:
    """Its version, and the image that it runs, are the package's."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (version, version)


def test_the_readme_lists_the_values_as_they_are() -> None:
    """`python -m tests.deploy.chart` writes the table."""
    found = TABLE.search(README.read_text(encoding="utf-8"))
    assert found
    assert found[0] == values_table()
