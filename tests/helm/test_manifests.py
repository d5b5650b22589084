"""Every manifest of every case is what Kubernetes takes, to the last key."""

import json
import pathlib

import helm_python
import jsonschema
import kubernetes_validate
import pytest

from cases import CASES
from manifests import CHART, render

# The oldest release that the chart is for and that can be checked against, and the newest.
RELEASES = ["1.25", "1.37"]

# Schemas of what is not Kubernetes' own: only what the chart uses, and nothing besides.
OTHERS = json.loads((pathlib.Path(__file__).parent / "others.json").read_text())

# What was taken already: most objects are the same in many cases.
taken = set()


@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_helm_finds_nothing_to_say(values):
    report = helm_python.lint(CHART, values, strict=True, namespace="clouds")
    said = [message for message in report["messages"] if message["severity"] > 1]
    assert not said and not report["errors"], report


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_kubernetes_takes_it(values, release):
    for thing in render(values).objects:
        if release == RELEASES[0] and thing["kind"] == "Deployment":
            # The SDK renders for the newest Kubernetes; this is what the chart leaves out for one before 1.30.
            for one in thing["spec"]["template"]["spec"]["containers"]:
                if "sleep" in one.get("lifecycle", {}).get("preStop", {}):
                    del one["lifecycle"]
        kind = f"{thing['apiVersion']}/{thing['kind']}"
        text = json.dumps([release, thing], sort_keys=True)
        if text in taken:
            continue
        try:
            if kind in OTHERS:
                jsonschema.Draft202012Validator(OTHERS[kind]).validate(thing)
            else:
                kubernetes_validate.validate(thing, release, strict=True)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            pytest.fail(f"{kind} {thing['metadata']['name']}, {list(error.path)}: {error.message}")
        taken.add(text)


@pytest.mark.parametrize("values", CASES.values(), ids=CASES.keys())
def test_names_and_references_fit(values):
    manifests = render(values)
    seen = set()
    for thing in manifests.objects:
        key = (thing["kind"], thing["metadata"]["name"])
        assert key not in seen, f"{key} is there twice"
        seen.add(key)
        assert len(thing["metadata"]["name"]) <= 63
        assert thing["metadata"].get("namespace") in (None, "clouds")
    # A service and a policy select pods that are there, and a port is named as a container names it.
    pods = dict(manifests.pods())
    for name, service in manifests.of("Service").items():
        selected = [pod for pod in pods.values() if selects(service["spec"]["selector"], pod)]
        assert selected, f"the service {name} selects no pod"
        for port in service["spec"]["ports"]:
            for pod in selected:
                assert port["targetPort"] in ports(pod), f"the service {name}: {port}"
    for kind in ("NetworkPolicy", "PodDisruptionBudget"):
        for name, policy in manifests.of(kind).items():
            labels = policy["spec"].get("podSelector", policy["spec"].get("selector"))["matchLabels"]
            selected = [pod for pod in pods.values() if selects(labels, pod)]
            assert selected, f"the {kind} {name} selects no pod"
            for rule in policy["spec"].get("ingress", []):
                for port in rule["ports"]:
                    assert all(port["port"] in ports(pod) for pod in selected), f"the policy {name}: {port}"
    # What a pod mounts is there, unless it was said to exist.
    text = json.dumps(values)
    for name, pod in pods.items():
        spec = pod["spec"]
        volumes = {volume["name"] for volume in spec.get("volumes", [])}
        workload = manifests.of(name.split("/")[0])[name.split("/")[1]]
        volumes |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        mounted = {
            mount["name"]
            for one in spec["containers"] + spec.get("initContainers", [])
            for mount in one.get("volumeMounts", [])
        }
        assert mounted == volumes, f"{name}: {mounted} are mounted, of {volumes}"
        for volume in spec.get("volumes", []):
            for kind, source, key in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName"),
                                      ("PersistentVolumeClaim", "persistentVolumeClaim", "claimName")):
                if source in volume:
                    target = volume[source][key]
                    assert (kind, target) in seen or f'"{target}"' in text, f"{name} mounts {kind} {target}"
        for one in spec["containers"]:
            for variable in one.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference and ("Secret", reference["name"]) in seen:
                    assert reference["key"] in manifests.secret(reference["name"]), f"{name}: {reference}"
                elif reference:
                    assert f'"{reference["name"]}"' in text, f"{name}: {reference}"
        account = spec.get("serviceAccountName")
        assert account is None or ("ServiceAccount", account) in seen or f'"{account}"' in text


def selects(labels, pod):
    return all(pod["metadata"]["labels"].get(key) == value for key, value in labels.items())


def ports(pod):
    return {port["name"] for one in pod["spec"]["containers"] for port in one.get("ports", [])}
