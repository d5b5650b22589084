"""Values: each is described and checked, those of the public chart are there, and wrong ones are refused."""

import copy
import re
import shutil
import subprocess

import helm_python
import kubernetes_validate
import pytest
import yaml

import documents
from cases import CASES, CLUSTER, PUBLIC
from manifests import CHART, PROJECT, render

# The values of the public chart in its release 1.8.0, by their paths.
THEIRS = """
mysql.enabled mysql.imageTag mysql.mysqlPassword mysql.persistence.enabled mysql.persistence.storageClass
mysql.persistence.accessMode mysql.persistence.size mysql.mysqlUser mysql.initializationFiles mongodb.enabled
imdashboard.deploy imdashboard.image imdashboard.version imdashboard.ingress.enabled imdashboard.ingress.type
imdashboard.ingress.host imdashboard.ingress.path imdashboard.ingress.tls imdashboard.httproute.enabled
imdashboard.httproute.type imdashboard.httproute.gateway.name imdashboard.httproute.gateway.namespace
imdashboard.httproute.path imdashboard.resources.requests.memory imdashboard.resources.requests.cpu imdashboard.oidc.name
imdashboard.oidc.base_url imdashboard.oidc.client_id imdashboard.oidc.client_secret imdashboard.oidc.group_membership
imdashboard.oidc.scopes imdashboard.support_email imdashboard.analytics_tag imdashboard.loglevel imdashboard.static_sites
imdashboard.external_links imdashboard.credentials_key im.version im.image im.ingress.enabled im.ingress.type im.ingress.host
im.ingress.path im.ingress.tls im.httproute.enabled im.httproute.type im.httproute.gateway.name
im.httproute.gateway.namespace im.httproute.path im.resources.requests.memory im.resources.requests.cpu im.replicas
im.log.level im.log.persistence.enabled im.log.persistence.storageclass im.log.persistence.accessmode
im.log.persistence.size im.config vault.enabled vault.resources.resources.cpu vault.resources.resources.memory
vault.dataStorage.storageClass vault.injector.enabled
""".split()


def test_the_values_of_the_public_chart_are_there():
    ours = {documents.name(path) for path, _, _ in documents.described()}
    assert not set(THEIRS) - ours


def test_each_value_is_described_in_a_sentence():
    for path, _, comment in documents.described():
        assert re.match(r"[A-Z].*[.]$", comment), f"{documents.name(path)}: '{comment}'"


def test_the_readme_has_the_table():
    _, old, _ = documents.parts()
    assert old == f"\n\n{documents.table()}\n", "write it again: python3 tests/helm/documents.py"


def test_each_value_is_in_the_schema():
    with helm_python.Chart.load(CHART) as chart:
        schema = chart.schema
    for path, _, _ in documents.described():
        inner = schema
        for key in path:
            if inner == {"type": "object"} or "properties" not in inner:
                break  # What Kubernetes defines.
            assert key in inner["properties"], f"{documents.name(path)} is not in values.schema.json"
            inner = inner["properties"][key]


def changed(path, value):
    values = {}
    inner = values
    *parents, last = path.split(".")
    for key in parents:
        inner = inner.setdefault(key, {})
    inner[last] = value
    return values


# What the schema refuses: a path, a value, and a word of what Helm says.
REFUSED = [
    ("im.replica", 3, "replica"),
    ("replicas", 3, "replicas"),
    ("im.replicas", 0, "replicas"),
    ("im.replicas", "three", "replicas"),
    ("im.replicas", 2.5, "replicas"),
    ("im.config", {"MAX_VM_FAILS": 5}, "config"),
    ("im.config", [5], "config"),
    ("im.log.level", "LOUD", "level"),
    ("im.log.persistence.size", "much", "size"),
    ("im.ingress.type", "haproxy", "type"),
    ("im.ingress.path", "im", "path"),
    ("im.httproute.enabled", "yes", "enabled"),
    ("im.secretConfig", {"OIDC_CLIENT_SECRET": "text"}, "OIDC_CLIENT_SECRET"),
    ("im.trustedProxies", ["everybody"], "trustedProxies"),
    ("im.pullPolicy", "Sometimes", "pullPolicy"),
    ("im.autoscaling.targetCPUUtilizationPercentage", 700, "targetCPUUtilizationPercentage"),
    ("im.autoscaling.maxReplicas", 0, "maxReplicas"),
    ("cluster.secret", "short", "secret"),
    ("cluster.secret", "0123456789abcdef, fedcba9876543210", "secret"),
    ("haproxy.service.type", "ExternalName", "type"),
    ("haproxy.replicas", 0, "replicas"),
    ("haproxy.maxconn", "many", "maxconn"),
    ("mysql.enabled", "yes", "enabled"),
    ("mysql.mysqlPassword", "two words", "mysqlPassword"),
    ("mysql.external.port", 70000, "port"),
    ("mysql.external.host", "mysql://db", "host"),
    ("mysql.external.hots", "db", "hots"),
    ("redis.external.host", "redis://r", "host"),
    ("redis.maxmemory", "64 MB", "maxmemory"),
    ("vault.external.url", "vault.example.org", "url"),
    ("imdashboard.external_links", "none", "external_links"),
    ("networkPolicy.clients", "everybody", "clients"),
    ("monitoring.serviceMonitor.interval", "often", "interval"),
    ("fullnameOverride", "Im", "fullnameOverride"),
    ("runAsUser", 0, "runAsUser"),
]


@pytest.mark.parametrize("path, value, word", REFUSED)
def test_the_schema_refuses(path, value, word):
    with helm_python.Chart.load(CHART) as chart, pytest.raises(helm_python.HelmError) as refused:
        chart.validate_schema(chart.merge_values(changed(path, value)))
    assert word in str(refused.value)


# What fits no sentence of the schema: values, and a part of the sentence.
CONTRADICTIONS = [
    ({"mongodb": {"enabled": True}}, "keeps its data in MySQL"),
    ({"mysql": {"enabled": False}}, "There is no database"),
    ({"mysql": {"external": {"host": "db", "password": "p"}}}, "Both mysql.enabled and mysql.external.host"),
    ({"mysql": {"enabled": False, "external": {"host": "db"}}}, "mysql.external.existingSecret"),
    ({"redis": {"external": {"host": "r"}}}, "Both redis.enabled and redis.external"),
    ({"vault": {"enabled": True, "external": {"url": "https://v"}}}, "Both vault.enabled and vault.external.url"),
    ({"vault": {"injector": {"enabled": True}}}, "no injector"),
    ({"im": {"autoscaling": {"enabled": True, "minReplicas": 4, "maxReplicas": 3}}}, "at most im.autoscaling.maxReplicas (3)"),
    ({"im": {"config": ["REST_PORT = 9000"]}}, "im.config sets REST_PORT to '9000'"),
    ({"im": {"config": ["activate_rest: no"]}}, "im.config sets ACTIVATE_REST"),
    ({"im": {"config": ["REST_SSL = True"]}}, "im.config sets REST_SSL"),
    ({"im": {"terminationGracePeriodSeconds": 80}}, "more than DRAIN_TIMEOUT (60)"),
    ({"im": {"terminationGracePeriodSeconds": 300, "config": ["DRAIN_TIMEOUT = 300"]}}, "more than DRAIN_TIMEOUT (300)"),
]


@pytest.mark.parametrize("values, sentence", CONTRADICTIONS)
def test_a_contradiction_is_told_in_a_sentence(values, sentence):
    with pytest.raises(helm_python.HelmError) as refused:
        render(values)
    assert sentence in str(refused.value)


def test_lines_that_say_the_same_are_no_contradiction():
    render({"im": {"config": ["REST_PORT = 8800", "REST_SSL = False", "ACTIVATE_REST = true"]}})


def test_values_of_the_public_chart_reach_what_they_are_about():
    manifests = render(PUBLIC)
    assert manifests.get("Deployment", "im-backend")["spec"]["replicas"] == 3
    assert manifests.node()["image"] == "im:0.1.0"
    assert manifests.node()["resources"]["requests"] == {"memory": "1Gi", "cpu": "500m"}
    assert manifests.secret("demo-mysql")["mysql-password"] == "their-own-pass"
    assert "imlog" in manifests.of("PersistentVolumeClaim")
    assert set(manifests.of("Ingress")) == {"im", "im-dashboard"}
    assert manifests.get("Ingress", "im-dashboard")["spec"]["rules"][0]["host"] == "im.example.org"
    # The services have the names by which others know them.
    assert {"im-backend", "im-load-balancer-svc", "im-dashboard-svc", "demo-mysql", "demo-vault"} <= set(manifests.of("Service"))
    # What cannot be changed in a Deployment that is upgraded in place.
    for name in ("im-backend", "im-dashboard"):
        assert manifests.get("Deployment", name)["spec"]["selector"] == {"matchLabels": {"name": name}}


def test_the_checks_of_these_tests_see_what_is_wrong():
    deployment = copy.deepcopy(render().get("Deployment", "im-backend"))
    deployment["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.37", strict=True)


def test_the_notes_say_how_to_go_on():
    notes = render(CLUSTER).notes
    assert "3 nodes behind 2 HAProxies" in notes and "svc/im-load-balancer-svc" in notes
    assert "im-cluster" in notes and "demo-mysql" in notes
    assert "One node" in render().notes
    assert "vault operator unseal" in render({"vault": {"enabled": True}}).notes
    assert "https://im.example.org/im" in render(PUBLIC).notes
    assert "There is one HAProxy" in render({**CLUSTER, "haproxy": {"replicas": 1}}).notes


def test_the_chart_is_packaged_whole(tmp_path):
    archive = helm_python.package(CHART, destination=tmp_path)
    with helm_python.Chart.load(archive) as packed, helm_python.Chart.load(CHART) as plain:
        assert {one["name"] for one in packed.templates} == {one["name"] for one in plain.templates}
        names = {one["name"] for one in packed.files}
        assert {"files/haproxy.cfg.in", "files/rules/haproxy.yaml", "README.md"} <= names
        assert packed.render({}).keys() == plain.render({}).keys()


def test_the_chart_is_for_this_release():
    version = re.search(r'^version = "(.*)"', (PROJECT / "Cargo.toml").read_text(), re.M)[1]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == version


def test_rules_are_taken_from_files(tmp_path):
    manifests = render(CASES["watched"])
    groups = manifests.get("PrometheusRule", "im")["spec"]["groups"]
    names = [group["name"] for file in sorted((CHART / "files" / "rules").glob("*.yaml"))
             for group in yaml.safe_load(file.read_text())["groups"]]
    assert [group["name"] for group in groups] == names and names
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (Debian package prometheus)")
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": groups}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
