"""Users as they are: k6 drives readers and writers, while processes are watched."""

import json
import os
import subprocess
import threading
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "k6" / "users.js"
CALLS = ["list", "infrastructure", "state", "vm", "create", "add", "remove", "destroy"]


def run(base, directory, seconds, readers=10, writers=4, users=10, cluster=None):
    """Drives a service: what k6 measured by call, and, of a cluster of ours, what each part spent."""
    summary = Path(directory) / "summary.json"
    variables = {
        "BASE": base.rstrip("/"), "SUMMARY": str(summary), "DURATION": f"{seconds}s",
        "READERS": readers, "WRITERS": writers, "USERS": users,
    }
    command = ["k6", "run", "--quiet", "--no-usage-report"]
    for name, value in variables.items():
        command += ["-e", f"{name}={value}"]
    parts = ["mariadb", "redis", "haproxy", *cluster.nodes] if cluster else []
    before = {part: cluster.process(part).cpu() for part in parts}
    commits = cluster.commits() if cluster else 0
    peak = dict.fromkeys(parts, 0)
    over = threading.Event()

    def watch():
        while not over.wait(0.5):
            for part in parts:
                peak[part] = max(peak[part], cluster.process(part).memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        done = subprocess.run(
            [*command, SCRIPT], capture_output=True, text=True, check=False,
            env={**os.environ, "K6_NO_USAGE_REPORT": "true"})
    finally:
        over.set()
        watcher.join()
    # 99: a threshold was crossed, which the report shows.
    if done.returncode not in (0, 99):
        raise RuntimeError(f"k6 ended with {done.returncode}: {done.stderr[-2000:]}")
    metrics = json.loads(summary.read_text())["metrics"]
    result = {
        "seconds": seconds, "readers": readers, "writers": writers, "users": users,
        "requests": metrics["http_reqs"]["values"]["count"],
        "per_second": metrics["http_reqs"]["values"]["rate"],
        "wrong": metrics["wrong"]["values"]["passes"],
        "calls": {},
    }
    for call in CALLS:
        values = metrics.get(f"http_req_duration{{call:{call}}}", {}).get("values", {})
        if values.get("count"):
            result["calls"][call] = {
                "count": values["count"], "p50": values["med"] / 1e3, "p95": values["p(95)"] / 1e3,
                "p99": values["p(99)"] / 1e3, "max": values["max"] / 1e3,
            }
    if cluster:
        result["commits"] = cluster.commits() - commits
        result["parts"] = {
            part: {"cpu": cluster.process(part).cpu() - before[part], "memory": peak[part]} for part in parts
        }
    return result
