"""The haproxy.cfg that is rendered is the one that `im haproxy render` writes, and HAProxy takes it."""

import json
import re
import shutil
import subprocess

import pytest

from cases import CASES, CLUSTER
from manifests import container, environment, im, render

# The values of cases with HAProxy in them, and how to ask for the same on the command line.
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]


def told(replicas, proxies, *words, prefix="im"):
    peers = [f"--lb=lb{number}={prefix}-load-balancer-{number}:10000" for number in range(1, replicas + 1)]
    return peers + [f"--proxy={network}" for network in proxies] + list(words)


RENDERED = {
    "three nodes": told(2, PRIVATE, "--maxconn=1000"),
    "the public chart's values": told(2, PRIVATE, "--maxconn=1000", "--expire=7200"),
    "open to the world": told(3, [], "--maxconn=500", "--rate=200", "--clients=50", "--tls-cert=/etc/haproxy/certs/im.pem"),
    "small and short": told(1, ["192.0.2.0/24", "2001:db8::/32"], "--maxconn=1000", "--max-head=65536", "--max-body=1048576",
                            "--expire=5400"),
    "scaled by itself": told(2, PRIVATE, "--maxconn=1000"),
    "all that is placed": told(2, PRIVATE, "--maxconn=1000", prefix="second"),
}


def configuration(manifests, prefix="im"):
    return manifests.get("ConfigMap", f"{prefix}-load-balancer")["data"]["haproxy.cfg"]


def prefix_of(case):
    return CASES[case].get("fullnameOverride", "im")


@pytest.mark.parametrize("case", RENDERED)
def test_it_is_what_the_service_renders(case):
    status, expected, complaint = im("haproxy", "render", "--unprivileged", "--metrics=:8405", *RENDERED[case])
    assert status == 0, complaint
    assert configuration(render(CASES[case]), prefix_of(case)) == expected


@pytest.mark.parametrize("case", RENDERED)
def test_haproxy_takes_it_without_a_warning(case, tmp_path):
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is not installed (Debian package haproxy)")
    manifests = render(CASES[case])
    # The names of the HAProxies are services of Kubernetes. The pods know their own by another address.
    text = re.sub(r"\S+-load-balancer-(\d):", r"127.0.0.\1:", configuration(manifests, prefix_of(case)))
    if "/etc/haproxy/certs/im.pem" in text and "ssl crt /etc" in text:
        certificate = tmp_path / "im.pem"
        # As Kubernetes mounts them: certificate and key in two files.
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
             "-subj", "/CN=im.example.org", "-keyout", f"{certificate}.key", "-out", certificate],
            check=True, capture_output=True)
        text = text.replace("/etc/haproxy/certs/im.pem", str(certificate))
    file = tmp_path / "haproxy.cfg"
    file.write_text(text)
    checked = 0
    for name, deployment in manifests.of("Deployment").items():
        if "-load-balancer-" in name:
            words = container(deployment["spec"]["template"], "haproxy")["command"]
            assert words[:5] == ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
            done = subprocess.run(["haproxy", "-c", "-f", file, *words[5:]], capture_output=True, text=True)
            # That -L wins over the name in the file is said, and meant.
            said = "".join(line for line in (done.stdout + done.stderr).splitlines(True) if "'localpeer' ignored" not in line)
            assert done.returncode == 0 and "[WARNING]" not in said and "[ALERT]" not in said, said
            assert f"peer {words[6]} " in text
            checked += 1
    assert checked == text.count("\n  peer ")


@pytest.mark.parametrize("case", RENDERED)
def test_it_agrees_with_the_options_of_the_nodes(case, tmp_path):
    manifests = render(CASES[case])
    options, file = tmp_path / "im.cfg", tmp_path / "haproxy.cfg"
    options.write_text(manifests.get("ConfigMap", prefix_of(case))["data"]["im.cfg"])
    file.write_text(configuration(manifests, prefix_of(case)))
    status, said, complaint = im("check-config", "--config", str(options), "--haproxy", str(file),
                                 env={"IM_DATA_DB": "mysql://a:b@c/d"})
    assert status == 0, said + complaint
    # The one is that nobody answers until `im haproxy sync` has added the nodes.
    assert f"{file} agrees with the configuration, with 1 warning." in said and "'im haproxy sync'" in said, said


def test_each_has_a_name_an_address_and_a_companion():
    manifests = render(CLUSTER)
    for number in (1, 2):
        name = f"im-load-balancer-{number}"
        deployment = manifests.get("Deployment", name)
        pod = deployment["spec"]["template"]
        assert deployment["spec"]["replicas"] == 1
        assert container(pod, "haproxy")["command"][-2:] == ["-L", f"lb{number}"]
        # Its own name is every address of its own pod, and those of the others are services.
        assert pod["spec"]["hostAliases"] == [{"ip": "0.0.0.0", "hostnames": [name]}]
        service = manifests.get("Service", name)["spec"]
        assert service["selector"]["peer"] == f"lb{number}" == pod["metadata"]["labels"]["peer"]
        assert service["ports"][0]["port"] == 10000
        sync = container(pod, "sync")
        socket = re.search(r"stats socket (\S+)", configuration(manifests))[1]
        assert sync["command"][:5] == ["im", "haproxy", "sync", "--socket", socket]
        # Both are the same user, who alone may use the socket; the database's password has only the one that needs it.
        for one in pod["spec"]["containers"]:
            assert any(mount["mountPath"] == "/run/haproxy" for mount in one["volumeMounts"])
            assert "runAsUser" not in one["securityContext"]
        assert "IM_DATA_DB" in environment(sync)
        assert not environment(container(pod, "haproxy"))
        assert "CLUSTER" not in json.dumps(sync)


def test_the_words_of_the_companion_are_ones_that_it_takes():
    sync = container(render(CLUSTER).pod("Deployment", "im-load-balancer-1"), "sync")
    status, said, complaint = im(*sync["command"][1:3], "--help")
    assert status == 0, complaint
    for word in sync["command"]:
        assert not word.startswith("--") or word in said


def test_requests_that_run_are_finished_when_one_ends():
    manifests = render(CLUSTER)
    slowest = int(re.search(r"set-timeout server (\d+)s", configuration(manifests))[1])
    pod = manifests.pod("Deployment", "im-load-balancer-1")["spec"]
    wait = container({"spec": pod}, "haproxy")["lifecycle"]["preStop"]["exec"]["command"]
    assert pod["terminationGracePeriodSeconds"] >= slowest + int(wait[1])


def test_networks_are_believed_only_where_nobody_comes_from_outside():
    def believed(haproxy):
        found = re.search(r"by_proxy\) bool\(true\) if \{ src (.*) \}", configuration(render({**CLUSTER, "haproxy": haproxy})))
        return found[1].split() if found else []

    assert believed({}) == PRIVATE
    assert believed({"service": {"type": "NodePort"}}) == []
    assert believed({"service": {"type": "LoadBalancer"}, "trustedProxies": ["192.0.2.1"]}) == ["192.0.2.1"]
    assert believed({"trustedProxies": []}) == []


def test_one_node_has_none():
    manifests = render()
    assert "im-load-balancer" not in manifests.of("ConfigMap")
    assert not [name for name in manifests.of("Service") if "load-balancer" in name]
