"""The bars: what one node has to reach, beside what the machine can do, in the same run.

Rates are compared by turns, so that what else goes on in the machine meets both alike: the ratio of each turn, and the
median of the ratios.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import wrk
from client import Client, credentials, document, fill
from system import Cluster, Process

# The options under which IM itself was measured.
OPTIONS = ["LOG_LEVEL=WARNING", "MAX_SIMULTANEOUS_LAUNCHES=5"]


class Bench:
    """What all measurements need."""

    def __init__(self, binaries, directory, runs, seconds, say):
        self.im = binaries / "im"
        self.baseline = binaries / "baseline"
        self.directory = Path(directory)
        self.runs = runs
        self.seconds = seconds
        self.say = say

    def cluster(self, nodes=1, options=()):
        """A fresh cluster."""
        place = tempfile.mkdtemp(prefix="cluster", dir=self.directory)
        return Cluster(place, nodes, self.im, [*OPTIONS, *options])

    def row(self, name, bar, value, unit, **further):
        """A line of the table of the bars."""
        self.say(f"{name}: {value:.4g} {unit} (wanted: {bar})")
        return {"name": name, "bar": bar, "value": value, "unit": unit, **further}


class Baseline:
    """A bare handler that answers the bytes which a path of the service answers."""

    def __init__(self, bench, url, user):
        client = Client(url.rsplit("/infrastructures", 1)[0], user)
        status, headers, body = client.call("GET", "/infrastructures" + url.rsplit("/infrastructures", 1)[1])
        assert status == 200, body
        file = bench.directory / "body"
        file.write_bytes(body)
        self.process = subprocess.Popen(
            [bench.baseline, file, headers["Content-Type"]], stdout=subprocess.PIPE, text=True)
        self.url = f"http://{self.process.stdout.readline().strip()}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def by_turns(bench, name, bar, ours, limit):
    """The median ratio of two rates."""
    pairs = [(ours(), limit()) for _ in range(bench.runs)]
    rates = [pair[0]["per_second"] for pair in pairs]
    limits = [pair[1]["per_second"] for pair in pairs]
    ratio = statistics.median(rate / most for rate, most in zip(rates, limits))
    return bench.row(
        name, bar, 100 * ratio, "%", rate=statistics.median(rates), limit=statistics.median(limits),
        runs=pairs, met=100 * ratio >= bar)


def reads(bench):
    """Cached reads against a bare handler of the same bytes."""
    rows = []
    with bench.cluster() as cluster:
        client = Client(cluster.node(), "reader")
        inf = client.create(2)
        while client.state(inf) != "configured":
            time.sleep(0.05)
        for path in ("", "/state", "/vms/0", "/radl"):
            url = f"{cluster.node()}/infrastructures/{inf}{path}"
            with Baseline(bench, url, "reader") as baseline:
                get = lambda url: wrk.run("get", url, credentials("reader"), 16, bench.seconds)
                rows.append(by_turns(
                    bench, f"GET /infrastructures/{{id}}{path}", 60,
                    lambda: get(url), lambda: get(baseline.url)))
    return rows


def creations(bench):
    """Creations of two machines against commits of one row of that size."""
    file = bench.directory / "two.radl"
    file.write_text(document(2))
    with bench.cluster() as cluster:
        client = Client(cluster.node(), "maker")
        client.create(2)
        [[size]] = cluster.sql("SELECT LENGTH(data) + LENGTH(auth) FROM inf_list LIMIT 1")
        before = cluster.commits()
        made = []

        def ours():
            url = f"{cluster.node()}/infrastructures"
            made.append(wrk.run("post", url, credentials("maker"), 8, bench.seconds, file))
            return made[-1]

        ours()
        commits = (cluster.commits() - before) / made[0]["requests"]
        row = by_turns(
            bench, "POST /infrastructures (2 VMs)", 50, ours,
            lambda: commit_limit(cluster, int(size), 8, 8 * 200 * bench.seconds))
        return [{**row, "commits": commits, "row_bytes": int(size)}]


def commit_limit(cluster, size, connections, number):
    """How many rows of a size the database commits a second from so many connections."""
    cluster.sql("CREATE DATABASE IF NOT EXISTS slap; DROP TABLE IF EXISTS slap.t; "
                "CREATE TABLE slap.t(id BIGINT AUTO_INCREMENT PRIMARY KEY, data LONGTEXT) ENGINE=InnoDB")
    user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    begun = time.monotonic()
    subprocess.run(
        ["mariadb-slap", "--no-defaults", "-u", user, "-S", cluster.directory / "mariadb.sock", "--create-schema=slap",
         "--no-drop", f"--concurrency={connections}", "--iterations=1", f"--number-of-queries={number}",
         f"--query=INSERT INTO t(data) VALUES(REPEAT('x', {size}))"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return {"per_second": number / (time.monotonic() - begun), "requests": number}


def lists(bench, sizes):
    """A list of a hundred infrastructures among those of others."""
    rows = []
    with bench.cluster() as cluster:
        fill(cluster.node(), ["lister"], 100, 1)
        there = 100
        for size in sizes:
            users = [f"other{number}" for number in range(100)]
            begun = time.monotonic()
            fill(cluster.node(), users, (size - there) // 100, 1)
            bench.say(f"{size - there} infrastructures created in {time.monotonic() - begun:.0f} s")
            there = size
            runs = [wrk.run("get", f"{cluster.node()}/infrastructures", credentials("lister"), 4, bench.seconds)
                    for _ in range(bench.runs)]
            rate = statistics.median(run["per_second"] for run in runs)
            rows.append(bench.row(
                f"list of 100 infrastructures of {size:,}", "1,000 and more", rate, "/s", runs=runs, met=rate >= 1000))
        rows.append(start(bench, cluster, there))
    return rows


def start(bench, cluster, there):
    """How long a node takes to be ready when the database is full."""
    times = []
    for _ in range(bench.runs):
        cluster.stop_node()
        times.append(cluster.start_node())
    value = statistics.median(times)
    return bench.row(f"start with {there:,} infrastructures", "below 1", value, "s", runs=times, met=value < 1)


def memory(bench, count=5000):
    """What an infrastructure of ten machines takes in memory."""
    with bench.cluster() as cluster:
        ids = fill(cluster.node(), ["owner"], count, 10)["owner"]
        cluster.stop_node()
        cluster.start_node()
        client = Client(cluster.node(), "owner")
        # What the first requests need once and for all is not theirs.
        for inf in ids[:500]:
            client.good("GET", f"/infrastructures/{inf}")
        before = cluster.process("node1").memory()
        for inf in ids[500:]:
            client.good("GET", f"/infrastructures/{inf}")
        value = (cluster.process("node1").memory() - before) / (count - 500)
        return [bench.row("memory of a cached infrastructure of 10 VMs", "40,000 at most", value, "B", met=value <= 40000)]


def through_haproxy(bench):
    """Processor time that nodes spend on a request: three behind HAProxy against one without."""
    def spent(cluster, url, nodes):
        before = sum(cluster.process(node).cpu() for node in nodes)
        run = wrk.run("get", url, credentials("reader"), 16, bench.seconds)
        cpu = sum(cluster.process(node).cpu() for node in nodes) - before
        return 1e6 * cpu / run["requests"]

    with bench.cluster(1) as one, bench.cluster(3) as three:
        alone = Client(one.node(), "reader").create(2)
        behind = Client(three.entrance, "reader").create(2)
        pairs = [
            (spent(one, f"{one.node()}/infrastructures/{alone}", one.nodes),
             spent(three, f"{three.entrance}/infrastructures/{behind}", three.nodes))
            for _ in range(bench.runs)]
        value = statistics.median(100 * (behind / alone - 1) for alone, behind in pairs)
        return [bench.row(
            "processor time of nodes for a request, three behind HAProxy against one", "15 % more at most", value, "%",
            runs=pairs, met=value <= 15)]


def soak(bench, minutes):
    """Memory of a node under a mixed load: it does not grow once it is warm."""
    file = bench.directory / "two.radl"
    file.write_text(document(2))
    with bench.cluster(options=["INF_CACHE_TIME=20"]) as cluster:
        process = cluster.process("node1")
        series = []
        begun = time.monotonic()
        number = 0
        while time.monotonic() - begun < 60 * minutes:
            number += 1
            client = Client(cluster.node(), f"user{number % 10}")
            for _ in range(100):
                inf = client.create(2)
                client.good("GET", f"/infrastructures/{inf}")
                client.good("GET", f"/infrastructures/{inf}/state")
                client.good("GET", "/infrastructures")
                client.good("DELETE", f"/infrastructures/{inf}")
            series.append((time.monotonic() - begun, process.memory()))
        third = len(series) // 3
        middle = statistics.median(memory for _, memory in series[third:2 * third])
        end = statistics.median(memory for _, memory in series[2 * third:])
        value = 100 * (end / middle - 1)
        return [bench.row(
            f"memory after a soak of {minutes} minutes", "no growth: 2 % at most", value, "%", series=series, met=value <= 2)]
