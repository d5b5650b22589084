"""Measures the service: see `loadtest/run --help`."""

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import bars
import growth
import report
import scenarios
from client import fill
from system import machine

PARTS = ["bars", "loads", "growth", "soak"]


def arguments():
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="loadtest/run", description=(
        "Measures a node and a cluster of three behind HAProxy on this machine, and writes report.json, report.md and plots. "
        "Other work on the machine shows in the figures: compare what was measured in one run."))
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)}; else all but the soak")
    parser.add_argument("--against", metavar="URL", help="drive this service instead, which has the same API: readers and writers alone")
    parser.add_argument("--quick", action="store_true", help="few runs and small sizes: shows that it works, no more")
    parser.add_argument("--runs", type=int, help="runs of each measurement, of which the median counts (5)")
    parser.add_argument("--seconds", type=int, help="seconds of each run (5)")
    parser.add_argument("--duration", type=int, help="seconds of each load by users (30)")
    parser.add_argument("--fill", type=int, action="append", help="infrastructures that there are before the users come (1,000); several times for several loads")
    parser.add_argument("--machines", type=int, action="append", help="machines of each of those (10)")
    parser.add_argument("--minutes", type=int, default=10, help="length of the soak (10)")
    parser.add_argument("--out", type=Path, default=Path("loadtest/out"), help="directory of the report (loadtest/out)")
    parser.add_argument("--binaries", type=Path, required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    for part in given.parts:
        if part not in PARTS:
            parser.error(f"unknown part '{part}'; expected {', '.join(PARTS)}")
    given.runs = given.runs or (1 if given.quick else 5)
    given.seconds = given.seconds or (1 if given.quick else 5)
    given.duration = given.duration or (3 if given.quick else 30)
    given.fill = given.fill or [20 if given.quick else 1000]
    given.machines = given.machines or [2 if given.quick else 10]
    return given


def say(text):
    """What goes on, beside the report."""
    print(text, file=sys.stderr, flush=True)


def loads(bench, given):
    """A node and a cluster, filled and driven by users."""
    results = {}
    users = [f"user{number}" for number in range(10)]
    for count in given.fill:
        for machines in given.machines:
            for nodes, name in ((1, "One node"), (3, "Three nodes behind HAProxy")):
                with bench.cluster(nodes) as cluster:
                    base = cluster.entrance if nodes > 1 else cluster.node()
                    fill(base, users, max(1, count // len(users)), machines)
                    load = scenarios.run(base, bench.directory, given.duration, cluster=cluster)
                    results[f"{name}, {count:,} infrastructures of {machines} VMs"] = load
                    say(f"{name}: {load['per_second']:.0f} requests/s, {load['wrong']} wrong")
    return results


def main():
    """Measures what was asked for."""
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="im-load"))
    shown = [argument for argument in sys.argv[1:] if not argument.startswith("--binaries")]
    results = {"machine": machine(), "command": shlex.join(["loadtest/run", *shown])}
    try:
        if given.against:
            load = scenarios.run(given.against, directory, given.duration)
            results["loads"] = {given.against: load}
        else:
            measure(given, bars.Bench(given.binaries, directory, given.runs, given.seconds, say), results)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report.write(results, given.out)
    print((given.out / "report.md").read_text())
    return 0 if all(row["met"] for row in results.get("bars", [])) or given.quick else 1


def measure(given, bench, results):
    """The parts, one after the other."""
    parts = given.parts or [part for part in PARTS if part != "soak"]
    results["bars"] = []
    if "bars" in parts:
        for part in (bars.reads, bars.creations, bars.through_haproxy):
            results["bars"] += part(bench)
        results["bars"] += bars.lists(bench, [200, 400] if given.quick else [10_000, 100_000])
        results["bars"] += bars.memory(bench, 600 if given.quick else 5000)
    if "loads" in parts:
        results["loads"] = loads(bench, given)
    if "growth" in parts:
        few = given.quick
        results["growth"] = {
            "create": growth.create(bench, [1, 10] if few else [1, 2, 5, 10, 50, 100, 500, 1000, 2000, 5000]),
            "lists": growth.lists(bench, [0, 100] if few else [0, 100, 1000, 10_000]),
            "nodes": growth.nodes(bench, [1, 2] if few else [1, 2, 3, 4, 5]),
            "leases": growth.leases(bench, [10, 50] if few else [10, 100, 1000, 5000]),
        }
    if "soak" in parts:
        results["bars"] += bars.soak(bench, given.minutes)


sys.exit(main())
