"""Secrets are made up once, kept by upgrades, taken from existing ones, and never in the chart or where anybody may read."""

import base64
import http.server
import json
import re
import threading

import helm_python
import pytest
import yaml

from cases import CASES, CLUSTER
from manifests import CHART, NAMESPACE, RELEASE, Manifests, environment, container, render

ALL = {**CLUSTER, "imdashboard": {"deploy": True}}
MADE = {"im-cluster": {"cluster-secret", "cluster-key"}, "demo-mysql": {"mysql-password", "mysql-root-password"},
        "demo-redis": {"redis-password"}, "creds-key": {"key"}}


def secrets(manifests):
    return {(name, key): manifests.secret(name)[key] for name, keys in MADE.items() for key in keys}


def test_each_installation_has_its_own():
    first, second = secrets(render(ALL)), secrets(render(ALL))
    values = list(first.values()) + list(second.values())
    assert len(set(values)) == len(values)
    assert all(len(value) >= 40 for value in values)


def test_the_chart_holds_none():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    found = []

    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif re.search(r"(password|secret|key)$", path, re.I) and not re.search(r"Key$", path) and value:
            found.append(path)

    walk(values, "")
    assert not found


def test_they_are_nowhere_but_in_secrets():
    manifests = render(ALL)
    for thing in manifests.objects:
        if thing["kind"] != "Secret":
            text = json.dumps(thing)
            for (name, key), value in secrets(manifests).items():
                assert value not in text, f"{name}/{key} stands in {thing['kind']} {thing['metadata']['name']}"
                assert base64.b64encode(value.encode()).decode() not in text
    assert all(value not in manifests.notes for value in secrets(manifests).values())


def test_one_rendering_means_the_same_everywhere():
    manifests = render(ALL)
    password = manifests.secret("demo-mysql")["mysql-password"]
    config = json.loads(manifests.secret("im-dashboard")["config.json"])
    assert config["DB_URL"] == f"mysql://imuser:{password}@demo-mysql:3306/imdashdb"


def test_those_that_are_given_are_taken():
    manifests = render({**ALL, "cluster": {"secret": "0123456789abcdef,fedcba9876543210", "key": "k" * 16},
                        "mysql": {"mysqlPassword": "their-pass", "mysqlRootPassword": "root-pass"}, "redis": {"password": "r"}})
    found = secrets(manifests)
    assert found["im-cluster", "cluster-secret"] == "0123456789abcdef,fedcba9876543210"
    assert found["im-cluster", "cluster-key"] == "k" * 16
    assert found["demo-mysql", "mysql-password"] == "their-pass"
    assert found["demo-mysql", "mysql-root-password"] == "root-pass"
    assert found["demo-redis", "redis-password"] == "r"


def test_those_that_exist_are_used_and_none_is_made():
    manifests = render({**CLUSTER, "cluster": {"existingSecret": "mine"}, "mysql": {"existingSecret": "db"},
                        "redis": {"existingSecret": "r"}})
    assert not manifests.of("Secret")
    used = {source["secretKeyRef"]["name"] for source in environment(manifests.node()).values() if "secretKeyRef" in source}
    assert used == {"mine", "db", "r"}
    server = container(manifests.pod("StatefulSet", "demo-mysql"), "mysql")
    assert environment(server)["MYSQL_ROOT_PASSWORD"]["secretKeyRef"] == {"name": "db", "key": "mysql-root-password"}


def test_what_data_and_credentials_depend_on_outlives_the_release():
    manifests = render(ALL)
    keep = {"helm.sh/resource-policy": "keep"}
    for kind, name in [("Secret", "im-cluster"), ("Secret", "demo-mysql"), ("Secret", "creds-key"),
                       ("PersistentVolumeClaim", "demo-mysql")]:
        assert manifests.get(kind, name)["metadata"]["annotations"] == keep


FERNET = re.compile(r"^[A-Za-z0-9_-]{43}=$")


@pytest.mark.parametrize("given, expected", [
    ("", None),
    ("ZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeU=", "ZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeU="),
    # As the public chart has it: the data of the Secret itself.
    ("WmVWZVplVmVaZVZlWmVWZVplVmVaZVZlWmVWZVplVmVaZVZlWmVWZVplVT0=", "ZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeVeZeU="),
])
def test_the_key_of_the_web_interface_is_one_that_it_takes(given, expected):
    key = render({"imdashboard": {"deploy": True, "credentials_key": given}}).secret("creds-key")["key"]
    assert FERNET.match(key) and len(base64.urlsafe_b64decode(key)) == 32
    assert expected in (None, key)


def test_the_web_interface_gets_what_it_was_told():
    manifests = render(CASES["the public chart's values"])
    config = json.loads(manifests.secret("im-dashboard")["config.json"])
    assert config["OIDC_CLIENT_SECRET"] == 's"3\\cret'
    assert config["OIDC_GROUP_MEMBERSHIP"] == ["im-users"]
    assert config["EXTERNAL_LINKS"] == [{"url": "https://docs.example.org/", "menu_item_name": "Docs"}]
    assert config["IM_URL"] == "http://im-load-balancer-svc:80"
    assert config["VAULT_URL"] == "http://demo-vault:8200"
    assert config["DB_URL"] == "mysql://imuser:their-own-pass@demo-mysql:3306/imdashdb"
    alone = render({"imdashboard": {"deploy": True}})
    assert json.loads(alone.secret("im-dashboard")["config.json"])["IM_URL"] == "http://im-backend:8800"


# --- What an upgrade keeps ---------------------------------------------------------------------------------------

class ApiServer:
    """As much of a Kubernetes API server as `lookup` asks for: which kinds there are, and Secrets by name.

    A real one is not to be had from packages; this one decides nothing, it only hands out what the test put in."""

    def __init__(self, objects):
        found = {thing["metadata"]["name"]: thing for thing in objects}
        asked = self.asked = []
        kinds = [{"name": "secrets", "singularName": "secret", "namespaced": True, "kind": "Secret",
                  "verbs": ["get", "list"]}]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                name = path.rsplit("/", 1)[-1]
                asked.append(path)
                if path == "/api":
                    self.answer(200, {"kind": "APIVersions", "versions": ["v1"]})
                elif path == "/apis":
                    self.answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": []})
                elif path == "/api/v1":
                    self.answer(200, {"kind": "APIResourceList", "groupVersion": "v1", "resources": kinds})
                elif path == "/version":
                    self.answer(200, {"major": "1", "minor": "34", "gitVersion": "v1.34.0"})
                elif path.startswith(f"/api/v1/namespaces/{NAMESPACE}/secrets/") and name in found:
                    self.answer(200, found[name])
                else:
                    self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
                                      "code": 404})

            def answer(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def kubeconfig(self):
        host, port = self.server.server_address
        return yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": f"http://{host}:{port}"}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": NAMESPACE}}],
            "users": [{"name": "u", "user": {}}],
        })


def rendered_over(objects, values):
    """Renders as an upgrade does, where these objects exist."""
    with ApiServer(objects) as api, helm_python.Chart.load(CHART) as chart:
        config = helm_python.Config(kubeconfig_content=api.kubeconfig(), namespace=NAMESPACE)
        files = config.render(chart, values, name=RELEASE, namespace=NAMESPACE, is_upgrade=True, is_install=False)
        config.close()
        assert any(path.endswith("/secrets/im-cluster") for path in api.asked)
        return Manifests(files)


def test_an_upgrade_keeps_what_was_made_up():
    first = render(ALL)
    second = rendered_over(first.of("Secret").values(), ALL)
    assert secrets(second) == secrets(first)
    # Also what only the second one needs is made up then, and what only the first one had does no harm.
    single = render({})
    grown = rendered_over(single.of("Secret").values(), ALL)
    assert grown.secret("im-cluster") == single.secret("im-cluster")
    assert grown.secret("demo-redis")["redis-password"]


def test_an_upgrade_from_the_public_chart_keeps_its_database():
    data = {"mysql-password": "impass", "mysql-root-password": "theirs"}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    theirs = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "demo-mysql", "namespace": NAMESPACE},
              "data": encoded}
    manifests = rendered_over([theirs], {})
    assert manifests.secret("demo-mysql") == data
    claim = manifests.get("PersistentVolumeClaim", "demo-mysql")["spec"]
    assert claim == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "8Gi"}}}


def test_a_secret_is_exchanged_by_a_value():
    first = render(ALL)
    old = first.secret("im-cluster")["cluster-secret"]
    both = f"{old},{'n' * 40}"
    second = rendered_over(first.of("Secret").values(), {**ALL, "cluster": {"secret": both}})
    assert second.secret("im-cluster")["cluster-secret"] == both
    assert second.secret("im-cluster")["cluster-key"] == first.secret("im-cluster")["cluster-key"]

    def stamp(manifests):
        return manifests.pod("Deployment", "im-backend")["metadata"]["annotations"]["checksum/secrets"]

    assert stamp(second) != stamp(first), "the nodes would not be started again"
