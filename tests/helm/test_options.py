"""The im.cfg that is rendered is one that the service takes, with the variables that its pods have."""

import pytest

from cases import CASES, CLUSTER, PUBLIC
from manifests import container, environment, expanded, im, render

# What is in Secrets that the values only name.
EXISTING = {
    "mine": {"cluster-secret": "0123456789abcdef", "cluster-key": "fedcba9876543210"},
    "db": {"pass": "p@ss/wörd"},
    "r": {"redis-password": "secret"},
    "sentinel": {"redis-url": "redis+sentinel://a:26379,b:26379/master"},
    "oidc": {"secret": "s"},
}


def checked(values, tmp_path):
    """Asks the service itself; answers what holds, by the names of the options."""
    manifests = render(values)
    prefix = values.get("fullnameOverride", "im")
    file = tmp_path / "im.cfg"
    file.write_text(manifests.get("ConfigMap", prefix)["data"]["im.cfg"])
    node = container(manifests.pod("Deployment", f"{prefix}-backend"), "im")
    variables = expanded(node, manifests, secrets=EXISTING)
    status, said, complaint = im("check-config", "--config", str(file), env=variables)
    assert status == 0, said + complaint
    assert "The configuration is right." in said and not complaint, said + complaint
    holds = {}
    for line in said.splitlines():
        if line.startswith("[") and " = " in line:
            section, rest = line[1:].split("] ", 1)
            name, value = rest.split(" = ", 1)
            holds[name if section == "im" else f"{section}.{name}"] = value.rsplit(" (", 1)[0]
    return holds, variables


@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_the_service_takes_it_without_a_warning(values, tmp_path):
    checked(values, tmp_path)


def test_a_node_knows_its_place_from_its_pod(tmp_path):
    holds, variables = checked(CLUSTER, tmp_path)
    assert holds["NODE_NAME"] == "im-backend-x1"
    assert holds["CLUSTER_ADDRESS"] == "10.1.2.3"
    assert holds["INF_CACHE_TIME"] == "3600"
    assert variables["IM_REDIS_URL"].endswith("@demo-redis:6379/0")
    assert variables["IM_DATA_DB"].endswith("@demo-mysql:3306/imdb")
    assert holds["CLUSTER_NAME"] == "clouds-demo"


def test_lines_of_the_values_win_over_those_of_the_chart(tmp_path):
    holds, _ = checked(PUBLIC, tmp_path)
    assert holds["INF_CACHE_TIME"] == "7200"
    assert holds["MAX_VM_FAILS"] == "5"
    assert holds["VAULT_URL"] == "http://demo-vault:8200"
    assert holds["LOG_LEVEL"] == "DEBUG"
    holds, _ = checked({"im": {"config": ["log_level: WARNING", "ACTIVATE_XMLRPC = True"]}}, tmp_path)
    assert holds["LOG_LEVEL"] == "WARNING"
    assert holds["ACTIVATE_XMLRPC"] == "True"
    section, _ = checked({"im": {"config": ["[Dummy]", "DUMMY_LATENCY_MS = 7"]}}, tmp_path)
    assert section["Dummy.DUMMY_LATENCY_MS"] == "7"


def test_what_exists_is_used_as_it_is(tmp_path):
    case = CASES["what exists: MySQL, Redis, Vault, Secrets"]
    holds, variables = checked(case, tmp_path)
    assert variables["IM_DATA_DB"] == "mysql://im:p@ss/wörd@db.example.org:3307/im?ssl-mode=REQUIRED"
    assert variables["IM_REDIS_URL"] == "rediss://im:secret@redis.example.org:6379/0"
    assert variables["IM_CLUSTER_SECRET"] == EXISTING["mine"]["cluster-secret"]
    assert variables["IM_OIDC_CLIENT_SECRET"] == "s"
    assert holds["CLUSTER_NAME"] == "im-production"
    assert holds["VAULT_URL"] == "https://vault.example.org"
    manifests = render(case)
    assert not manifests.of("Secret") and not manifests.of("StatefulSet")
    assert "demo-redis" not in manifests.of("Deployment")
    _, variables = checked(CASES["a Redis Sentinel by its URL"], tmp_path)
    assert variables["IM_REDIS_URL"] == EXISTING["sentinel"]["redis-url"]
    _, variables = checked(CASES["no Redis"], tmp_path)
    assert "IM_REDIS_URL" not in variables


def test_no_variable_of_kubernetes_reads_as_an_option():
    # Kubernetes sets IM_REDIS_PORT and the like for each service of the namespace, unless it is told not to.
    for name, pod in render({**CLUSTER, "imdashboard": {"deploy": True}, "vault": {"enabled": True}}).pods():
        assert pod["spec"]["enableServiceLinks"] is False, name


def test_a_node_alone_can_meet_the_one_that_replaces_it(tmp_path):
    holds, variables = checked({}, tmp_path)
    assert variables["IM_CLUSTER_SECRET"] and variables["IM_CLUSTER_KEY"]
    assert "INF_CACHE_TIME" not in holds
    assert "IM_REDIS_URL" not in environment(render().node())


@pytest.mark.parametrize("values, file, claim, strategy", [
    ({}, "", None, "RollingUpdate"),
    (CASES["one node with its log in a volume"], "/var/log/im/im.log", "imlog", "Recreate"),
    ({"im": {"replicas": 3, "log": {"persistence": {"enabled": True}}}}, "", None, "RollingUpdate"),
    ({"im": {"config": ["LOG_FILE = /var/log/im/other.log"]}}, "/var/log/im/other.log", None, "RollingUpdate"),
])
def test_where_the_log_goes(values, file, claim, strategy, tmp_path):
    holds, _ = checked(values, tmp_path)
    # What the image sets, and what the pod sets, in this order.
    assert holds["LOG_FILE"] == file
    manifests = render(values)
    deployment = manifests.get("Deployment", "im-backend")["spec"]
    volume = next(one for one in deployment["template"]["spec"]["volumes"] if one["name"] == "log")
    assert volume.get("persistentVolumeClaim", {}).get("claimName") == claim
    assert deployment["strategy"]["type"] == strategy
    # What others find in the volume stays.
    assert ("imlog" in manifests.of("PersistentVolumeClaim")) == ("log" in values.get("im", {}))
