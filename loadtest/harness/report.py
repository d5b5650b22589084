"""The report: what was measured as JSON, as tables, and as plots."""

import json

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "im", "font.size": 9})

from matplotlib import pyplot  # noqa: E402  (the backend is chosen before)


def write(results, directory):
    """Writes `report.json`, `report.md` and the plots."""
    (directory / "report.json").write_text(json.dumps(results, indent=1) + "\n")
    lines = ["# Load test", "", results["machine"] + ".", "", f"`{results['command']}`", ""]
    if results.get("bars"):
        lines += bars(results["bars"])
    for name, load in results.get("loads", {}).items():
        lines += scenario(name, load)
    for name, points in results.get("growth", {}).items():
        lines += curve(name, points, directory)
    for row in results.get("bars", []):
        if row.get("series"):
            plot(directory / "soak.svg", [(s / 60, b / 1e6) for s, b in row["series"]], "minutes", "resident memory, MB")
            lines += ["## Soak", "", "![memory](soak.svg)", ""]
    (directory / "report.md").write_text("\n".join(lines) + "\n")


def bars(rows):
    """The table of the bars."""
    lines = ["## Bars", "", "| what | wanted | measured | of |", "| --- | --- | --- | --- |"]
    for row in rows:
        wanted = f"{row['bar']} %" if isinstance(row["bar"], int) else row["bar"]
        of = f"{row['rate']:,.0f} of {row['limit']:,.0f} per second" if "rate" in row else ""
        missed = "" if row["met"] else " (missed)"
        lines.append(f"| {row['name']} | {wanted} | {figure(row['value'])} {row['unit']}{missed} | {of} |")
    return [*lines, ""]


def scenario(name, load):
    """What users saw, and what it took."""
    lines = [
        f"## {name}", "",
        f"{load['readers']} readers and {load['writers']} writers for {load['seconds']} s: "
        f"{load['per_second']:,.0f} requests per second, {load['wrong']} wrong of {load['requests']:,}.", "",
        "| call | number | p50, ms | p95, ms | p99, ms | longest, ms |", "| --- | --- | --- | --- | --- | --- |",
    ]
    for call, values in load["calls"].items():
        times = " | ".join(f"{1e3 * values[key]:.1f}" for key in ("p50", "p95", "p99", "max"))
        lines.append(f"| {call} | {values['count']:,} | {times} |")
    lines.append("")
    if "parts" in load:
        lines += ["| part | processor time, s | largest memory, MB |", "| --- | --- | --- |"]
        for part, spent in load["parts"].items():
            lines.append(f"| {part} | {spent['cpu']:.1f} | {spent['memory'] / 1e6:.0f} |")
        lines += ["", f"The database committed {load['commits']:,} times.", ""]
    return lines


TITLES = {
    "create": ("Creations by number of machines", "machines", [("ms_per_machine", "ms per machine"), ("commits", "commits")]),
    "lists": ("Lists beside the infrastructures of others", "others", [("per_second", "lists per second")]),
    "nodes": ("Nodes behind HAProxy on one machine", "nodes", [
        ("reads_per_second", "reads per second"), ("node_us_per_read", "processor time of nodes, µs per read")]),
    "leases": ("Redis while nothing is asked", "held", [("redis_per_second", "Redis commands per second")]),
}


def curve(name, points, directory):
    """A table and a plot."""
    title, across, columns = TITLES[name]
    lines = [f"## {title}", "", f"![{title}]({name}.svg)", ""]
    lines += [f"| {across} | " + " | ".join(label for _, label in columns) + " |", "| --- |" + " --- |" * len(columns)]
    for point in points:
        lines.append(f"| {point[across]:,} | " + " | ".join(figure(point[key]) for key, _ in columns) + " |")
    figure_, axes = pyplot.subplots(1, len(columns), figsize=(4.5 * len(columns), 3), squeeze=False)
    for axis, (key, label) in zip(axes[0], columns):
        axis.plot([point[across] for point in points], [point[key] for point in points], marker="o")
        axis.set(xlabel=across, ylabel=label, ylim=(0, None))
        if points[-1][across] > 50:
            axis.set_xscale("symlog")
    figure_.tight_layout()
    figure_.savefig(directory / f"{name}.svg", metadata={"Date": None})
    pyplot.close(figure_)
    return [*lines, ""]


def plot(file, points, across, up):
    """One curve."""
    figure_, axis = pyplot.subplots(figsize=(4.5, 3))
    axis.plot(*zip(*points))
    axis.set(xlabel=across, ylabel=up, ylim=(0, None))
    figure_.tight_layout()
    figure_.savefig(file, metadata={"Date": None})
    pyplot.close(figure_)


def figure(value):
    """A number as people read it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
