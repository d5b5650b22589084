"""What the chart makes of values: rendered with Helm's own SDK, read as YAML, looked up by kind and name."""

import base64
import json
import os
import pathlib
import re
import subprocess

import helm_python
import yaml

PROJECT = pathlib.Path(__file__).resolve().parents[2]
CHART = PROJECT / "deploy" / "helm" / "im"
RELEASE, NAMESPACE = "demo", "clouds"


class Manifests:
    """The objects of one rendering."""

    def __init__(self, files):
        self.files = files
        self.notes = next(text for path, text in files.items() if path.endswith("NOTES.txt"))
        self.objects = []
        for path, text in sorted(files.items()):
            if path.endswith(".yaml"):
                self.objects += [document for document in yaml.load_all(text, UniqueLoader) if document]

    def of(self, kind):
        """All objects of a kind, by their names."""
        return {thing["metadata"]["name"]: thing for thing in self.objects if thing["kind"] == kind}

    def get(self, kind, name):
        things = self.of(kind)
        assert name in things, f"no {kind} {name}; there are {sorted(things)}"
        return things[name]

    def secret(self, name):
        """The data of a Secret, decoded."""
        data = self.get("Secret", name)["data"]
        return {key: base64.b64decode(value, validate=True).decode() for key, value in data.items()}

    def pods(self):
        """The pods that are made, each with the name of what makes it."""
        for kind in ("Deployment", "StatefulSet"):
            for name, thing in self.of(kind).items():
                yield f"{kind}/{name}", thing["spec"]["template"]
        for name, thing in self.of("Pod").items():
            yield f"Pod/{name}", thing

    def pod(self, kind, name):
        return self.get(kind, name)["spec"]["template"]

    def node(self):
        """The container of a node."""
        return container(self.pod("Deployment", "im-backend"), "im")


class UniqueLoader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML readers silently take one."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{twice} stands twice, line {node.start_mark.line + 1}"
        return super().construct_mapping(node, deep)


def render(values=None, **options):
    """Renders, as `helm template demo deploy/helm/im --namespace clouds` does."""
    options = {"name": RELEASE, "namespace": NAMESPACE, **options}
    with helm_python.Chart.load(CHART) as chart:
        return Manifests(chart.render(values or {}, **options))


def container(pod, name):
    found = [one for one in pod["spec"]["containers"] if one["name"] == name]
    assert found, f"no container {name}"
    return found[0]


def environment(one):
    """The variables of a container: texts, or what they are taken from."""
    names = [variable["name"] for variable in one.get("env", [])]
    assert len(names) == len(set(names)), f"a variable stands twice in {names}"
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in one.get("env", [])}


def expanded(one, manifests, pod_name="im-backend-x1", pod_ip="10.1.2.3", secrets=None):
    """The variables of a container as Kubernetes sets them: `$(NAME)` of an earlier one is its value."""
    result = image_environment() if one["image"].startswith("im:") else {}
    for variable in one.get("env", []):
        source = variable.get("valueFrom")
        if source is None:
            known = dict(result)
            text = str(variable["value"])
            result[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda found: known.get(found[1], found[0]), text)
        elif "fieldRef" in source:
            fields = {"metadata.name": pod_name, "status.podIP": pod_ip}
            result[variable["name"]] = fields[source["fieldRef"]["fieldPath"]]
        else:
            reference = source["secretKeyRef"]
            if reference["name"] in (secrets or {}):
                result[variable["name"]] = secrets[reference["name"]][reference["key"]]
            else:
                result[variable["name"]] = manifests.secret(reference["name"])[reference["key"]]
    return result


def image_environment():
    """What the image of the service sets, which wins over im.cfg unless the pod sets it otherwise."""
    text = (PROJECT / "deploy" / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
    words = [word for line in re.findall(r"^ENV (.*)$", text, re.M) for word in line.split()]
    assert words, "the Dockerfile sets nothing"
    return dict(word.split("=", 1) for word in words)


def program():
    """The service's own program, as cargo built it last."""
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1", "--offline"],
        cwd=PROJECT, check=True, capture_output=True, text=True,
    )
    found = pathlib.Path(json.loads(metadata.stdout)["target_directory"]) / "debug" / "im"
    assert found.is_file(), f"{found} is missing; build it with: cargo build -p im"
    return found


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("IM_")}


def im(*words, env=None):
    """Runs the service's own program, and answers its status and what it said."""
    done = subprocess.run([program(), *words], capture_output=True, text=True, env={**clean_environment(), **(env or {})},
                          timeout=60)
    return done.returncode, done.stdout, done.stderr
