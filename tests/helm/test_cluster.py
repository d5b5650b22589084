"""One node and many: what is made, in what number, and how it comes and goes."""

import math

import pytest

from cases import CASES, CLUSTER
from manifests import container, render


def test_one_node_is_a_node_and_a_database():
    manifests = render()
    assert set(manifests.of("Deployment")) == {"im-backend"}
    assert set(manifests.of("StatefulSet")) == {"demo-mysql"}
    assert not manifests.of("PodDisruptionBudget") and not manifests.of("HorizontalPodAutoscaler")
    assert manifests.get("Deployment", "im-backend")["spec"]["replicas"] == 1
    # The way to it is taken away by Kubernetes alone, so it waits for that.
    assert manifests.node()["lifecycle"]["preStop"] == {"sleep": {"seconds": 5}}


def test_more_than_one_is_a_cluster():
    manifests = render(CLUSTER)
    assert set(manifests.of("Deployment")) == {"im-backend", "im-load-balancer-1", "im-load-balancer-2", "demo-redis"}
    assert manifests.get("Deployment", "im-backend")["spec"]["replicas"] == 3
    assert set(manifests.of("PodDisruptionBudget")) == {"im-backend", "im-load-balancer"}
    # A node of a cluster ends in its own order, from the first moment on.
    assert "lifecycle" not in manifests.node()


@pytest.mark.parametrize("kind", ["im-backend", "im-load-balancer-1", "im-load-balancer-2"])
def test_there_is_never_one_less_while_they_are_exchanged(kind):
    spec = render(CLUSTER).get("Deployment", kind)["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_they_stand_on_different_machines_where_they_can():
    manifests = render(CLUSTER)
    for name, label in (("im-backend", "im-backend"), ("im-load-balancer-1", "im-load-balancer")):
        affinity = manifests.pod("Deployment", name)["spec"]["affinity"]["podAntiAffinity"]
        terms = [term["podAffinityTerm"] for term in affinity["preferredDuringSchedulingIgnoredDuringExecution"]]
        assert {term["topologyKey"] for term in terms} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        assert all(term["labelSelector"]["matchLabels"] == {"name": label} for term in terms)
    placed = render(CASES["all that is placed"]).pod("Deployment", "second-backend")["spec"]
    assert "nodeAffinity" in placed["affinity"] and "podAntiAffinity" not in placed["affinity"]
    assert placed["nodeSelector"] == {"a": "b"}


def test_an_autoscaler_chooses_the_number_alone():
    manifests = render(CASES["scaled by itself"])
    assert "replicas" not in manifests.get("Deployment", "im-backend")["spec"]
    scaler = manifests.get("HorizontalPodAutoscaler", "im-backend")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 8)
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "im-backend"}
    assert "im-load-balancer-1" in manifests.of("Deployment")
    # One by one, so that each can give away what it owns.
    assert scaler["behavior"]["scaleDown"]["policies"][0]["value"] == 1
    requests = manifests.node()["resources"]["requests"]
    assert "cpu" in requests, "the use of the CPU is measured against what is asked for"


@pytest.mark.parametrize("drain, given, expected", [
    (None, None, 120), ("300", None, 360), ("0.5", None, 61), (None, 600, 600),
])
def test_a_node_has_the_time_to_end(drain, given, expected):
    values = {"im": {"config": [f"DRAIN_TIMEOUT = {drain}"] if drain else [], "terminationGracePeriodSeconds": given}}
    seconds = render(values).pod("Deployment", "im-backend")["spec"]["terminationGracePeriodSeconds"]
    assert seconds == expected
    # DRAIN_TIMEOUT, the work behind requests (20 s), the pause before it (5 s).
    assert seconds > math.ceil(float(drain or 60)) + 25


def test_nodes_are_asked_what_they_know_of_themselves():
    node = render(CLUSTER).node()
    assert node["startupProbe"]["httpGet"]["path"] == "/livez"
    assert node["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "rest"}
    assert node["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "rest"}
    # To load a cluster after a loss of power takes time; a node is not killed for it.
    patience = node["startupProbe"]["periodSeconds"] * node["startupProbe"]["failureThreshold"]
    assert patience >= 300
    haproxy = container(render(CLUSTER).pod("Deployment", "im-load-balancer-1"), "haproxy")
    assert haproxy["readinessProbe"]["httpGet"] == {"path": "/alive", "port": "watch"}
    # That no node can be reached is no reason to start HAProxy again.
    assert "httpGet" not in haproxy["livenessProbe"]


@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_no_process_may_more_than_it_needs(values):
    for name, pod in render(values).pods():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert not any(spec.get(word) for word in ("hostNetwork", "hostPID", "hostIPC")), name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for one in spec["containers"] + spec.get("initContainers", []):
            rights = one["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False, name
            if one["name"] == "im-dashboard":
                continue  # The image of others.
            assert spec["securityContext"]["runAsNonRoot"] is True and spec["securityContext"]["runAsUser"] > 0, name
            assert rights["readOnlyRootFilesystem"] is True, name
            assert rights["capabilities"] == {"drop": ["ALL"]}, name
        for volume in spec.get("volumes", []):
            assert "hostPath" not in volume, name


def test_redis_keeps_nothing_and_forgets_before_it_fails():
    redis = container(render(CLUSTER).pod("Deployment", "demo-redis"), "redis")
    words = redis["args"]
    assert words[words.index("--save") + 1] == "" and words[words.index("--appendonly") + 1] == "no"
    assert words[words.index("--requirepass") + 1] == "$(REDIS_PASSWORD)"
    assert words[words.index("--maxmemory-policy") + 1] == "volatile-ttl"


def test_mysql_begins_with_what_the_values_say():
    manifests = render()
    files = manifests.get("ConfigMap", "demo-mysql-init")["data"]
    assert "CREATE DATABASE IF NOT EXISTS imdb;" in files["imdb.sql"]
    assert "GRANT ALL PRIVILEGES ON imdashdb.* TO 'imuser'@'%';" in files["imdashdb.sql"]
    server = container(manifests.pod("StatefulSet", "demo-mysql"), "mysql")
    assert {"name": "init", "mountPath": "/docker-entrypoint-initdb.d", "readOnly": True} in server["volumeMounts"]
    public = render(CASES["the public chart's values"])
    claim = public.get("PersistentVolumeClaim", "demo-mysql")["spec"]
    assert claim["storageClassName"] == "fast" and claim["resources"]["requests"]["storage"] == "20Gi"
    assert container(public.pod("StatefulSet", "demo-mysql"), "mysql")["image"] == "mysql:8.0"


def test_vault_keeps_its_data_and_waits_for_a_person():
    vault = render({"vault": {"enabled": True}}).get("StatefulSet", "demo-vault")["spec"]
    assert vault["updateStrategy"] == {"type": "OnDelete"}
    assert vault["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert container(vault["template"], "vault")["resources"]["requests"] == {"cpu": "250m", "memory": "256Mi"}


def test_images_have_no_registry_of_their_own():
    for name, pod in render({**CLUSTER, "imdashboard": {"deploy": True}, "vault": {"enabled": True}}).pods():
        for one in pod["spec"]["containers"]:
            image = one["image"]
            assert "." not in image.split("/")[0].split(":")[0], f"{name}: {image} names a registry"
    node = render({"im": {"image": "registry.example.org/im", "version": "9"}}).node()
    assert node["image"] == "registry.example.org/im:9"
