"""Growth: what must not become dearer with size, as curves."""

import time

import wrk
from client import Client, credentials, fill


def create(bench, sizes):
    """Creations of N machines: time and commits for each of them."""
    points = []
    with bench.cluster(options=["MAX_INF_VMS=20000"]) as cluster:
        client = Client(cluster.node(), "maker")
        client.create(1)
        for machines in sizes:
            repeats = max(1, min(20, 200 // machines))
            before, begun = cluster.commits(), time.monotonic()
            for _ in range(repeats):
                client.create(machines)
            took = (time.monotonic() - begun) / repeats
            commits = (cluster.commits() - before) / repeats
            points.append({
                "machines": machines, "seconds": took, "commits": commits,
                "ms_per_machine": 1e3 * took / machines, "commits_per_machine": commits / machines})
            bench.say(f"create of {machines}: {took:.3f} s, {commits:.0f} commits")
    return points


def lists(bench, sizes):
    """Lists of ten infrastructures while others have more and more."""
    points = []
    with bench.cluster() as cluster:
        fill(cluster.node(), ["lister"], 10, 1)
        there = 0
        for others in sizes:
            fill(cluster.node(), [f"other{number}" for number in range(10)], (others - there) // 10, 1)
            there = others
            rate = wrk.run("get", f"{cluster.node()}/infrastructures", credentials("lister"), 4, bench.seconds)["per_second"]
            points.append({"others": others, "per_second": rate})
            bench.say(f"list beside {others} of others: {rate:.0f}/s")
    return points


def nodes(bench, counts):
    """Reads and creations through HAProxy by the number of nodes, and the processor time of nodes for a read."""
    points = []
    for count in counts:
        with bench.cluster(count) as cluster:
            ids = fill(cluster.entrance, ["reader"], 10, 2)["reader"]
            url = f"{cluster.entrance}/infrastructures/{ids[0]}"
            before = sum(cluster.process(node).cpu() for node in cluster.nodes)
            read = wrk.run("get", url, credentials("reader"), 16, bench.seconds)
            cpu = sum(cluster.process(node).cpu() for node in cluster.nodes) - before
            points.append({
                "nodes": count, "reads_per_second": read["per_second"], "node_us_per_read": 1e6 * cpu / read["requests"]})
            bench.say(f"{count} nodes: {read['per_second']:.0f} reads/s")
    return points


def leases(bench, sizes):
    """What Redis is asked while nobody asks for anything, by the number of infrastructures that nodes own."""
    points = []
    with bench.cluster(3) as cluster:
        there = 0
        for held in sizes:
            fill(cluster.entrance, ["owner"], held - there, 1)
            there = held
            # What belongs to the creations goes on for a moment; and beats are some seconds apart.
            time.sleep(bench.seconds)
            before, begun = cluster.redis_commands(), time.monotonic()
            time.sleep(4 * bench.seconds)
            rate = (cluster.redis_commands() - before - 1) / (time.monotonic() - begun)
            points.append({"held": held, "redis_per_second": rate})
            bench.say(f"{held} leases held: {rate:.1f} Redis commands/s")
    return points
