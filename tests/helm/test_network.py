"""Who reaches what, as the policies say; and the ways in from outside."""

import ipaddress

import pytest

from cases import CASES, CLUSTER
from manifests import NAMESPACE, render

STRANGER = {"labels": {"app": "stranger"}, "namespace": "elsewhere", "namespaceLabels": {"name": "elsewhere"}}


def pod(manifests, kind, name):
    return {"labels": manifests.pod(kind, name)["metadata"]["labels"], "namespace": NAMESPACE,
            "namespaceLabels": {"name": NAMESPACE}}


def matches(selector, labels):
    assert set(selector) <= {"matchLabels"}
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def admits(peer, source):
    assert set(peer) <= {"podSelector", "namespaceSelector"}, peer
    if "namespaceSelector" in peer:
        in_namespace = matches(peer["namespaceSelector"], source["namespaceLabels"])
    else:
        in_namespace = source["namespace"] == NAMESPACE
    return in_namespace and matches(peer.get("podSelector", {}), source["labels"])


def reaches(manifests, source, target, port):
    """Whether a packet gets through: as Kubernetes decides, each policy that selects the target may let it in."""
    policies = [policy["spec"] for policy in manifests.of("NetworkPolicy").values()
                if matches(policy["spec"]["podSelector"], target["labels"]) and "Ingress" in policy["spec"]["policyTypes"]]
    if not policies:
        return True
    rules = [rule for policy in policies for rule in policy.get("ingress", [])]
    return any(
        any(one["port"] == port for one in rule.get("ports", [{"port": port}]))
        and any(admits(peer, source) for peer in rule.get("from", [{"namespaceSelector": {}}]))
        for rule in rules
    )


def test_the_inside_of_a_cluster_is_closed():
    manifests = render({**CLUSTER, "vault": {"enabled": True}, "imdashboard": {"deploy": True}})
    node = pod(manifests, "Deployment", "im-backend")
    haproxy = pod(manifests, "Deployment", "im-load-balancer-1")
    mysql = pod(manifests, "StatefulSet", "demo-mysql")
    redis = pod(manifests, "Deployment", "demo-redis")
    vault = pod(manifests, "StatefulSet", "demo-vault")
    dashboard = pod(manifests, "Deployment", "im-dashboard")
    test = pod_of_test(manifests)
    everybody = {"node": node, "haproxy": haproxy, "mysql": mysql, "redis": redis, "vault": vault, "dashboard": dashboard,
                 "test": test, "stranger": STRANGER}

    def who(target, port):
        return {name for name, source in everybody.items() if reaches(manifests, source, target, port)}

    assert who(node, "peers") == {"node"}
    assert who(node, "rest") == {"haproxy"}
    assert who(haproxy, "peers") == {"haproxy"}
    assert who(haproxy, "http") == set(everybody)
    assert who(mysql, "mysql") == {"node", "haproxy", "dashboard", "test"}
    assert who(redis, "redis") == {"node"}
    assert who(vault, "http") == {"node", "dashboard"}
    assert who(node, "metrics") == who(haproxy, "watch") == set(everybody)
    for name in ("demo-mysql", "demo-redis"):
        policy = manifests.get("NetworkPolicy", name)["spec"]
        assert "Egress" in policy["policyTypes"] and "egress" not in policy, f"{name} calls nobody"


def pod_of_test(manifests):
    labels = manifests.get("Pod", "im-test-status")["metadata"]["labels"]
    return {"labels": labels, "namespace": NAMESPACE, "namespaceLabels": {}}


def test_one_node_is_reached_by_everybody_but_not_inside():
    manifests = render()
    node = pod(manifests, "Deployment", "im-backend")
    assert reaches(manifests, STRANGER, node, "rest")
    assert reaches(manifests, STRANGER, node, "xmlrpc")
    assert not reaches(manifests, STRANGER, node, "peers")
    assert not reaches(manifests, STRANGER, pod(manifests, "StatefulSet", "demo-mysql"), "mysql")


def test_clients_and_monitoring_can_be_named():
    manifests = render(CASES["closed"])
    haproxy = pod(manifests, "Deployment", "im-load-balancer-1")
    ingress = {**STRANGER, "namespaceLabels": {"name": "ingress"}}
    assert reaches(manifests, ingress, haproxy, "http")
    assert not reaches(manifests, STRANGER, haproxy, "http")
    assert reaches(manifests, pod(manifests, "Deployment", "im-dashboard"), haproxy, "http")
    for source in (ingress, STRANGER):
        assert not reaches(manifests, source, haproxy, "watch")
        assert not reaches(manifests, source, pod(manifests, "Deployment", "im-backend"), "metrics")
    assert not render({"networkPolicy": {"enabled": False}}).of("NetworkPolicy")


@pytest.mark.parametrize("values, service, port", [({}, "im-backend", 8800), (CLUSTER, "im-load-balancer-svc", 80)])
@pytest.mark.parametrize("kind", ["nginx", "traefik"])
def test_an_ingress_leads_to_the_door(values, service, port, kind):
    values = {**values, "im": {**values.get("im", {}), "ingress": {"enabled": True, "type": kind, "host": "im.example.org",
                                                                  "tls": [{"hosts": ["im.example.org"], "secretName": "t"}]}}}
    manifests = render(values)
    ingress = manifests.get("Ingress", "im")
    [rule] = ingress["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert rule["host"] == "im.example.org" and ingress["spec"]["tls"][0]["secretName"] == "t"
    assert path["backend"]["service"] == {"name": service, "port": {"number": port}}
    assert any(one["port"] == port for one in manifests.get("Service", service)["spec"]["ports"])
    notes = ingress["metadata"]["annotations"]
    # The path before those of the API is taken off, and the service told of it, so that its URIs lead back here.
    if kind == "nginx":
        assert path["path"] == "/im/?(.*)" and notes["nginx.ingress.kubernetes.io/rewrite-target"] == "/$1"
        assert notes["nginx.ingress.kubernetes.io/x-forwarded-prefix"] == "/im"
        assert int(notes["nginx.ingress.kubernetes.io/proxy-read-timeout"]) >= 600
    else:
        assert path["path"] == "/im"
        assert manifests.get("Middleware", "im-rewrite")["spec"] == {"stripPrefix": {"prefixes": ["/im"]}}
        assert notes["traefik.ingress.kubernetes.io/router.middlewares"] == f"{NAMESPACE}-im-rewrite@kubernetescrd"
        transport = manifests.get("Service", service)["metadata"]["annotations"]
        assert transport["traefik.ingress.kubernetes.io/service.serverstransport"] == f"{NAMESPACE}-im-transport@kubernetescrd"
        assert manifests.get("ServersTransport", "im-transport")


@pytest.mark.parametrize("case, service, port", [("routes of Traefik", "im-backend", 8800),
                                                 ("routes of NGINX", "im-load-balancer-svc", 80)])
def test_a_route_leads_to_the_door(case, service, port):
    manifests = render(CASES[case])
    [rule] = manifests.get("HTTPRoute", "im")["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": service, "port": port}]
    filters = {one["type"]: one for one in rule["filters"]}
    assert filters["RequestHeaderModifier"]["requestHeaderModifier"]["set"] == [{"name": "X-Forwarded-Prefix", "value": "/im"}]
    if "ExtensionRef" in filters:
        manifests.get("SnippetsFilter", filters["ExtensionRef"]["extensionRef"]["name"])
    [dashboard] = manifests.get("HTTPRoute", "im-dashboard")["spec"]["rules"]
    assert dashboard["backendRefs"] == [{"name": "im-dashboard-svc", "port": 5001}]
    assert dashboard["matches"][0]["path"]["value"] == "/im-dashboard"


def test_a_route_is_made_by_itself_only_where_there_is_a_gateway():
    # The SDK knows no Gateway API, as a plain cluster.
    assert not render().of("HTTPRoute") and not render().of("ServersTransport")
    assert not render({"im": {"httproute": {"enabled": False}}}).of("HTTPRoute")


def test_at_the_root_nothing_is_taken_off():
    ingress = render(CASES["an ingress of NGINX at the root"]).get("Ingress", "im")
    assert ingress["spec"]["rules"][0]["http"]["paths"][0]["path"] == "/?(.*)"
    assert "nginx.ingress.kubernetes.io/x-forwarded-prefix" not in ingress["metadata"]["annotations"]


def test_the_address_of_a_client_stays_where_it_comes_from_outside():
    service = render(CASES["open to the world"]).get("Service", "im-load-balancer-svc")["spec"]
    assert service["externalTrafficPolicy"] == "Local"
    assert {port["name"]: port["port"] for port in service["ports"]} == {"http": 80, "https": 443}
    assert [ipaddress.ip_network(one) for one in service["loadBalancerSourceRanges"]]


def test_prometheus_finds_all_of_them():
    manifests = render(CASES["watched"])
    for monitor in manifests.of("ServiceMonitor").values():
        labels = monitor["spec"]["selector"]["matchLabels"]
        found = [service for service in manifests.of("Service").values()
                 if all(service["metadata"]["labels"].get(key) == value for key, value in labels.items())]
        assert len(found) == 1 and found[0]["spec"]["clusterIP"] == "None", labels
        assert monitor["spec"]["endpoints"][0]["port"] in {port["name"] for port in found[0]["spec"]["ports"]}
        assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert set(manifests.of("ServiceMonitor")) == {"im-backend", "im-load-balancer"}
